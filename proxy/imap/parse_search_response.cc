// SEARCH, ESEARCH, VANISHED.
#include "proxy/imap/response_parser.h"

namespace proxy::imap::parse {
namespace {

// "(" "TAG" SP tag-string ")"                                                                     RFC 4466
Result<> correlator(Scanner& in, response::ESearch& out) {
  TRY(in.open_list("a tag"));
  if (!in.eat_word("TAG")) return in.expected("TAG");
  TRY(in.space());
  TRY_ASSIGN(const std::string text, in.astring("a tag"));
  TRY_ASSIGN(out.tag, make_tag(text));
  return in.close_list();
}

Result<> return_data(Scanner& in, response::ESearch& out) {
  const std::string_view name = in.word();
  const auto is = [&](std::string_view text) { return equal_no_case(name, text); };
  if (name.empty()) return in.expected("MIN, MAX, ALL or COUNT");
  TRY(in.space());
  if (is("MIN")) {
    TRY_ASSIGN(out.min, in.number("a number"));
  } else if (is("MAX")) {
    TRY_ASSIGN(out.max, in.number("a number"));
  } else if (is("COUNT")) {
    TRY_ASSIGN(out.count, in.number("a number"));
  } else if (is("ALL")) {
    TRY_ASSIGN(out.all, in.sequence_set());
  } else if (is("MODSEQ")) {
    TRY_ASSIGN(out.mod_seq, in.mod_seq());
  } else {
    TRY(in.skip_value());
  }
  return {};
}

}  // namespace

// "SEARCH" *(SP nz-number) [SP "(" "MODSEQ" SP mod-sequence ")"].   The numbers may come in any order
Result<Response> search_response(Scanner& in) {
  response::Search out;
  std::vector<Range> ranges;
  while (!in.at_end()) {
    if (in.eat(' ')) continue;
    if (in.peek() == '(') {
      TRY(in.open_list("MODSEQ"));
      if (!in.eat_word("MODSEQ")) return in.expected("MODSEQ");
      TRY(in.space());
      TRY_ASSIGN(out.mod_seq, in.mod_seq());
      TRY(in.close_list());
      continue;
    }
    TRY_ASSIGN(const std::uint32_t number, in.nz_number("a number"));
    if (!ranges.empty() && ranges.back().last + std::uint64_t{1} == number) {
      ranges.back().last = number;
    } else {
      ranges.push_back({number, number});
    }
  }
  out.numbers = SequenceSet(std::move(ranges));
  return Response(std::move(out));
}

// esearch-response = "ESEARCH" [SP "(" "TAG" SP string ")"] [SP "UID"] *(SP search-return-data)   RFC 4731
Result<Response> esearch_response(Scanner& in) {
  response::ESearch out;
  while (in.eat(' ')) {
    if (in.at_end()) break;
    if (in.peek() == ' ') continue;
    if (in.peek() == '(') {
      TRY(correlator(in, out));
    } else if (in.eat_word("UID")) {
      out.uid = true;
    } else {
      TRY(return_data(in, out));
    }
  }
  return Response(std::move(out));
}

// expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids                                       RFC 7162 §7
Result<Response> vanished_response(Scanner& in) {
  response::Vanished out;
  TRY(in.space());
  if (in.peek() == '(') {
    TRY(in.open_list("EARLIER"));
    if (!in.eat_word("EARLIER")) return in.expected("EARLIER");
    TRY(in.close_list());
    TRY(in.space());
    out.earlier = true;
  }
  TRY_ASSIGN(out.uids, in.sequence_set());
  return Response(std::move(out));
}

}  // namespace proxy::imap::parse
