#include "proxy/client/faces/message_reader.h"

#include <algorithm>

#include "booster/runtime/offload.h"
#include "codec/mime/header.h"
#include "codec/mime/structure.h"

namespace proxy::client::faces {

using booster::runtime::offload;
using imap::SectionText;
namespace mime = codec::mime;

namespace {

mime::Section mime_section(const imap::Section& section) {
  constexpr mime::SectionText kTexts[] = {mime::SectionText::Everything,   mime::SectionText::Header,
                                          mime::SectionText::HeaderFields, mime::SectionText::HeaderFieldsNot,
                                          mime::SectionText::Text,         mime::SectionText::Mime};
  return {section.part, kTexts[static_cast<std::size_t>(section.text)], section.fields};
}

bool picks(SectionText text) {
  return text == SectionText::HeaderFields || text == SectionText::HeaderFieldsNot;
}

SectionPlace stretch(std::uint64_t begin, std::uint64_t end) {
  SectionPlace place;
  place.stretch = true;
  place.begin = begin;
  place.end = end;
  return place;
}

}  // namespace

void SectionPlace::cut(const imap::Partial& partial) {
  const std::uint64_t from = std::min(partial.origin, size());
  const std::uint64_t count = std::min(partial.length, size() - from);
  if (stretch) {
    begin += from;
    end = begin + count;
  } else {
    text = text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(count));
  }
}

Task<Result<>> MessageReader::wait_for(std::uint64_t octets) {
  const std::uint64_t wanted = std::min(octets, body_->size());
  while (body_->available() < wanted) CO_TRY(co_await body_->wait_for_more(body_->available()));
  co_return Result<>();
}

Task<Result<Bytes>> MessageReader::read(std::uint64_t begin, std::uint64_t end) {
  CO_TRY(co_await wait_for(end));
  Bytes octets(static_cast<std::size_t>(end - begin));
  std::size_t have = 0;
  while (have < octets.size()) {
    const auto into = std::span(octets).subspan(have);
    CO_TRY_ASSIGN(const std::size_t count, co_await body_->read_at(begin + have, into));
    if (count == 0) co_return fail(Errc::Corrupt, "body file: shorter than it should be");
    have += count;
  }
  co_return octets;
}

// Where the blank line ends; looked for in growing stretches.
Task<Result<std::uint64_t>> MessageReader::header_end() {
  if (header_end_) co_return *header_end_;
  if (overview_ && overview_->size == body_->size()) {
    header_end_ = std::min(overview_->header_size, body_->size());
    co_return *header_end_;
  }
  constexpr std::uint64_t kFirstLook = 16 * 1024;
  for (std::uint64_t look = kFirstLook;; look *= 4) {
    const std::uint64_t window = std::min<std::uint64_t>({look, body_->size(), mime::kMaxHeader + 1});
    CO_TRY_ASSIGN(const Bytes front, co_await read(0, window));
    const mime::HeaderExtent extent = mime::measure_header(front, 0, front.size());
    if (extent.end < window || window == body_->size() || window > mime::kMaxHeader) {
      header_end_ = extent.end;
      co_return *header_end_;
    }
  }
}

Task<Result<>> MessageReader::scan() {
  if (structure_) co_return Result<>();
  if (body_->size() > kMaxStructured) co_return fail(Errc::Limit, "mail: too large to be shown by its parts");
  CO_TRY_ASSIGN(Bytes octets, co_await read(0, body_->size()));
  auto job = [octets = std::move(octets)] { return std::make_shared<const mime::Structure>(mime::scan(octets)); };
  structure_ = co_await offload(std::move(job));
  co_return Result<>();
}

Task<Result<std::shared_ptr<const codec::convert::Overview>>> MessageReader::overview() {
  if (overview_) co_return overview_;
  if (body_->size() > kMaxStructured) co_return fail(Errc::Limit, "mail: too large to be described");
  CO_TRY_ASSIGN(Bytes octets, co_await read(0, body_->size()));
  auto job = [octets = std::move(octets)] {
    return std::make_shared<const codec::convert::Overview>(codec::convert::overview(octets));
  };
  overview_ = co_await offload(std::move(job));
  co_return overview_;
}

Task<Result<SectionPlace>> MessageReader::find(const imap::FetchItem& item) {
  imap::Section section = item.section;
  if (item.what == imap::FetchWhat::Rfc822Header) section.text = SectionText::Header;
  if (item.what == imap::FetchWhat::Rfc822Text) section.text = SectionText::Text;
  Task<Result<SectionPlace>> finding = section.part.empty() ? find_in_message(section) : find_in_part(section);
  CO_TRY_ASSIGN(SectionPlace place, co_await std::move(finding));
  if (item.partial) place.cut(*item.partial);
  if (place.stretch && place.end > place.begin) CO_TRY(co_await wait_for(place.begin + 1));
  co_return place;
}

Task<Result<SectionPlace>> MessageReader::find_in_message(const imap::Section& section) {
  if (section.text == SectionText::All) co_return stretch(0, body_->size());
  CO_TRY_ASSIGN(const std::uint64_t border, co_await header_end());
  if (section.text == SectionText::Header) co_return stretch(0, border);
  if (picks(section.text)) co_return co_await pick(0, border, section);
  co_return stretch(border, body_->size());
}

Task<Result<SectionPlace>> MessageReader::find_in_part(const imap::Section& section) {
  CO_TRY(co_await scan());
  mime::Section wanted = mime_section(section);
  if (picks(section.text)) wanted.text = mime::SectionText::Header;  // its lines are picked from the file
  const std::optional<mime::SectionOctets> found = mime::resolve(ByteView(), *structure_, wanted);
  if (!found || !found->range) {
    SectionPlace none;
    none.nil = true;
    co_return none;
  }
  if (picks(section.text)) co_return co_await pick(found->range->begin, found->range->end, section);
  co_return stretch(found->range->begin, found->range->end);
}

Task<Result<SectionPlace>> MessageReader::pick(std::uint64_t begin, std::uint64_t end, const imap::Section& section) {
  CO_TRY_ASSIGN(const Bytes header, co_await read(begin, end));
  SectionPlace place;
  place.text = mime::pick_fields(header, section.fields, section.text == SectionText::HeaderFields);
  co_return place;
}

}  // namespace proxy::client::faces
