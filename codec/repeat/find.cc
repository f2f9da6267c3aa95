#include "codec/repeat/find.h"

#include <algorithm>
#include <map>
#include <set>

namespace codec::repeat {
namespace {

// Of a file this part may be new: what stays closed costs its octets.
constexpr std::uint64_t kUnseenLeft = 2;
constexpr std::uint64_t kSeenLeft = 32;

// The sources that together hold most, the best first.
std::vector<Source> best_sources(const Outline& item, const std::vector<Match>& matches) {
  std::vector<Source> chosen;
  std::vector<bool> covered(item.places.size());
  while (chosen.size() < kMostSources) {
    std::map<Source, std::uint64_t> shares;
    for (const Match& match : matches) {
      if (!covered[match.place]) shares[match.source] += item.places[match.place].chunk.size;
    }
    // Of equals the newest: most likely it is still held.
    const auto best = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second < b.second : a.first < b.first;
    });
    if (best == shares.end() || best->second < kLeastRepeat) break;
    chosen.push_back(best->first);
    for (const Match& match : matches) {
      if (match.source == best->first) covered[match.place] = true;
    }
  }
  return chosen;
}

bool goes_on(const Repeat& run, const Place& place, const Match& match) {
  return match.source == run.source && match.at == run.source_at + run.length && place.at == run.at + run.length;
}

std::uint64_t place_at(const Outline& item, std::size_t number) {
  return number < item.places.size() ? item.places[number].at : item.content_size();
}

// What is the same of a file is worth less than the file opened.
void leave_revisions(const Outline& item, const Seen& seen, std::vector<Repeat>& repeats) {
  for (std::size_t turn = 0; turn < item.turns.size(); turn += 2) {
    const std::uint64_t begin = place_at(item, item.turns[turn]);
    const std::uint64_t end = turn + 1 < item.turns.size() ? place_at(item, item.turns[turn + 1]) : item.content_size();
    std::uint64_t same = 0;
    bool known = false;
    const auto in_file = [begin, end](const Repeat& repeat) {
      return repeat.at < end && repeat.at + repeat.length > begin;
    };
    for (const Repeat& repeat : repeats) {
      if (!in_file(repeat)) continue;
      same += std::min(end, repeat.at + repeat.length) - std::max(begin, repeat.at);
      known = known || seen(repeat.source);
    }
    const std::uint64_t most_left = (end - begin) / (known ? kSeenLeft : kUnseenLeft);
    if (end - begin - same > most_left) std::erase_if(repeats, in_file);
  }
}

// A reader has one place in each source, and goes forward.
void keep_rewinds_few(std::vector<Repeat>& repeats) {
  std::map<Source, std::uint64_t> places;
  std::size_t rewinds = 0;
  std::erase_if(repeats, [&](const Repeat& repeat) {
    std::uint64_t& place = places[repeat.source];
    if (repeat.source_at < place && ++rewinds > kMostRewinds) return true;
    place = repeat.source_at + repeat.length;
    return false;
  });
}

}  // namespace

std::vector<Repeat> repeats_in(const Outline& item, const std::vector<Match>& matches, const Seen& seen) {
  const std::vector<Source> sources = best_sources(item, matches);
  const auto rank = [&sources](const Match& match) {
    return std::find(sources.begin(), sources.end(), match.source) - sources.begin();
  };
  const auto chosen = static_cast<std::ptrdiff_t>(sources.size());
  std::vector<Repeat> repeats;
  for (std::size_t i = 0; i < matches.size();) {
    const std::size_t number = matches[i].place;
    const Place& place = item.places[number];
    const Match* best = nullptr;
    bool on = false;
    for (; i < matches.size() && matches[i].place == number; ++i) {
      const Match& match = matches[i];
      if (on || rank(match) == chosen) continue;
      on = !repeats.empty() && goes_on(repeats.back(), place, match);
      if (on || best == nullptr || rank(match) < rank(*best)) best = &match;
    }
    if (on) {
      repeats.back().length += place.chunk.size;
    } else if (best != nullptr) {
      repeats.push_back({place.at, place.chunk.size, best->source, best->at});
    }
  }
  std::erase_if(repeats, [](const Repeat& repeat) { return repeat.length < kLeastRepeat; });
  leave_revisions(item, seen, repeats);
  keep_rewinds_few(repeats);
  return repeats;
}

std::uint64_t octets_of(const std::vector<Repeat>& repeats) {
  std::uint64_t octets = 0;
  for (const Repeat& repeat : repeats) octets += repeat.length;
  return octets;
}

}  // namespace codec::repeat
