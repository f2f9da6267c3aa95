"""What arrived when, and what a link held when: figures over time, without any clock of their own."""

import bisect
import dataclasses
from collections.abc import Iterable


class Arrivals:
    """Octets that arrived, by times of one clock; `begun` is when they were asked for."""

    def __init__(self, begun: float, counts: Iterable[tuple[float, int]]) -> None:
        self.begun = begun
        self.times: list[float] = []
        self.totals: list[int] = [0]  # one more than times: what had arrived before
        for at, size in counts:
            self.times.append(at)
            self.totals.append(self.totals[-1] + size)

    @classmethod
    def by_millisecond(cls, begun: float, counts: Iterable[tuple[int, int]]) -> "Arrivals":
        """Times are milliseconds since the beginning, as wire.py prints them."""
        return cls(begun, ((begun + at / 1000, size) for at, size in counts))

    def octets(self, begin: float, end: float) -> int:
        """In [begin, end)."""
        return self.totals[bisect.bisect_left(self.times, end)] - self.totals[bisect.bisect_left(self.times, begin)]

    def ratio(self, rate: float | None, begin: float, end: float) -> float | None:
        """Of what a link of that rate could have carried meanwhile."""
        return round(self.octets(begin, end) * 8 / (end - begin) / rate, 3) if rate else None

    def stall(self, event: float, within: float) -> float | None:
        """How long nothing came after the event: the longest gap that ends within so many seconds of it, from the event or
        from the last arrival, whichever was later. None: nothing came at all."""
        last, longest = event, None
        for at in self.times[bisect.bisect_left(self.times, event) :]:
            if at > event + within:
                break
            longest = max(longest or 0.0, at - last)
            last = at
        return longest

    def at_rate(self, event: float, rate: float, share: float, window: float) -> float | None:
        """From the event until a window begins in which so much of that rate (bits per second) arrived; None: never."""
        wanted = rate * share * window / 8
        last = self.times[-1] if self.times else event
        for begin in [event, *self.times[bisect.bisect_left(self.times, event) :]]:
            if begin + window > last:
                break
            if self.octets(begin, begin + window) >= wanted:
                return begin - event
        return None


@dataclasses.dataclass(frozen=True)
class Held:
    """What the emulator said of one direction at one moment."""

    at: float
    offered_bytes: int
    offered_packets: int
    queue_bytes: int


def mean_queue(samples: list[Held], begin: float, end: float) -> float | None:
    """Octets that waited or were in service, by time: each sample stands until the next."""
    inside = [sample for sample in samples if begin <= sample.at < end]
    if len(inside) < 2:
        return None
    weighed = sum(now.queue_bytes * (after.at - now.at) for now, after in zip(inside, inside[1:]))
    return weighed / (inside[-1].at - inside[0].at)


def offered(samples: list[Held], at: float) -> int:
    """Octets offered until then: by the last sample before it."""
    before = [sample.offered_bytes for sample in samples if sample.at <= at]
    return before[-1] if before else 0


def percentile(values: list[float], share: float) -> float:
    """The least value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
