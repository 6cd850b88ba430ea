"""METHOD.md 4 and 5: score, adaptation, state, triggers, spacing, evaluation interval."""

from dataclasses import replace

import pytest

from system.domain.profile import ADAPTIVE, FINAL
from tests.domain.tape import DELTA, MS, S, Tape, chicago, weighing

LEVEL = replace(DELTA, trigger="level")


def lone(*ats: float) -> Tape:
    """LONG trades (5 at the ask) at these times after one of 1 at 0 s, on 1000 / 1001."""
    tape = Tape().quote(0, 1000, 1001).trade(0, 1001, 1)
    for at in ats:
        tape.trade(at, 1001, 5)
    return tape


def test_the_score_is_the_weighted_sum() -> None:
    """1 at the ask: bias 1, size 0.1, narrow spread 1, imbalance (30 - 10) / 40; VWAP does not rise: -1; delta 1 / 5."""
    weights = (0.1, 0.2, 0.3, -0.4, 0.5, 0.6, 0.0, 0.0)
    tape = Tape().quote(0, 1000, 1001, 30, 10).trade(0, 1001, 1)
    score = tape.read(profile=replace(DELTA, weights=weights)).score
    assert score == pytest.approx(-0.1 + 0.2 * 0.2 + 0.3 - 0.4 * 0.1 + 0.5 + 0.6 * 0.5)


def test_the_least_the_greatest_and_the_mean_score_are_kept() -> None:
    """Deltas of 1, 5 and -2: 0.2, 1 and -0.4. Before the first evaluation there are none."""
    assert Tape().quote(0, 1000, 1001).read().confluence.score is None
    tape = Tape().quote(0, 1000, 1001).trade(0, 1001, 1).trade(1, 1001, 5).trade(2, 1000, 2)
    assert tape.read().confluence.score == (-0.4, 1.0, pytest.approx(0.8 / 3))


@pytest.mark.parametrize(("threshold", "signals"), [(0.4, 0), (0.4 - 9e-10, 0), (0.4 - 2e-9, 1), (0.4 + 1e-6, 0)])
def test_a_score_must_pass_its_threshold_by_more_than_a_billionth(threshold: float, signals: int) -> None:
    """Two contracts: a score of 0.4 up, -0.4 down."""
    profile = replace(DELTA, long_above=threshold, short_below=-threshold)
    for price, direction in ((1001, 1), (1000, -1)):
        tape = Tape().quote(0, 1000, 1001).trade(0, price, 1).trade(1, price, 2)
        assert tape.read(profile=profile).directions == [direction] * signals


def thresholds(prices: list[int], **changes: object) -> tuple[float, float]:
    """Of the last evaluation, for a profile that adapts."""
    tape = Tape().quote(0, 900, 1100).trades(1, prices)
    last = tape.read(profile=replace(weighing(0), adapts=True, **changes)).evaluations[-1]  # type: ignore[arg-type]
    return float(last["long_above"]), float(last["short_below"])


def zigzag(ups: int, downs: int) -> list[int]:
    """Twenty changes: downs, unchanged prices, ups, of one tick each."""
    steps = [-1] * downs + [0] * (20 - ups - downs) + [1] * ups
    return [1000 + sum(steps[:k]) for k in range(21)]


GUIDE = {"long_above": 0.35, "short_below": -0.35}


def test_adaptation_gives_the_guides_figures() -> None:
    """Trend (10 - 8) / 18 = 0.11: 0.35 x 25 / 35 = 0.25, 0.35 x 45 / 35 = 0.45; and the mirror."""
    assert thresholds(zigzag(10, 8), **GUIDE) == pytest.approx((0.25, -0.45))
    assert thresholds(zigzag(8, 10), **GUIDE) == pytest.approx((0.45, -0.25))


