"""METHOD.md 8: bar shapes, headfake, anomaly, gamma pin; each condition alone, and each rule's mirror image."""

from collections.abc import Sequence

import pytest

from tests.domain.bars import Bar, changed, fires, flat, judged, mirrored


def both_ways(bars: Sequence[Bar], name: str, other: str, direction: int) -> bool:
    """Whether a rule fires at the last bar; its mirror image must agree."""
    found = fires(bars, name, direction)
    assert fires(mirrored(bars), other, -direction) == found
    return found


DOWN_UP = [Bar(100, 110, 98, 105), Bar(104, 105, 100, 101), Bar(102, 111, 101, 109)]


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        (DOWN_UP, True),
        (changed(DOWN_UP, 1, open=105), False),  # O0 < C-1
        (changed(DOWN_UP, 1, low=102), False),  # H-1 = 110 > L0 + 8
        (changed(DOWN_UP, 1, low=101), True),
        (changed(DOWN_UP, 2, open=101), False),  # O+1 > C0
        (changed(DOWN_UP, 2, high=110), False),  # H+1 > H-1
        (changed(changed(changed(DOWN_UP, 0, high=107), 1, low=100), 2, high=108), False),  # 107 > 108 is not
        (changed(changed(DOWN_UP, 0, high=109), 2, high=110), True),
        (DOWN_UP[1:], False),
    ],
)
def test_long_down_up_bar_needs_each_of_its_conditions(bars: list[Bar], expected: bool) -> None:
    assert both_ways(bars, "long_down_up_bar", "long_up_down_bar", 1) == expected


COLOR_DOWN = [Bar(110, 115, 105, 112), Bar(111, 114, 100, 108), Bar(104, 113, 98, 102), Bar(101, 103, 97, 99)]


@pytest.mark.parametrize(
    ("bars", "expected"),
    [
        (COLOR_DOWN, True),
        (changed(COLOR_DOWN, 1, open=112), False),  # O-1 < C-2
        (changed(COLOR_DOWN, 0, high=112), False),  # H-2 > L-1 + 12
        (changed(COLOR_DOWN, 0, high=113), True),
        (changed(COLOR_DOWN, 0, low=100), False),  # L-1 < L-2
        (changed(COLOR_DOWN, 2, high=114), False),  # H0 < H-1
        (changed(COLOR_DOWN, 3, open=102), False),  # O+1 < C0
        (changed(COLOR_DOWN, 2, high=109), False),  # H0 > L+1 + 12
        (changed(COLOR_DOWN, 2, high=110), True),
        (changed(COLOR_DOWN, 2, low=97), False),  # L+1 < L0
        (COLOR_DOWN[1:], False),
    ],
)
def test_color_down_setting_needs_each_of_its_conditions(bars: list[Bar], expected: bool) -> None:
    assert both_ways(bars, "color_down_setting", "color_up_setting", -1) == expected


@pytest.mark.parametrize(
    ("close", "volume", "delta", "expected"),
    [
        (102, 151, 100, True),  # 0.4 + 0.3, which falls short of 0.7 by a rounding error at most
        (102, 100, 29, True),  # 0.6 + 0.3
        (103, 151, 30, True),  # 0.4 + 0.6
        (103, 100, 0, False),  # 0.6: a close at the broken level + 2 is not under it
        (102, 150, 100, False),  # 0.3: 150 is not more than 1.5 x 100
        (102, 100, -30, False),  # 0.3: a delta of 0.3 is not under 0.3
        (103, 151, 100, False),  # 0.4
        (102, 151, 0, True),  # 1.3, capped at 1
    ],
)
def test_headfake_strengths(close: int, volume: int, delta: int, expected: bool) -> None:
    """Nine bars with a highest high of 101 and 100 contracts each, then a high of 103."""
    bars = [*flat(9), Bar(100, 103, 100, close, volume, delta)]
    assert both_ways(bars, "headfake", "headfake", -1) == expected


def test_headfake_needs_a_break_and_nine_bars_before() -> None:
    weak = Bar(100, 103, 100, 102, 151)
    assert not both_ways([*flat(9), Bar(100, 101, 100, 100, 151)], "headfake", "headfake", -1)
    assert not both_ways([*flat(8), weak], "headfake", "headfake", -1)
    high = [Bar(100, 103, 99, 100), *flat(8)]
    assert not both_ways([*high, weak], "headfake", "headfake", -1)  # the ninth before had 103
    assert both_ways([*high, flat(1)[0], weak], "headfake", "headfake", -1)  # the tenth no longer counts


def test_headfake_may_fire_on_both_sides_of_one_bar() -> None:
    bars = [*flat(9), Bar(100, 103, 97, 100, 151)]
    assert fires(bars, "headfake", 1)
    assert fires(bars, "headfake", -1)


def test_headfake_counts_the_delta_in_units() -> None:
    """290 tenths of 100 contracts: 0.29."""
    bars = [*flat(9), Bar(100, 103, 100, 102, 100, 290)]
    assert fires(bars, "headfake", -1, unit=10)
    assert not fires(bars, "headfake", -1)


