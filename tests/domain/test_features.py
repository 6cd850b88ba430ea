"""METHOD.md 4: the eight features in both columns. A profile that weighs one feature alone shows it as its score."""

from math import tanh

import pytest

from tests.domain.tape import Tape, weighing

MID = 1000


def three_trades() -> Tape:
    """30 bought at 1002, 10 sold at 1000, 40 bought at 1002, on a quote of 30 x 1000 / 1002 x 10."""
    return Tape().quote(0, 1000, 1002, 30, 10).trade(1, 1002, 30).trade(2, 1000, 10).trade(3, 1002, 40)


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (0, tanh(200 * 0.25 / 1001.75)),
        (1, tanh(60 / 800)),
        (2, tanh(1.5 * 60 / 80)),
        (3, 0.4),
        (4, 1 - 0.5 / 4),
        (5, 20 / 40),
        (6, 0.0),
        (7, 0.0),
    ],
)
def test_the_final_column(feature: int, expected: float) -> None:
    """VWAP = (1002 x 70 + 1000 x 10) / 80 = 1001.75; delta = 70 - 10 = 60 of 80; the spread is half a point."""
    assert three_trades().read(profile=weighing(feature)).score == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("feature", "expected"), [(0, 1.0), (1, 2 / 5), (2, 2 / 6), (3, 0.4), (4, -1.0), (5, 0.5), (6, 0.0), (7, 0.0)]
)
def test_the_legacy_column(feature: int, expected: float) -> None:
    """2 sold at 1000, then 4 bought at 1002: delta 2 of 6, VWAP rises, a spread of 0.5 points is wide (> 0.3)."""
    tape = Tape().quote(0, 1000, 1002, 30, 10).trade(1, 1000, 2).trade(2, 1002, 4)
    assert tape.read(profile=weighing(feature, "legacy")).score == pytest.approx(expected, abs=1e-15)


def test_legacy_features_are_clipped_and_a_spread_of_one_tick_is_narrow() -> None:
    """40 sold: delta / 5 = -8, size / 10 = 4; the spread is 0.25 points."""
    tape = Tape().quote(0, 1000, 1001).trade(1, 1000, 40)
    scores = [tape.read(profile=weighing(feature, "legacy")).score for feature in range(6)]
    assert scores == [-1, -1, -1, 1, 1, 0]
    assert Tape().quote(0, 1000, 1001).trade(1, 1001, 40).read(profile=weighing(1, "legacy")).score == 1


def test_volume_and_spread_are_limited() -> None:
    """A size of 400 is worth no more than 100; a spread of 5 points no less than 4."""
    tape = Tape().quote(0, 1000, 1020).trade(1, 1010, 400)
    assert [tape.read(profile=weighing(feature)).score for feature in (3, 4)] == [1, 0]


def test_a_bias_without_any_sided_volume_is_0() -> None:
    """The first trade lies inside the spread, and no price has changed yet."""
    tape = Tape().quote(0, 1000, 1002).trade(1, 1001, 5)
    assert [tape.read(profile=weighing(2, column)).score for column in ("final", "legacy")] == [0, 0]


def test_a_vwap_of_0_gives_a_feature_of_0() -> None:
    assert Tape().quote(0, -1, 1).trade(1, 0, 5).read(profile=weighing(0)).score == 0


def test_momentum_and_trend_look_back_twenty_changes() -> None:
    """1000 .. 1020 and 1019: the last 21 prices are 1001 .. 1020, 1019: net 18, path 19 + 1."""
    tape = Tape().quote(0, 999, 1030).trades(1, [*range(1000, 1021), 1019])
    for column in ("final", "legacy"):
        assert tape.read(profile=weighing(6, column)).score == pytest.approx(tanh(18 / 8))
        assert tape.read(profile=weighing(7, column)).score == pytest.approx(18 / 20)


def test_momentum_and_trend_need_21_prices() -> None:
    tape = Tape().quote(0, 999, 1030).trades(1, range(1000, 1020))
    assert [tape.read(profile=weighing(feature)).score for feature in (6, 7)] == [0, 0]
    tape.trade(21, 1020)
    assert [tape.read(profile=weighing(feature)).score for feature in (6, 7)] == [tanh(20 / 8), 1]


def test_unchanged_prices_take_a_place_in_the_trend_and_no_move_at_all_is_0() -> None:
    """Sixteen times 1000, then 1003, 1002, 1002, 1001, 1001: net +1, path 3 + 1 + 1."""
    tape = Tape().quote(0, 900, 1100).trades(1, [1000] * 16 + [1003, 1002, 1002, 1001, 1001])
    assert tape.read(profile=weighing(7)).score == pytest.approx(1 / 5)
    assert tape.trades(22, [1001] * 20).read(profile=weighing(7)).score == 0


class TestLegacyVwapTrend:
    """+1 if VWAP has risen with this trade, else -1."""

    def last(self, tape: Tape) -> float:
        return tape.read(profile=weighing(0, "legacy")).score

    def test_the_first_trade_has_nothing_before_it(self) -> None:
        assert self.last(Tape().quote(0, 1000, 1002).trade(1, 1002)) == -1

    def test_an_unchanged_vwap_has_not_risen(self) -> None:
        tape = Tape().quote(0, 1000, 1002).trade(1, 1000, 2).trade(2, 1000, 5)
        assert self.last(tape) == -1
        assert self.last(tape.trade(3, 1001)) == 1
        assert self.last(tape.trade(4, 999)) == -1

    def test_after_a_seed_it_is_compared_with_the_seed(self) -> None:
        """Seeded with 900: a trade at 950 lifts it, though the trade before was at 1000."""
        tape = Tape().quote(0, 800, 1002).trade(1, 1000, 2).seed(2, 900 * 100, 100)
        assert self.last(tape.trade(3, 950)) == 1
        tape = Tape().quote(0, 800, 1002).trade(1, 1000, 2).seed(2, 900 * 100, 100)
        assert self.last(tape.trade(3, 900)) == -1

    def test_a_seed_of_size_0_leaves_nothing_to_compare(self) -> None:
        assert self.last(Tape().quote(0, 800, 1002).trade(1, 900).seed(2, 0, 0).trade(3, 1000)) == -1

    def test_after_a_gap_the_vwap_before_it_stands(self) -> None:
        for price, expected in ((1001, 1), (1000, -1)):
            tape = Tape().quote(0, 999, 1002).trade(1, 1000, 10).gap(2).quote(3, 999, 1002)
            assert self.last(tape.trade(4, price)) == expected
