"""The page's lines: bounded, the same however they arrive, and no extreme lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.replay.curves import BARS_MAX, LINES_MAX, CurveRecorder
from simulator.replay.result import Curves
from system.domain.patterns import BAR
from tests.report.samples import evaluations

ROWS = evaluations(50_000)


def recorded(rows: np.ndarray, cuts: list[int]) -> Curves:
    recorder = CurveRecorder()
    for part in np.split(rows, sorted(cuts)):
        recorder.add(part)
    return recorder.curves()


def test_no_extreme_is_lost() -> None:
    lines = recorded(ROWS, []).lines
    assert LINES_MAX / 2 < len(lines) <= LINES_MAX
    assert lines["high_ticks"].max() == ROWS["price_ticks"].max()
    assert lines["low_ticks"].min() == ROWS["price_ticks"].min()
    assert lines["score_high"].max() == ROWS["score"].max()
    assert lines["score_low"].min() == ROWS["score"].min()
    assert lines["open_ticks"][0] == ROWS["price_ticks"][0]
    for name, last in (
        ("ts_ns", "ts_ns"),
        ("close_ticks", "price_ticks"),
        ("score", "score"),
        ("vwap_ticks", "vwap_ticks"),
    ):
        assert lines[name][-1] == ROWS[last][-1]
    assert (np.diff(lines["ts_ns"]) > 0).all()


def test_every_row_lies_between_its_bucket_s_extremes() -> None:
    lines = recorded(ROWS, []).lines
    where = np.searchsorted(lines["ts_ns"], ROWS["ts_ns"])
    assert (ROWS["price_ticks"] <= lines["high_ticks"][where]).all()
    assert (ROWS["price_ticks"] >= lines["low_ticks"][where]).all()


@given(st.lists(st.integers(0, 50_000), max_size=40))
def test_how_it_is_cut_changes_nothing(cuts: list[int]) -> None:
    assert np.array_equal(recorded(ROWS, cuts).lines, recorded(ROWS, []).lines)


def test_few_rows_stay_as_they_are() -> None:
    lines = recorded(ROWS[:40], [3, 3, 17]).lines
    assert np.array_equal(lines["score"], ROWS["score"][:40])
    assert np.array_equal(lines["close_ticks"], ROWS["price_ticks"][:40])


def test_nothing_gives_nothing() -> None:
    curves = CurveRecorder().curves()
    assert (len(curves.lines), len(curves.bars)) == (0, 0)


def test_the_argument_may_change_after_the_call() -> None:
    recorder, rows = CurveRecorder(), ROWS[:100].copy()
    recorder.add(rows)
    rows["score"] = 99.0
    assert recorder.curves().lines["score_high"].max() < 1


def test_asking_twice_and_going_on_is_allowed() -> None:
    recorder = CurveRecorder()
    recorder.add(ROWS[:20_000])
    recorder.curves()
    recorder.add(ROWS[20_000:])
    assert np.array_equal(recorder.curves().lines, recorded(ROWS, []).lines)


def numbered(count: int, every: int) -> np.ndarray:
    bars = np.zeros(count, BAR)
    bars["number"] = bars["ts_ns"] = np.arange(count)
    bars["fired"][::every] = 1
    return bars


@pytest.mark.parametrize("each", [1, 7, 5000, 100_000])
def test_bars_that_fired_nothing_are_thinned_first(each: int) -> None:
    """100,000 bars, 1,000 of which fired: all of these stay, and 99,000 / 32 of the others."""
    recorder, bars = CurveRecorder(), numbered(100_000, 100)
    for first in range(0, len(bars) if each > 1 else 7000, each):
        recorder.add_bars(bars[first : first + each])
    kept = recorder.curves().bars
    if each > 1:
        assert (kept["fired"] != 0).sum() == 1000
        assert (kept["fired"] == 0).sum() == -(-99_000 // 32)
    assert (np.diff(kept["number"]) > 0).all()


def test_bars_are_bounded_even_if_all_fire() -> None:
    recorder = CurveRecorder()
    recorder.add_bars(numbered(100_000, 1))
    assert BARS_MAX / 2 < len(recorder.curves().bars) <= BARS_MAX
