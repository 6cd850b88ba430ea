"""METHOD.md 3: sides, window, VWAP, and what a gap, a seed and a session's start empty. Bars of one trade show sides."""

from math import tanh

import pytest

from tests.domain.tape import Tape, chicago, weighing


def deltas(tape: Tape, **changes: object) -> list[int]:
    """Bought minus sold of each trade, in units."""
    return list(tape.read(pattern_bar_trades=1, **changes).bars["delta"].tolist())


def test_at_or_beyond_a_touch_the_quote_decides() -> None:
    """Bid 100, ask 104."""
    tape = Tape().quote(0, 100, 104).trade(1, 104, 2).trade(2, 105, 1).trade(3, 100, 3).trade(4, 99, 1)
    assert deltas(tape) == [2, 1, -3, -1]


def test_inside_the_spread_the_last_change_of_price_decides() -> None:
    """102 (no change yet), 102, 103 (up), 103, 101 (down), 101."""
    tape = Tape().quote(0, 100, 104).trades(1, [102, 102, 103, 103, 101, 101], size=2)
    assert deltas(tape) == [0, 0, 2, 2, -2, -2]


def test_without_a_quote_too_and_quoted_trades_have_set_it() -> None:
    """104 then 100 was a fall; after the ask is gone the third trade, at 100 again, follows it."""
    tape = Tape().quote(0, 100, 104).trade(1, 104).trade(2, 100).quote(3, 100, 104, 5, 0).trade(4, 100, 7)
    assert deltas(tape)[-1] == -7


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0), (-1, 5)])
def test_a_one_sided_quote_ends_the_prevailing_one(sizes: tuple[int, int]) -> None:
    tape = Tape().quote(0, 100, 104).trade(1, 104).quote(2, 100, 104, *sizes).trade(3, 104)
    assert tape.read().confluence.evaluated == 1


@pytest.mark.parametrize(("bid", "ask"), [(104, 104), (105, 103)])
def test_a_locked_or_crossed_quote_changes_nothing(bid: int, ask: int) -> None:
    tape = Tape().quote(0, 100, 104).quote(1, bid, ask).trade(2, 104, 3)
    assert deltas(tape) == [3]
    assert tape.read().confluence.evaluated == 1


@pytest.mark.parametrize("size", [0, -3])
def test_an_invalid_trade_changes_nothing(size: int) -> None:
    """Were its price seen, the trade at 102 after it would be a fall."""
    tape = Tape().quote(0, 100, 104).trade(1, 103, size).trade(2, 102, 1)
    assert deltas(tape) == [0]
    assert tape.read().confluence.last_price_ticks == 102


def test_the_split_counts_tenths() -> None:
    """3 first: 15 / 15; 3 up: 18 / 12; 3 unchanged: 15 / 15; 1 down: 4 / 6. The quote does not matter."""
    tape = Tape().quote(0, 50, 60).trade(1, 100, 3).trade(2, 101, 3).trade(3, 101, 3).trade(4, 99, 1)
    assert deltas(tape, aggressor="split") == [0, 6, 0, -2]


def test_the_split_feeds_the_features_in_contracts() -> None:
    """Delta of the window: (6 - 2) / 10 = 0.4 contracts of 10."""
    tape = Tape().quote(0, 50, 60).trade(1, 100, 3).trade(2, 101, 3).trade(3, 101, 3).trade(4, 99, 1)
    assert tape.read(profile=weighing(1, "legacy"), aggressor="split").score == pytest.approx(0.4 / 5)
    assert tape.read(profile=weighing(2, "legacy"), aggressor="split").score == pytest.approx(0.4 / 10)