def test_a_trend_of_exactly_a_tenth_or_of_too_few_prices_adapts_nothing() -> None:
    """(11 - 9) / 20 = 0.1."""
    assert thresholds(zigzag(11, 9), **GUIDE) == (0.35, -0.35)
    assert thresholds(zigzag(9, 11), **GUIDE) == (0.35, -0.35)
    assert thresholds(zigzag(20, 0)[:20], **GUIDE) == (0.35, -0.35)


def test_adaptation_is_about_the_centre_of_the_thresholds() -> None:
    """+0.18 and -0.12: centre 0.03, half width 0.15."""
    adaptive = {"long_above": ADAPTIVE.long_above, "short_below": ADAPTIVE.short_below}
    assert thresholds(zigzag(20, 0), **adaptive) == pytest.approx((0.03 + 0.15 * 25 / 35, 0.03 - 0.15 * 45 / 35))
    assert thresholds(zigzag(0, 20), **adaptive) == pytest.approx((0.03 + 0.15 * 45 / 35, 0.03 - 0.15 * 25 / 35))


def test_a_profile_that_does_not_adapt_keeps_its_thresholds() -> None:
    tape = Tape().quote(0, 900, 1100).trades(1, zigzag(20, 0))
    last = tape.read(profile=FINAL).evaluations[-1]
    assert (last["long_above"], last["short_below"]) == (0.18, -0.12)


def test_evaluations_are_at_least_the_interval_apart() -> None:
    """At 0 and 0.1 s; 0.099 999 999 s is too early, and 0.15 s is too early after 0.1 s; 0.2 s is not."""
    tape = Tape().quote(0, 1000, 1001).trade(0, 1001).trade(0.099_999_999, 1001).trade(0.1, 1001, 5)
    read = tape.trade(0.15, 1000, 5).trade(0.2, 1000, 1).read()
    assert ((read.evaluations["ts_ns"] - tape.base_ns) / MS).tolist() == [0, 100, 200]
    assert read.times == [0.1]


def test_trades_between_evaluations_still_count() -> None:
    """A window of 3 with 5 + 5 bought in between: delta 1 + 5 + 5 over 5, clipped."""
    tape = Tape().quote(0, 1000, 1001).trade(0, 1001).trade(0.01, 1001, 5).trade(0.02, 1001, 5).trade(0.1, 1000, 9)
    assert tape.read(profile=weighing(2, "legacy", window_trades=3)).score == pytest.approx(1 / 19)


def test_the_interval_restarts_with_the_session_but_not_at_a_gap() -> None:
    tape = Tape().quote(0, 1000, 1001).trade(0, 1001).gap(0.01).quote(0.02, 1000, 1001).trade(0.03, 1001)
    assert tape.read().confluence.evaluated == 1
    edge = Tape(chicago("2024-01-03 15:59:59")).quote(0, 1000, 1001).trade(0, 1001)
    edge.quote(3601, 1000, 1001).trade(3601, 1001)
    assert edge.read(min_calculation_interval_ns=7200 * S).confluence.evaluated == 2


@pytest.mark.parametrize(("window", "first"), [(1, 1), (4, 4)])
def test_the_first_window_of_trades_is_evaluated_but_neutral(window: int, first: int) -> None:
    read = lone(1, 2, 3, 4, 5).read(profile=replace(DELTA, window_trades=window))
    assert (read.times, read.confluence.evaluated) == ([first], 6)


def test_the_wait_counts_trades_without_a_quote_too() -> None:
    tape = Tape().trade(0, 1001, 1).quote(0.5, 1000, 1001).trade(1, 1001, 5)
    assert tape.read().times == [1]


def test_after_a_gap_the_wait_and_the_state_begin_again() -> None:
    """LONG at 1 s, still LONG at 2 s; after the gap the trade at 4 s is the first again, the one at 5 s a new edge."""
    tape = lone(1, 2).gap(3).quote(3, 1000, 1001).trade(4, 1001, 5).trade(5, 1001, 5)
    assert tape.read().times == [1, 5]


