"""Compiling beforehand: nothing is left to compile for the first event, and nothing has happened."""

import numpy as np
import pytest

from system.domain import scoring
from system.domain.confluence import Confluence
from system.domain.settings import Settings
from system.domain.ticks import QUOTE, TRADE, batch_of


def test_it_takes_no_event() -> None:
    core, other = Confluence(Settings()), Confluence(Settings())
    core.compile()
    assert core.evaluated == 0
    assert np.array_equal(core._state, other._state)


@pytest.mark.jit
def test_a_live_batch_finds_it_compiled() -> None:
    core = Confluence(Settings())
    core.compile()
    compiled = list(scoring.advance.signatures)  # type: ignore[attr-defined]
    assert compiled
    touch = {"bid_ticks": [1, 1], "ask_ticks": [2, 2], "bid_size": [1, 1], "ask_size": [1, 1]}
    batch = batch_of(ts_ns=[1, 1], kind=[QUOTE, TRADE], price_ticks=[0, 2], size=[0, 1], **touch)
    assert [reading.stop for reading in core.read(batch, 0, 2)] == [2]
    assert scoring.advance.signatures == compiled  # type: ignore[attr-defined]