def test_the_window_holds_the_last_trades_those_without_a_side_too() -> None:
    """Window of 3. +1 +2 -4 +8: 2 + 8 bought, 4 sold. Then one inside the spread (tick rule: up) of 1: 8 + 1 - 4."""
    tape = Tape().quote(0, 100, 104).trade(1, 104, 1).trade(2, 104, 2).trade(3, 100, 4).trade(4, 104, 8)
    profile = weighing(2, "legacy", window_trades=3)
    assert tape.read(profile=profile).score == pytest.approx(6 / 14)
    nobody = Tape().quote(0, 100, 104).trade(1, 102, 9).trade(2, 102, 9).trade(3, 104, 1).trade(4, 104, 1)
    assert nobody.read(profile=weighing(1, "final", window_trades=3)).score == pytest.approx(tanh(2 / 800))


def test_vwap_is_of_all_trades_of_the_session_and_of_a_seed() -> None:
    """(100 x 2 + 103 x 4) / 6 = 102; seeded with 90 x 100, plus 1 at 100: 9100 / 101."""
    tape = Tape().quote(0, 99, 104).trade(1, 100, 2).trade(2, 103, 4).seed(3, 9000, 100).trade(4, 100, 1)
    assert tape.read().evaluations["vwap_ticks"].tolist() == [100, 102, 9100 / 101]


def busy() -> Tape:
    """Twenty-five rising trades of 1 at the ask, which fill window, trend and tick rule."""
    tape = Tape().quote(0, 90, 100)
    return tape.trades(1, range(100, 125))


def test_a_gap_empties_window_trend_momentum_tick_rule_and_quote() -> None:
    """After it one trade inside the spread: no side, no trend; without a new quote it is not even evaluated."""
    assert busy().gap(30).trade(31, 105).read().confluence.evaluated == 25
    for feature in (1, 2, 6, 7):
        tape = busy().gap(30).quote(30, 90, 110).trade(31, 105)
        assert busy().read(profile=weighing(feature)).score > 0
        assert tape.read(profile=weighing(feature)).score == 0


def test_after_a_gap_the_trade_before_it_is_forgotten_in_the_split_too() -> None:
    assert deltas(busy().gap(30).trade(31, 90, 1), aggressor="split")[-1] == 0


def test_vwap_stays_over_a_gap_and_restarts_with_the_session() -> None:
    """25 trades of mean 112, then one at 138: (112 x 25 + 138) / 26 = 113."""
    tape = busy().gap(30).quote(30, 90, 138).trade(31, 138)
    assert tape.read().evaluations["vwap_ticks"][-1] == 113
    day = 86_400
    tape = busy().quote(day, 90, 138).trade(day, 138)
    assert tape.read().evaluations["vwap_ticks"][-1] == 138
    for feature in (6, 7):
        assert tape.read(profile=weighing(feature)).score == 0


def test_a_seed_leaves_everything_else() -> None:
    tape = busy().seed(26, 100 * 100, 100).trade(27, 125)
    assert tape.read(profile=weighing(7)).score == 1


def test_the_break_is_ignored_and_no_quote_prevails_at_the_open() -> None:
    """Chicago 15:59:50, 16:00:00 (break), 16:59:59.999, 17:00:00 (no quote yet), then a quote."""
    tape = Tape(chicago("2024-01-03 15:59:50")).quote(0, 100, 104).trade(5, 104).trade(10, 104).quote(60, 90, 94)
    tape.trade(3609.999, 94).trade(3610, 104).quote(3611, 100, 104).trade(3612, 100)
    read = tape.read(pattern_bar_trades=1)
    assert ((read.bars["ts_ns"] - tape.base_ns) / 1e9).tolist() == [5, 3610, 3612]
    assert ((read.evaluations["ts_ns"] - tape.base_ns) / 1e9).tolist() == [5, 3612]


def test_our_sides_are_measured_by_the_tapes_own() -> None:
    """Known: 2 bought (right), 3 sold (we say bought), 4 unknown; 2 of 5 agree."""
    tape = Tape().quote(0, 100, 104).trade(1, 104, 2, side=1).trade(2, 104, 3, side=-1).trade(3, 104, 4)
    assert tape.read().confluence.side_agreement == 2 / 5
    assert Tape().quote(0, 100, 104).trade(1, 104).read().confluence.side_agreement is None
