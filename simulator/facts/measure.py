"""The facts of a tape: one pass over its events, holding no more than one stretch of one session."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from simulator.facts.day import Day
from simulator.facts.impact import Impact
from simulator.facts.pools import ratio
from simulator.facts.prints import Prints
from simulator.facts.quotes import Quotes
from simulator.facts.returns import Returns
from simulator.facts.stretch import DAY, OVERNIGHT, RTH, Stretch, stretches
from system.domain.session import Calendar
from system.domain.ticks import Batch

DRAWN_PRINTS: Final = 200  # a segment with fewer has no curves


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was measured, by segment: "rth", "overnight", and "day" for what compares the two.

    `summary` counts events, prints, sessions and contracts; `values` has the figures by key of the catalogue, None
    where there is nothing to measure; `counts` says how much they rest on; `curves` is what a page draws (a segment
    with too little data is missing from it).
    """

    name: str
    summary: dict[str, int]
    values: dict[str, dict[str, float | None]]
    counts: dict[str, dict[str, int]]
    curves: dict[str, dict[str, Any]]


class _Segment:
    """All measures of one segment of the day."""

    def __init__(self) -> None:
        self.prints, self.quotes = Prints(), Quotes()
        self.impact, self.returns = Impact(), Returns()
        self.all: tuple[Prints | Quotes | Impact | Returns, ...] = (
            self.prints,
            self.quotes,
            self.impact,
            self.returns,
        )

    def add(self, stretch: Stretch) -> None:
        for each in self.all:
            each.add(stretch)

    def end_session(self) -> None:
        for each in self.all:
            each.end_session()

    def counts(self) -> dict[str, int]:
        return {key: count for each in self.all for key, count in each.counted().items()}

    def values(self) -> dict[str, float | None]:
        values = {key: value for each in self.all for key, value in each.values().items()}
        values["quotes_per_print"] = ratio(self.quotes.count, self.prints.sizes.total)
        return values

    def curves(self) -> dict[str, Any]:
        return {name: curve for each in self.all for name, curve in each.curves().items()}


def measure(name: str, batches: Iterable[Batch], calendar: Calendar | None = None) -> Facts:
    """Measure the events of a tape, in order, however they are cut into batches."""
    summary = {"events": 0, "prints": 0, "sessions": 0, "contracts": 0}

    def counted() -> Iterator[Batch]:
        for batch in batches:
            summary["events"] += len(batch)
            yield batch

    segments = {RTH: _Segment(), OVERNIGHT: _Segment()}
    day, session = Day(), None
    for stretch in stretches(counted(), calendar or Calendar()):
        if session != stretch.session:
            session = stretch.session
            summary["sessions"] += 1
            _end_session(segments, day)
        summary["prints"] += len(stretch.prints["size"])
        summary["contracts"] += int(stretch.prints["size"].sum())
        segments[stretch.segment].add(stretch)
        day.add(stretch)
    _end_session(segments, day)
    return _facts(name, summary, segments, day)


def _end_session(segments: dict[str, _Segment], day: Day) -> None:
    for measures in segments.values():
        measures.end_session()
    day.end_session()


def _facts(name: str, summary: dict[str, int], segments: dict[str, _Segment], day: Day) -> Facts:
    values = {segment: measures.values() for segment, measures in segments.items()}
    counts = {segment: measures.counts() for segment, measures in segments.items()}
    values[DAY] = {**day.values(), "std_ratio": ratio(values[OVERNIGHT]["std_60s"], values[RTH]["std_60s"])}
    counts[DAY] = {
        "whole_sessions": day.sessions,
        "returns_60s_both": min(counts[segment]["returns_60s"] for segment in segments),
    }
    drawn = [segment for segment in segments if counts[segment]["prints"] >= DRAWN_PRINTS]
    curves = {segment: segments[segment].curves() for segment in drawn}
    if day.sessions:
        curves[DAY] = day.curve()
    return Facts(name=name, summary=summary, values=values, counts=counts, curves=curves)
