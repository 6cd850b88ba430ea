"""METHOD.md 8: the golden rule, the battle, the making of bars, and all rules against the plain-Python reading."""

import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.bars import Bar, changed, fires, flat, judged, mirrored
from tests.domain.tape import Tape
from tests.reference import patterns as reading

WIDE = Bar(120, 125, 95, 120)
RED = Bar(100, 100, 97, 98)  # closes under 99


def green_base(closes: Sequence[int] = (100, 100, 100, 100, 101, 101, 102, 103)) -> list[Bar]:
    """Seven wide bars, then eight whose lowest low is 99: a range of 99..104; two rises of the last five are 101, 102."""
    return [WIDE] * 7 + [Bar(close, close + 1, close - 1, close) for close in closes]


def golden(bars: list[Bar]) -> bool:
    """Bearish under a green base; the mirror image, bullish over a red one, must agree."""
    found = fires(bars, "golden_rule_break", -1)
    assert fires(mirrored(bars), "golden_rule_break", 1) == found
    return found


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        (RED, True),
        (Bar(100, 100, 97, 99), False),  # at the low, not under it
        (Bar(97, 98, 97, 98), False),  # green
        (Bar(98, 98, 98, 98), False),  # neither
    ],
)
def test_a_red_bar_closing_under_a_green_base_breaks_the_rule(bar: Bar, expected: bool) -> None:
    assert golden([*green_base(), bar]) == expected


def test_a_base_needs_fifteen_bars_a_narrow_range_and_three_rises_of_five() -> None:
    assert not golden([*green_base()[1:], RED])
    assert golden([*changed(green_base(), 9, high=109), RED])  # a range of 10
    assert not golden([*changed(green_base(), 9, high=110), RED])
    assert not golden([*changed(green_base(), 14, close=102), RED])  # 101 and 102 are two rises


@pytest.mark.parametrize(("between", "expected"), [(0, True), (19, True), (20, False)])
def test_a_base_is_remembered_for_twenty_bars(between: int, expected: bool) -> None:
    """The bars between have a range of 30: no base ends at them."""
    assert golden([*green_base(), *[Bar(110, 130, 100, 110)] * between, RED]) == expected


@pytest.mark.parametrize(("top", "expected"), [(110, False), (111, True)])
def test_a_deviation_of_exactly_three_tenths_of_the_range_is_no_base(top: int, expected: bool) -> None:
    """Closes of 100 and 106 by turns: deviation 3. The wide range is 100..110 (0.3 x 10 = 3) or 100..111 (3.3)."""
    base = [Bar(close, close, close, close) for close in (100, 106) * 4]
    assert golden([*[Bar(105, top, 100, 105)] * 7, *base, Bar(100, 100, 99, 99)]) == expected


def test_the_latest_base_of_the_colour_counts() -> None:
    """The base goes on for four bars: under 99 no longer matters, under its own lowest low of 100 does."""
    later = [*green_base(), *[Bar(close, close + 1, close - 1, close) for close in (103, 104, 104, 105)]]
    assert fires([*later, Bar(101, 101, 99, 99)], "golden_rule_break", -1)
    assert not fires([*green_base(), Bar(101, 101, 99, 99)], "golden_rule_break", -1)


def battle(*bars: Bar) -> float:
    return judged(bars)[1][-1]


def test_the_battle_is_even_without_a_bar_of_any_range() -> None:
    assert battle(Bar(100, 100, 100, 100, delta=50)) == 0
    assert battle(Bar(100, 110, 95, 100)) == 0  # no body, no delta


def test_the_vikings_have_the_body_and_the_defenders_the_delta() -> None:
    """After 50 contracts: K = 0.8 x 0.8 + 0.2 x min(100 / 50, 2) = 1.04, F = 0.5 x 0.4 = 0.2. And the other way."""
    before = Bar(100, 100, 100, 100, volume=50)
    shown = 2 * 1.04 / 1.24 - 1
    assert battle(before, Bar(100, 110, 100, 108, delta=-40)) == pytest.approx(shown)
    assert battle(before, Bar(108, 110, 100, 100, delta=40)) == pytest.approx(-shown)


