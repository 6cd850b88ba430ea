"""Signals and trades of two runs, side by side, on a few made up."""

from datetime import date
from fractions import Fraction
from typing import Any, Literal

from simulator.comparison.compare import Comparison, compare, mean
from simulator.replay.result import Result, SignalRow
from system.domain.instrument import ES
from system.domain.position import ExitReason, RoundTrip
from system.domain.profile import FINAL
from system.domain.settings import Settings
from system.wiring.live_day import LiveDay, LiveSignal, LiveTrip
from tests.domain.tape import NOON, S, chicago

TODAY = date(2024, 1, 3)


def signal(second: int, direction: int = 1, outcome: str = "accepted", ask: int = 101) -> LiveSignal:
    return LiveSignal(
        ts_ns=NOON + second * S, direction=direction, bid_ticks=ask - 1, ask_ticks=ask, score=0.2, outcome=outcome
    )


def row(one: LiveSignal, **changes: Any) -> SignalRow:
    usual = {
        "ts_ns": one.ts_ns,
        "direction": one.direction,
        "price_ticks": one.reference_ticks,
        "score": one.score,
        "features": (),
        "outcome": one.outcome,
    }
    return SignalRow(**(usual | changes))


def trip(
    entry: int, exit_: int, prices: tuple[int, int], reason: ExitReason, side: Literal["long", "short"] = "long"
) -> RoundTrip:
    return RoundTrip(
        side=side,
        contracts=1,
        entry_ts_ns=NOON + entry * S,
        entry_price_ticks=Fraction(prices[0]),
        exit_ts_ns=NOON + exit_ * S,
        exit_price_ticks=Fraction(prices[1]),
        exit_reason=reason,
        net_cents=0,
    )


def of(live: LiveDay, signals: list[SignalRow], trips: list[RoundTrip]) -> Comparison:
    return compare(live, Result(settings=Settings(), profile=FINAL, signals=signals, round_trips=trips), TODAY)


def day(signals: list[LiveSignal], trips: list[RoundTrip]) -> LiveDay:
    return LiveDay(signals=signals, trips=[LiveTrip(trip=one, instrument=ES, is_inferred=False) for one in trips])


def test_signals_are_the_same_by_time_and_direction() -> None:
    ours = [signal(0), signal(30, outcome="halted"), signal(60)]
    theirs = [row(ours[0]), row(ours[1], outcome="cooldown"), row(signal(60, -1)), row(signal(90))]
    found = of(day(ours, []), theirs, [])
    assert (found.live_signals, found.sim_signals, found.matched) == (3, 4, 2)
    assert [(one.live, one.sim) for one in found.different] == [("halted", "cooldown")]
    assert [one.ts_ns for one in found.missed] == [NOON + 60 * S, NOON + 90 * S]
    assert [(one.ts_ns, one.direction) for one in found.extra] == [(NOON + 60 * S, 1)]


def test_of_the_replay_other_sessions_are_left_out() -> None:
    late = row(signal(0), ts_ns=chicago("2024-01-03 17:30:00"))
    assert of(day([], []), [late], []).sim_signals == 0


def test_slippage_is_against_us_and_from_what_the_exit_was_for() -> None:
    """Long: in at 103 with a reference of 101; its stop rests at 93, its target at 117."""
    for exit_price, reason, slippage in ((92, "stop", 1), (93, "stop", 0), (117, "target", 0), (118, "target", -1)):
        ours = day([signal(0)], [trip(1, 200, (103, exit_price), reason)])  # type: ignore[arg-type]
        (pair,) = of(ours, [], []).pairs
        assert pair.live is not None
        assert (pair.live.entry_slippage_ticks, pair.live.exit_slippage_ticks) == (2, slippage)
        assert (pair.live.entry_latency_ns, pair.live.exit_latency_ns) == (S, None)


def test_an_exit_at_an_opposite_signal_is_counted_from_it() -> None:
    signals = [signal(0, -1), signal(200, 1, "close", ask=95)]
    (pair,) = of(day(signals, [trip(1, 203, (100, 97), "opposite", "short")]), [], []).pairs
    assert pair.live is not None
    assert (pair.live.entry_slippage_ticks, pair.live.exit_slippage_ticks) == (0, 2)
    assert pair.live.latencies_ns == [S, 3 * S]


def test_trades_are_paired_by_their_signal_and_what_has_none_stands_alone() -> None:
    signals = [signal(0), signal(400)]
    ours = day(signals, [trip(-50, -10, (100, 90), "stop"), trip(1, 200, (101, 117), "target")])
    theirs = [trip(2, 210, (102, 117), "target"), trip(401, 500, (101, 93), "stop")]
    pairs = of(ours, [row(one) for one in signals], theirs).pairs
    assert [(pair.live is not None, pair.sim is not None) for pair in pairs] == [
        (True, False),
        (True, True),
        (False, True),
    ]
    assert [pair.signal_ns for pair in pairs] == [None, NOON, NOON + 400 * S]


def test_a_mean_of_nothing_is_not_zero() -> None:
    assert mean([None]) is None
    assert mean([Fraction(1), None, 2]) == 1.5
