// Whether a message is what a SEARCH asks for: from its row first, from its octets where these are needed and here.
#pragma once
#include <optional>

#include "codec/mime/structure.h"
#include "proxy/client/faces/mailstore.h"
#include "proxy/imap/search_key.h"

namespace proxy::client::faces {

enum class Truth : std::uint8_t { No, Yes, Unknown };

struct SearchNeeds {
  bool overview = false;  // header fields, sent dates, texts
  bool whole = false;     // BODY, TEXT: the mail; else its header does
  bool mod_seq = false;
};

// Makes a key ready: texts to UTF-8 and folded, "*" resolved.   Errors  Unsupported: charset · Protocol: not text in it
Result<> prepare_search(imap::SearchKey& key, const std::optional<std::string>& charset, std::uint32_t exists,
                        imap::Uid last);
SearchNeeds needs_of(const imap::SearchKey& key);
// Rows outside of it cannot match: by the UIDs and MODSEQ that the key insists on.
void narrow(RowQuery& query, const imap::SearchKey& key);

// Octets of the message: all of it with its structure, or only the header.
struct SearchTexts {
  ByteView octets;
  const codec::mime::Structure* structure = nullptr;  // null: only the header
};

// Without `texts`: Unknown where they would decide. `key` is prepared.
Truth judge(const imap::SearchKey& key, const Row& row, const SearchTexts* texts);

}  // namespace proxy::client::faces