def anomaly(bars: list[Bar], **options: int) -> bool:
    return fires(bars, "microstructure_anomaly", 0, **options)


def test_an_anomaly_of_volume_is_more_than_three_deviations() -> None:
    """Mean 100, deviation 10."""
    history = [*flat(5, volume=90), *flat(5, volume=110)]
    assert not anomaly([*history, *flat(1, volume=130)])
    assert anomaly([*history, *flat(1, volume=131)])
    assert not anomaly([*history, *flat(1, volume=60)])


@pytest.mark.parametrize("volume", [10**6, 10**9, 2**31 - 1, 100_000 * (2**31 - 1)])
def test_volumes_of_any_size_can_be_compared(volume: int) -> None:
    """One large bar of thirty: its double lies 11 deviations above the mean, half of it 2.6. Squares do not overflow."""
    history = [*flat(1, volume=volume), *flat(29, volume=100)]
    assert anomaly([*history, *flat(1, volume=2 * volume)])
    assert not anomaly([*history, *flat(1, volume=volume // 2)])
    assert anomaly([*flat(15, volume=100), *flat(15, volume=110), *flat(1, volume=volume)])


def test_an_anomaly_looks_back_thirty_bars() -> None:
    history = [*flat(10, volume=5000), *flat(15, volume=90), *flat(15, volume=110)]
    assert anomaly([*history, *flat(1, volume=131)])
    assert not anomaly([*history[:-1], *flat(1, volume=131)])


def test_a_deviation_of_0_is_no_anomaly() -> None:
    assert not anomaly([*flat(10, volume=100), *flat(1, volume=900)])
    assert not anomaly([*flat(10, spread=1.0), *flat(1, spread=9.0)])


def test_an_anomaly_of_spread_is_more_than_two_deviations() -> None:
    """Mean 2, deviation 1. Bars without a quote are no history of spreads, nor do they have one."""
    history = [*flat(5, spread=1.0), *flat(5, spread=3.0)]
    assert not anomaly([*history, *flat(1, spread=4.0)])
    assert anomaly([*history, *flat(1, spread=4.01)])
    assert not anomaly([*history, *flat(1, spread=None)])
    assert anomaly([*history, *flat(5, spread=None), *flat(1, spread=4.01)])
    assert not anomaly([*history[1:], *flat(5, spread=None), *flat(1, spread=4.01)])


@pytest.mark.parametrize("bars", [10, 15, 20, 25, 30])
@pytest.mark.parametrize(("narrow", "wide"), [(1.0, 4.0), (1.0, 7.0), (1.0, 8.0), (2.0, 8.0), (2.0, 9.0)])
def test_a_spread_of_exactly_two_deviations_is_no_anomaly(bars: int, narrow: float, wide: float) -> None:
    """A fifth of the bars are wide: one more lies at exactly two deviations, whatever sums of fractions round to."""
    history = [*flat(bars // 5, spread=wide), *flat(bars - bars // 5, spread=narrow)]
    assert not anomaly([*history, *flat(1, spread=wide)])
    assert anomaly([*history, *flat(1, spread=wide + 0.001)])


@pytest.mark.parametrize(("delta", "expected"), [(81, True), (80, False), (-81, True), (0, False)])
def test_without_history_an_anomaly_is_one_sided_volume(delta: int, expected: bool) -> None:
    """More than 80 of 100; the tenth bar has nine before it, the eleventh has history."""
    assert anomaly([*flat(9), *flat(1, delta=delta)]) == expected
    assert anomaly([*flat(9), *flat(1, delta=10 * delta)], unit=10) == expected
    assert not anomaly([*flat(10), *flat(1, delta=delta)])


@pytest.mark.parametrize(
    ("close", "expected"), [(103, True), (104, False), (113, True), (114, False), (107, False), (108, True)]
)
def test_gamma_pin_is_closer_than_three_and_a_half_ticks(close: int, expected: bool) -> None:
    """Levels of 100 and 110.5: 103 is 3 away, 104 is 4, 113 is 2.5, 107 and 114 exactly 3.5."""
    assert fires(flat(1, close), "gamma_pin", 0, levels=[100.0, 110.5]) == expected


def test_without_levels_there_is_no_gamma_pin() -> None:
    assert not fires(flat(1, 0), "gamma_pin", 0)


@pytest.mark.parametrize(
    ("near", "fired"),
    [
        ("11001", [0, 4]),  # on the rising edge only; fired at 0, silent at 1 to 3
        ("01001101", [1, 7]),  # an edge while silent is lost, though the rule stays true
        ("010101", [1, 5]),
        ("1111111", [0]),
    ],
)
def test_a_rule_fires_on_its_rising_edge_and_is_then_silent_for_three_bars(near: str, fired: list[int]) -> None:
    """Closes at the level of 0, or far from it."""
    bars = [flat(1, 0 if letter == "1" else 50)[0] for letter in near]
    found = [("gamma_pin", 0) in at_bar for at_bar in judged(bars, levels=[0.0])[0]]
    assert [k for k, hit in enumerate(found) if hit] == fired
