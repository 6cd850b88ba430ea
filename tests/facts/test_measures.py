"""Each main measure on a tape so small that its figure can be worked out by hand."""

from math import sqrt

import numpy as np
import pytest

from simulator.facts.prints import tick_rule
from tests.facts.rows import at_mids, measured, quote, rth, tape, trade


def test_a_spread_weighs_as_long_as_it_holds() -> None:
    found = rth(quote(0, 100, 101), quote(3, 100, 102), trade(4, 100))
    assert (found["spread_1"], found["spread_2"], found["spread_3"]) == (0.75, 0.25, 0.0)


def test_queues_are_weighed_by_time_too() -> None:
    found = rth(quote(0, 100, 101, 10, 30), quote(3, 100, 101, 50, 30), trade(4, 100))
    assert (found["bid_size_mean"], found["bid_size_p50"], found["bid_size_p90"]) == (20, 10, 50)
    assert found["ask_size_mean"] == 30


def test_a_quote_that_repeats_the_last_or_is_not_valid_is_no_update() -> None:
    found = rth(
        quote(0, 100, 101),
        quote(1, 100, 101),
        quote(2, 101, 101),
        quote(3, 100, 101, 0, 10),
        quote(4, 100, 101, 12),
        quote(5, 101, 102),
        trade(6, 102),
    )
    assert found["size_only"] == 0.5
    assert found["quotes_per_print"] == 3


def test_a_reversal_of_the_mid_is_a_move_against_the_move_before_it() -> None:
    assert rth(*at_mids([1, -1, 0, 1, 1]))["mid_reversal"] == pytest.approx(2 / 3)


def test_the_autocorrelation_of_sides() -> None:
    found = rth(quote(0, 100, 101), *(trade(k, 100, side=side) for k, side in enumerate((1, 1, -1, -1), 1)))
    assert found["side_acf_1"] == pytest.approx(1 / 3)
    assert found["side_acf_2"] == pytest.approx(-1)
    assert found["side_acf_5"] is None
    assert found["buy_share"] == 0.5


def test_a_trade_of_unknown_side_is_left_out_of_the_sides() -> None:
    found = rth(*(trade(k, 100, side=side) for k, side in enumerate((1, 0, 1, -1, 0, -1))))
    assert found["side_acf_1"] == pytest.approx(1 / 3)


def test_the_tick_rule_keeps_the_sign_of_the_last_change() -> None:
    assert tick_rule(np.array([5.0, 5, 6, 6, 5, 5])).tolist() == [0, 0, 1, 1, -1, -1]
    found = rth(*(trade(k, price, side=1) for k, price in enumerate((5, 5, 6, 6, 5, 5))))
    assert found["rule_right"] == 0.5


def test_prints_are_compared_by_price_with_the_one_before() -> None:
    found = rth(*(trade(k, price) for k, price in enumerate((10, 10, 11, 10, 12))))
    assert (found["price_unchanged"], found["price_jumps"], found["price_reversal"]) == (0.25, 0.25, 1.0)
    changes = np.array([0, 1, -1, 2]) - 0.5
    assert found["price_acf_1"] == pytest.approx((changes[1:] * changes[:-1]).mean() / (changes**2).mean())


def test_the_impact_is_how_far_the_mid_went_with_the_side() -> None:
    found = rth(quote(0, 100, 101), trade(1, 101, side=1), quote(1.005, 101, 102), quote(1.05, 103, 104))
    assert (found["impact_0"], found["impact_10ms"]) == (0.0, 1.0)
    assert found["effective_spread"] == 1.0


def test_a_trade_does_not_count_for_a_horizon_beyond_the_end() -> None:
    found = rth(quote(0, 100, 101), trade(1, 101, side=-1), quote(1.05, 101, 102))
    assert (found["impact_10ms"], found["impact_100ms"]) == (0.0, None)


def test_the_next_move_is_told_by_imbalance() -> None:
    found = rth(
        quote(0, 100, 101, 90, 10),
        quote(1, 100, 101, 50, 50),
        quote(2, 101, 102, 10, 90),
        quote(3, 100, 101, 90, 10),
        trade(4, 100),
    )
    fifths = [found[f"next_up_{number}"] for number in range(1, 6)]
    assert fifths == [0.0, None, 1.0, None, 1.0]  # no move follows the last quote
    assert found["imbalance_5"] == 0.5
    assert found["next_up_rises"] is None