def test_a_body_of_six_tenths_of_the_range_counts_for_nothing() -> None:
    assert battle(Bar(100, 110, 100, 106, delta=-1)) == -1
    assert battle(Bar(100, 110, 100, 107)) == 1


def test_the_volume_counts_up_to_twice_the_mean_and_not_without_bars_before() -> None:
    """F = 0.5 x 0.4 = 0.2 in each; K = 0.8, and 0.2 x 2 with a mean of 1 before."""
    strong = Bar(100, 110, 100, 110, delta=-40)
    assert battle(strong) == pytest.approx(2 * 0.8 / 1.0 - 1)
    assert battle(Bar(100, 100, 100, 100, volume=1), strong) == pytest.approx(2 * 1.2 / 1.4 - 1)


def test_the_battle_is_of_the_last_five_bars() -> None:
    up = Bar(100, 110, 100, 110)
    assert battle(up, *flat(4)) == 1
    assert battle(up, *flat(5)) == 0


def test_a_bar_holds_its_trades_and_the_mean_spread_of_those_with_a_quote() -> None:
    """102 x 4 bought, 100 x 2 sold, then 104 x 3 bought on a wider quote; the fourth trade begins the next bar."""
    tape = Tape().quote(0, 100, 102).trade(1, 102, 4).trade(2, 100, 2).quote(3, 100, 104).trade(4, 104, 3)
    bars = tape.trade(5, 100, 9).read(pattern_bar_trades=3).bars
    names = ("open", "high", "low", "close", "volume", "delta", "number")
    assert [bars[name].tolist() for name in names] == [[102], [104], [100], [104], [9], [5], [0]]
    assert bars["spread"].tolist() == [pytest.approx((2 + 2 + 4) / 3)]
    assert bars["vwap_ticks"].tolist() == [pytest.approx((102 * 4 + 100 * 2 + 104 * 3) / 9)]
    bare = Tape().trade(1, 102).quote(2, 100, 102).trade(3, 102).trade(4, 102).trade(5, 102)
    assert (
        repr(bare.quote(6, 100, 100, 0, 0).read(pattern_bar_trades=1).bars["spread"].tolist()) == "[nan, 2.0, 2.0, 2.0]"
    )


def test_a_gap_drops_the_open_bar_only() -> None:
    """Two trades, a gap, three trades, two trades: the bar closes at 6 s; the next is number 1."""
    tape = Tape().quote(0, 1000, 1002).trade(1, 1002).trade(2, 1002).gap(3).trades(4, [1002] * 6)
    bars = tape.read(pattern_bar_trades=3).bars
    assert [(ts - tape.base_ns) / 1e9 for ts in bars["ts_ns"]] == [6, 9]
    assert bars["number"].tolist() == [0, 1]


def test_the_sessions_end_drops_the_open_bar_and_all_history() -> None:
    """Nine flat bars, and a tenth that would be a headfake: not in the next session."""
    day = 86_400
    tape = Tape().quote(0, 1000, 1010).trades(1, [1005] * 9).trade(11, 1004, 9)
    assert (9, "headfake", 1) in tape.read(pattern_bar_trades=1).fired
    split = Tape().quote(0, 1000, 1010).trades(1, [1005] * 9).quote(day, 1000, 1010).trade(day, 1004, 9)
    read = split.read(pattern_bar_trades=1)
    assert read.bars["number"].tolist() == [*range(9), 0]
    assert ("headfake", 1) not in [rule for _, *rule in read.fired]
    open_bar = Tape().quote(0, 1000, 1010).trades(1, [1005] * 2).trades(day, [1005] * 3)
    assert open_bar.read(pattern_bar_trades=3).bars["number"].tolist() == [0]


def test_the_delta_of_a_tape_makes_the_anomaly() -> None:
    """17 bought, 1 sold: 16 / 18 > 0.8."""
    tape = Tape().quote(0, 1000, 1002).trade(1, 1002, 9).trade(2, 1002, 8).trade(3, 1000, 1)
    assert tape.read(pattern_bar_trades=3).fired == [(0, "microstructure_anomaly", 0)]