def test_edge_fires_when_the_state_is_new_and_level_at_every_evaluation() -> None:
    assert lone(1, 2, 3).read().times == [1]
    assert lone(1, 2, 3).read(profile=LEVEL).times == [1, 2, 3]
    again = lone(1).trade(2, 1001, 1).trade(3, 1001, 5)
    assert again.read().times == [1, 3]
    assert again.read(profile=LEVEL).times == [1, 3]


def test_from_long_to_short_is_an_edge() -> None:
    read = lone(1).trade(2, 1000, 5).read()
    assert (read.times, read.directions) == ([1, 2], [1, -1])


def test_a_signal_has_its_score_its_features_and_the_prevailing_quote() -> None:
    """5 of 5 at the ask on 30 x 1000 / 1001 x 10: delta 1, bias 1, size 0.5, narrow, imbalance 0.5."""
    tape = Tape().quote(0, 1000, 1001, 30, 10).trade(0, 1001, 1).trade(1, 1001, 5)
    signal = tape.read().signals[0]
    assert signal["features"].tolist() == [-1, 1, 1, 0.5, 1, 0.5, 0, 0]
    assert (signal["index"], signal["bid_ticks"], signal["ask_ticks"], signal["score"]) == (2, 1000, 1001, 1)


SPACED = {"min_time_between_signals_ns": 20 * S}


def test_a_spacing_of_exactly_20_s_is_enough() -> None:
    assert lone(1).trade(21, 1000, 5).read(**SPACED).times == [1, 21]
    assert lone(1).trade(20.999_999_999, 1000, 5).read(**SPACED).times == [1]


def test_a_candidate_that_is_dropped_moves_the_state() -> None:
    """SHORT at 20.9 s is dropped; at 21 s it is SHORT still, no edge; LONG at 21.2 s is one."""
    tape = lone(1).trade(20.9, 1000, 5).trade(21, 1000, 5).trade(21.2, 1001, 5)
    assert tape.read(**SPACED).times == [1, 21.2]


@pytest.mark.parametrize(("at", "fourth"), [(60.999_999_999, []), (61, [61])])
def test_a_signal_exactly_60_s_old_no_longer_counts(at: float, fourth: list[float]) -> None:
    tape = lone(1, 2, 3, 4, at)
    assert tape.read(profile=LEVEL, max_signals_per_minute=3).times == [1, 2, 3, *fourth]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [4, 3605]),
        ({"min_time_between_signals_ns": 3601 * S}, [4, 3605]),
        ({"min_time_between_signals_ns": 3601 * S + 1}, [4]),
    ],
)
def test_spacing_runs_on_over_the_sessions_end(changes: dict[str, int], expected: list[float]) -> None:
    """A signal at 15:59:59 Chicago, the next 3601 s later, on the second trade of the next session."""
    tape = Tape(chicago("2024-01-03 15:59:55")).quote(0, 1000, 1001).trade(0, 1001).trade(4, 1001, 5)
    tape.quote(3605, 1000, 1001).trade(3605, 1001).trade(3605, 1001, 5)
    assert tape.read(min_calculation_interval_ns=0, **changes).times == expected


def test_the_state_is_neutral_at_the_sessions_start() -> None:
    """LONG before the break, and LONG again on the second trade after it: an edge."""
    tape = Tape(chicago("2024-01-03 15:59:55")).quote(0, 1000, 1001).trade(0, 1001).trade(1, 1001, 5)
    tape.quote(3605, 1000, 1001).trade(3606, 1001, 5).trade(3607, 1001, 5)
    assert tape.read().times == [1, 3607]


def test_the_60_s_list_outlives_a_gap() -> None:
    """One a minute: 1 s, not 60.9 s, and 61 s again; the gap in between forgets the state, not the list."""
    tape = lone(1).gap(30).quote(30, 1000, 1001).trade(31, 1001, 1).trade(60.9, 1001, 5).trade(61, 1001, 5)
    assert tape.read(profile=LEVEL, max_signals_per_minute=1).times == [1, 61]
