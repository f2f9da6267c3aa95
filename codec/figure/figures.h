// What stands for a number in a mail, kept apart from its words: signatures, digests, ids, dates. A compressor follows
// the words past them, and what nobody can foretell takes the octets it has.                        Source: FIGURES.md
#pragma once
#include "codec/base/bytes.h"

namespace codec::figure {

struct TextAndFigures {
  Bytes text;     // a mark where each figure stood
  Bytes figures;  // empty: none are worth it, and the text is the octets themselves
};

// Of one piece of a mail; needs no other.
//   Limits  linear time; text and figures together < the octets, or there are no figures
TextAndFigures take_figures(ByteView octets);

// The octets again.   Errors  Protocol: marks that cannot be, figures that do not fit them · Limit: more than `most`
Result<Bytes> put_figures(ByteView text, ByteView figures, std::size_t most);

}  // namespace codec::figure
