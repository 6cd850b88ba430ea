"""What comes out does not depend on how the tape is cut into batches, nor on how much fits into one call's buffers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.domain.confluence import Confluence
from system.domain.scoring import BUFFER
from tests.domain.tape import DELTA, PLAIN, Tape, random_batch, read

LEVEL = replace(DELTA, trigger="level")
EVENTS = 300


@given(st.integers(0, 50), st.lists(st.integers(0, EVENTS), max_size=12).map(sorted))
def test_a_tape_may_be_cut_anywhere(number: int, cuts: list[int]) -> None:
    batch = random_batch(number, EVENTS)
    settings = replace(PLAIN, profile=replace(LEVEL, window_trades=5), pattern_bar_trades=4, max_signals_per_minute=9)
    whole, cut = read(batch, settings), read(batch, settings, cuts)
    for rows in ("evaluations", "signals", "bars"):
        assert repr(getattr(whole, rows).tolist()) == repr(getattr(cut, rows).tolist())  # NaN equals NaN
    assert whole.confluence.score == cut.confluence.score


def flood(trades: int) -> Tape:
    """So many LONG trades, a second apart."""
    return Tape().quote(0, 1000, 1001).trades(1, [1001] * trades, size=5)


def test_more_evaluations_and_signals_than_a_buffer_holds_take_several_readings() -> None:
    """Every trade is evaluated, every one but the first a signal."""
    extra = 3
    batch = flood(BUFFER + extra).batch
    settings = replace(PLAIN, profile=LEVEL, max_signals_per_minute=10_000)
    readings = [
        (reading.stop, len(reading.evaluations), len(reading.signals))
        for reading in Confluence(settings).read(batch, 0, len(batch))
    ]
    assert readings == [(BUFFER + 1, BUFFER, BUFFER - 1), (BUFFER + 1 + extra, extra, extra)]
    times = read(batch, settings).signals["ts_ns"]
    assert times.tolist() == batch["ts_ns"][2:].tolist()


@pytest.mark.jit
def test_more_bars_than_a_buffer_holds_take_several_readings() -> None:
    """Bars of one trade, of which none is evaluated: no quote prevails."""
    batch = flood(BUFFER + 2).batch[1:]
    settings = replace(PLAIN, pattern_bar_trades=1)
    lengths = [len(reading.bars) for reading in Confluence(settings).read(batch, 0, len(batch))]
    assert lengths == [BUFFER, 2]
    assert read(batch, settings).bars["number"].tolist() == list(range(BUFFER + 2))


def test_no_events_give_no_reading() -> None:
    assert list(Confluence(PLAIN).read(np.zeros(0, dtype=flood(1).batch.dtype), 0, 0)) == []
