"""Signal by signal and trade by trade: what a live day and a replay of its tape have in common, and what not.

A signal is the same where its time and its direction are: live, both come from the tape that was recorded. A trade
belongs to the accepted signal before its entry.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import fmean
from typing import Literal

from simulator.replay.result import Result
from system.domain.position import RoundTrip
from system.domain.session import Calendar
from system.domain.settings import Settings
from system.wiring.live_day import LiveDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """`outcome` as the gate gave it; `reference_ticks`: ask for a long, bid for a short."""

    ts_ns: int
    direction: int
    reference_ticks: int
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A signal that both have, with other outcomes."""

    ts_ns: int
    direction: int
    live: str
    sim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A round trip with its signals. None: there is none to count from.

    Latency is from a signal to the fill that it led to: the entry's first, the last of an exit at an opposite signal.
    Slippage is in ticks against us: from the signal's reference, from stop or target.
    """

    trip: RoundTrip
    entry_latency_ns: int | None
    exit_latency_ns: int | None
    entry_slippage_ticks: Fraction | None
    exit_slippage_ticks: Fraction | None

    @property
    def latencies_ns(self) -> list[int]:
        """Those that are known."""
        return [one for one in (self.entry_latency_ns, self.exit_latency_ns) if one is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A trade of both, or of one of them. `signal_ns`: its signal; None: it was begun before the session."""

    signal_ns: int | None
    side: Literal["long", "short"]
    live: Leg | None
    sim: Leg | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`missed`: signals that only the replay has; `extra`: that only the live day has."""

    live_signals: int
    sim_signals: int
    matched: int
    missed: list[Signal]
    extra: list[Signal]
    different: list[Difference]
    pairs: list[Pair]

    def legs(self, whose: Literal["live", "sim"]) -> list[Leg]:
        """The trades of one of them."""
        return [leg for pair in self.pairs if (leg := getattr(pair, whose)) is not None]


def compare(live: LiveDay, sim: Result, day: date) -> Comparison:
    """Both hold the session of `day`; of the replay other sessions are left out."""
    calendar = Calendar(sim.settings.closures)
    ours = [
        Signal(ts_ns=one.ts_ns, direction=one.direction, reference_ticks=one.reference_ticks, outcome=one.outcome)
        for one in live.signals
    ]
    theirs = [
        Signal(ts_ns=one.ts_ns, direction=one.direction, reference_ticks=one.price_ticks, outcome=one.outcome)
        for one in sim.signals
        if calendar.at(one.ts_ns).day == day
    ]
    by_key = {(one.ts_ns, one.direction): one for one in ours}
    keys = {(one.ts_ns, one.direction) for one in theirs}
    both = [(by_key[key], one) for one in theirs if (key := (one.ts_ns, one.direction)) in by_key]
    trips = [trip for trip in sim.round_trips if calendar.at(trip.exit_ts_ns).day == day]
    return Comparison(
        live_signals=len(ours),
        sim_signals=len(theirs),
        matched=len(both),
        missed=[one for one in theirs if (one.ts_ns, one.direction) not in by_key],
        extra=[one for one in ours if (one.ts_ns, one.direction) not in keys],
        different=[
            Difference(ts_ns=one.ts_ns, direction=one.direction, live=one.outcome, sim=other.outcome)
            for one, other in both
            if one.outcome != other.outcome
        ],
        pairs=_pairs(_legs([one.trip for one in live.trips], ours, sim.settings), _legs(trips, theirs, sim.settings)),
    )


def _legs(trips: Iterable[RoundTrip], signals: Sequence[Signal], settings: Settings) -> list[tuple[int | None, Leg]]:
    """Each trade under the time of its signal."""
    found = []
    for trip in trips:
        sign = 1 if trip.side == "long" else -1
        opened = _last(signals, "accepted", sign, trip.entry_ts_ns)
        closed = _last(signals, "close", -sign, trip.exit_ts_ns) if trip.exit_reason == "opposite" else None
        leg = Leg(
            trip=trip,
            entry_latency_ns=None if opened is None else trip.entry_ts_ns - opened.ts_ns,
            exit_latency_ns=None if closed is None else trip.exit_ts_ns - closed.ts_ns,
            entry_slippage_ticks=None if opened is None else sign * (trip.entry_price_ticks - opened.reference_ticks),
            exit_slippage_ticks=_exit_slippage(trip, sign, opened, closed, settings),
        )
        found.append((None if opened is None else opened.ts_ns, leg))
    return found


def _last(signals: Sequence[Signal], outcome: str, direction: int, ts_ns: int) -> Signal | None:
    """The last signal of an outcome up to a time, if it is of that direction."""
    fitting = [one for one in signals if one.outcome == outcome]
    index = bisect_right([one.ts_ns for one in fitting], ts_ns) - 1
    return fitting[index] if index >= 0 and fitting[index].direction == direction else None


def _exit_slippage(
    trip: RoundTrip, sign: int, opened: Signal | None, closed: Signal | None, settings: Settings
) -> Fraction | None:
    """How much worse than at the stop, the target, or the touch at the opposite signal."""
    distances = {"stop": -settings.stop_ticks, "target": settings.target_ticks}
    if opened is not None and trip.exit_reason in distances:
        return sign * (opened.reference_ticks - trip.exit_price_ticks) + distances[trip.exit_reason]
    return None if closed is None else sign * (closed.reference_ticks - trip.exit_price_ticks)


def _pairs(live: list[tuple[int | None, Leg]], sim: list[tuple[int | None, Leg]]) -> list[Pair]:
    """In the order of their entries. What has no signal is nobody's pair."""
    others = {signal_ns: leg for signal_ns, leg in sim if signal_ns is not None}
    pairs = []
    for signal_ns, leg in live:
        other = others.pop(signal_ns, None) if signal_ns is not None else None
        pairs.append(Pair(signal_ns=signal_ns, side=leg.trip.side, live=leg, sim=other))
    alone = [*others.items(), *((None, leg) for signal_ns, leg in sim if signal_ns is None)]
    pairs += [Pair(signal_ns=signal_ns, side=leg.trip.side, live=None, sim=leg) for signal_ns, leg in alone]
    return sorted(pairs, key=lambda pair: _entered_ns(pair.live or pair.sim))


def _entered_ns(leg: Leg | None) -> int:
    assert leg is not None, "a pair has a trade"
    return leg.trip.entry_ts_ns


def mean(values: Iterable[Fraction | int | None]) -> float | None:
    """Of those that are known; None where none is."""
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None