def test_the_time_between_prints() -> None:
    found = rth(*(trade(at_s, 100) for at_s in (0, 1, 2, 5, 5.0005)))
    gaps = np.array([1, 1, 3, 0.0005])
    assert found["gap_cv_whole"] == pytest.approx(gaps.std() / gaps.mean())
    assert found["gap_p50_ms"] == pytest.approx(1000)
    assert found["gap_below_1ms"] == 0.25


def test_the_coefficient_of_variation_of_a_busy_half_hour() -> None:
    ones = [trade(float(k), 100) for k in range(201)]
    assert rth(*ones)["gap_cv"] == pytest.approx(0, abs=1e-6)
    assert rth(*ones[:199])["gap_cv"] is None
    threes = [trade(k * 2 + (k % 2), 100) for k in range(201)]  # 3 s and 1 s in turn
    assert rth(*threes)["gap_cv"] == pytest.approx(0.5)


def test_the_number_of_prints_by_the_second() -> None:
    found = rth(*(trade(at_s, 100) for at_s in (0, 0.1, 0.2, 2, 3.5)))
    assert found["fano_whole"] == pytest.approx(1.1875 / 1.25)  # 3, 0, 1, 1
    assert found["empty_seconds"] == 0.25


def test_sizes_of_prints() -> None:
    found = rth(*(trade(k, 100, size) for k, size in enumerate((1, 1, 1, 7, 10))))
    assert (found["size_mean"], found["size_p50"], found["size_p90"]) == (4.0, 1.0, pytest.approx(8.8))
    assert (found["size_1_share"], found["size_1_volume"], found["size_10_volume"]) == (0.6, 0.15, 0.5)


def test_the_tails_of_returns() -> None:
    found = rth(*at_mids([1, -1, 1, -1]))
    assert (found["std_1s"], found["kurtosis_1s"], found["zero_1s"]) == (1.0, pytest.approx(-2), 0.0)
    found = rth(*at_mids([0, 0, 0, 0, 0, 0, 0, 3]))
    spread = np.array([0, 0, 0, 0, 0, 0, 0, 3]) - 0.375
    assert found["std_1s"] == pytest.approx(sqrt((spread**2).mean()))
    assert found["kurtosis_1s"] == pytest.approx((spread**4).mean() / (spread**2).mean() ** 2 - 3)


def test_a_tape_on_which_nothing_moves_has_no_tails() -> None:
    found = rth(*at_mids([0] * 100))
    assert (found["std_1s"], found["kurtosis_1s"], found["variance_ratio_10s"]) == (0.0, None, None)


def test_the_variance_ratio_compares_long_returns_with_short_ones() -> None:
    assert rth(*at_mids([1, -1] * 60))["variance_ratio_10s"] == 0
    runs = ([1] * 10 + [-1] * 10) * 6
    assert rth(*at_mids(runs))["variance_ratio_10s"] == pytest.approx(10)


def test_the_range_of_a_minute() -> None:
    found = rth(trade(0, 100), trade(10, 103), trade(59.9, 102), trade(60, 90), trade(200, 90), trade(210, 91))
    assert (found["range_p50"], found["range_max"], found["session_range"]) == (1, 3, 13)


def test_no_quotes_and_no_prints_are_no_figures() -> None:
    found = measured(tape(quote(0, 100, 101)))
    assert {value for value in found.values["overnight"].values() if value is not None} == set()
    assert found.values["rth"]["size_mean"] is None
    assert found.curves == {}


def test_the_drawn_density_of_returns_is_one_in_all_and_has_no_holes_between_ticks() -> None:
    """Returns of one second: -1, 0 and +1 ticks in turn, of deviation 0.816; drawn, they fill all bins between."""
    moves = [1, 0, -1] * 400
    middle = np.cumsum(moves)
    rows = [
        row
        for at, mid in enumerate(middle)
        for row in (quote(at, 100 + int(mid), 101 + int(mid)), trade(at, 100 + int(mid)))
    ]
    curve = measured(tape(*rows)).curves["rth"]["returns"]["1 s"]
    density = np.array(curve["density"])
    assert density.sum() * 0.25 == pytest.approx(1)
    filled = np.flatnonzero(density)
    assert (np.diff(filled) == 1).all()