@pytest.mark.parametrize(("later", "patterned"), [(1, True), (2, True), (3, False)])
def test_a_pattern_counts_for_a_signal_on_the_last_three_bars(later: int, patterned: bool) -> None:
    """Bars of one trade: ten at 1003, then 9 at 1002 under the lowest low (bullish), then the signal's own bar."""
    tape = Tape().quote(0, 1000, 1004).trades(0, [1003] * 10, step=0.01).trade(0.2, 1002, 9)
    signal = tape.trades(0.3, [1003] * (later - 1), step=0.01).trade(1, 1004, 5).read(pattern_bar_trades=1).signals[-1]
    assert (signal["direction"], bool(signal["patterned"])) == (1, patterned)


@pytest.mark.parametrize(("bid", "ask", "direction"), [(1000, 1004, -1), (990, 1000, 1)])
def test_a_pattern_on_the_signals_own_bar_counts_in_its_direction_only(bid: int, ask: int, direction: int) -> None:
    """9 at 1000, under the lowest low of 1001 but not by 2, is a bullish headfake; the signal sells, or buys."""
    tape = Tape().quote(0, 990, 1004).trades(0, [1001] * 11, step=0.01).quote(0.9, bid, ask).trade(1, 1000, 9)
    read = tape.read(pattern_bar_trades=1)
    assert (11, "headfake", 1) in read.fired
    assert read.directions == [direction]
    assert read.signals["patterned"].tolist() == [direction > 0]


prices = st.integers(0, 26)


@st.composite
def random_bars(draw: st.DrawFn) -> Bar:
    one, two, three, four = (draw(prices) for _ in range(4))
    volume = draw(st.sampled_from([1, 90, 100, 110, 400]))
    delta = draw(st.integers(-volume, volume))
    spread = draw(st.sampled_from([None, 1.0, 1.0, 2.0, 5.0]))
    return Bar(one, max(one, two, three, four), min(one, two, three, four), two, volume, delta, spread)


quiet = st.builds(lambda c, v: Bar(c, c + 1, c - 1, c, v), st.integers(10, 14), st.sampled_from([90, 100, 110]))


@given(st.lists(st.one_of(random_bars(), quiet, quiet), min_size=1, max_size=80))
def test_any_bars_fire_what_the_reading_says(bars: list[Bar]) -> None:
    levels = [Fraction(12), Fraction(41, 2)]
    triggers = [reading.Trigger(*condition) for condition in reading.conditions(levels)]
    fired, battles = judged(bars, levels=[float(level) for level in levels])
    seen: list[reading.Bar] = []
    for bar, now, battle_shown in zip(bars, fired, battles, strict=True):
        spread = None if bar.spread is None else Fraction(bar.spread)
        seen.append(reading.Bar(0, bar.open, bar.high, bar.low, bar.close, bar.volume, 10 * bar.delta, spread))
        assert now == {(each.name, each.direction) for each in triggers if each.fires(seen)}
        assert battle_shown == pytest.approx(2 * reading.battle_outcome(seen) - 1, abs=1e-12)


def test_long_quiet_walks_break_the_golden_rule_when_the_reading_says() -> None:
    """Bars of a slow walk, where bases end and are broken; what is found must not be nothing."""
    found = 0
    for seed in range(6):
        draw = random.Random(seed)
        price, bars = 100, []
        for _ in range(120):
            opened = price
            price += draw.choice([-6, -1, 0, 0, 1, 1, 6] if draw.random() < 0.1 else [-1, 0, 0, 1])
            bars.append(
                Bar(opened, max(opened, price) + draw.randint(0, 2), min(opened, price) - draw.randint(0, 2), price)
            )
        triggers = [reading.Trigger(*condition) for condition in reading.conditions([])]
        seen: list[reading.Bar] = []
        for bar, now in zip(bars, judged(bars)[0], strict=True):
            seen.append(reading.Bar(0, bar.open, bar.high, bar.low, bar.close, bar.volume, 0, Fraction(1)))
            assert now == {(each.name, each.direction) for each in triggers if each.fires(seen)}
            found += any(name == "golden_rule_break" for name, _ in now)
    assert found > 5
