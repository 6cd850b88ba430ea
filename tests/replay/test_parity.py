"""One truth in three fidelities: core, actors and wire decide and fill the same, to the cent and the byte."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from simulator.fidelity.live import Fidelity
from simulator.replay.result import Result
from system.domain.profile import PROFILES, Profile
from system.domain.settings import DAY_S, SECOND_NS, Settings
from system.domain.ticks import QUOTE, TRADE, Batch
from system.storage.importing.run import import_tape
from system.storage.tape import read_tapes
from tests.reference.events import quote, trade
from tests.reference.random_settings import random_settings
from tests.reference.tapes import random_tape
from tests.replay.both import batch_from, settings_from, with_holidays
from tests.replay.parity import assert_parity, core, live, stretch

REAL_HOUR = Path(__file__).resolve().parents[3] / "shared/tapes/esh4-20231225.parquet"
MS = 1_000_000
LONG_NS = 60 * SECOND_NS  # of a tape: beyond, the clock's marks are a minute apart
LONGEST_NS = 4 * 3600 * SECOND_NS
BRISK = Settings(  # trades all day, and often
    entry_start_s=0,
    entry_end_s=DAY_S,
    flat_by_s=DAY_S,
    min_time_between_signals_ns=2 * SECOND_NS,
    max_signals_per_minute=30,
    min_trade_duration_ns=5 * SECOND_NS,
    cooldown_after_loss_ns=15 * SECOND_NS,
    stop_ticks=3,
    target_ticks=3,
)
pytestmark = pytest.mark.jit


@cache
def four_minutes() -> Batch:
    """Of the real hour where it is at hand, else of a synthetic night."""
    if not REAL_HOUR.exists():
        return stretch("2024-03-19", "04:00", 5)
    with TemporaryDirectory() as folder:
        tape = Path(folder) / "hour.parquet"
        import_tape([REAL_HOUR], tape, symbol="ES", contract=None)
        return np.concatenate(list(read_tapes([tape])))[4500:6000]


@cache
def cores(profile: str, latency_ms: int) -> tuple[Settings, Result]:
    settings = replace(BRISK, profile=PROFILES[profile], order_latency_ns=latency_ms * MS)
    return settings, core([four_minutes()], settings)


@pytest.mark.parametrize("fidelity", ["actors", "wire"])
@pytest.mark.parametrize("latency_ms", [1, 50])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_tape_gives_the_same_whichever_way_it_is_played(fidelity: Fidelity, latency_ms: int, profile: str) -> None:
    settings, expected = cores(profile, latency_ms)
    assert_parity(live(fidelity, [four_minutes()], settings), expected)


def test_the_tape_has_trades_in_it() -> None:
    assert sum(len(cores(profile, 50)[1].round_trips) for profile in PROFILES) >= 5


@pytest.mark.parametrize("fidelity", ["actors", "wire"])
@pytest.mark.parametrize("number", [2, 4, 13])
def test_seven_contracts_fill_in_parts_and_at_several_prices_in_all_of_them_alike(
    fidelity: Fidelity, number: int
) -> None:
    tape = batch_from(random_tape(number, 400, "queues", "2024-01-04 09:00:00"))
    tape = tape[(tape["kind"] == QUOTE) | (tape["kind"] == TRADE)]
    settings, _ = settings_from(with_holidays(random_settings(number, busy=True)))
    settings = replace(settings, contracts=7)
    expected = core([tape], settings)
    assert any(fill.contracts < 7 for fill in expected.fills)
    assert_parity(live(fidelity, [tape], settings), expected)


@pytest.mark.parametrize("fidelity", ["actors", "wire"])
def test_how_a_tape_is_cut_into_batches_changes_nothing(fidelity: Fidelity) -> None:
    tape = four_minutes()[:300]
    expected = core([tape], BRISK)
    assert_parity(live(fidelity, [*np.split(tape, [1, 2, 50, 51, 200])], BRISK), expected)


FLAT_NS = 1_704_315_300 * SECOND_NS  # 2024-01-03 15:55:00 New York


@pytest.mark.parametrize("fidelity", ["actors", "wire"])
@pytest.mark.parametrize(("entered_s", "closed_s"), [(-20.0, 0.05), (-0.03, 0.07)])
def test_the_clock_flattens_by_itself_in_all_of_them(fidelity: Fidelity, entered_s: float, closed_s: float) -> None:
    """Held at 15:55, with no event until later; and entered before it, filled after it, in pieces."""
    begin_ns, entered_ns = FLAT_NS - 30 * SECOND_NS, FLAT_NS + round(entered_s * SECOND_NS)
    events = [quote(begin_ns, 1000, 1001, 3, 3), trade(begin_ns, 1001, 1), trade(entered_ns, 1001, 5)]
    tape = batch_from([*events, quote(FLAT_NS + 10 * SECOND_NS, 990, 991, 3, 3)])
    delta = Profile(
        name="delta",
        features="legacy",
        weights=(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        long_above=0.5,
        short_below=-0.5,
        window_trades=1,
        trigger="edge",
        adapts=False,
    )
    settings = Settings(profile=delta, contracts=7, entry_end_s=(15 * 60 + 55) * 60)
    expected = core([tape], settings)
    assert expected.fills[-1].ts_ns == FLAT_NS + round(closed_s * SECOND_NS)
    assert expected.fills[-1].reason == "flatten"
    assert_parity(live(fidelity, [tape], settings), expected)


@given(number=st.integers(0, 10**9), busy=st.booleans())
@trials(max_examples=12)
def test_nasty_tapes_and_settings_give_the_actors_what_they_give_the_core(number: int, busy: bool) -> None:
    tape = batch_from(random_tape(number, 200))
    span_ns = int(tape["ts_ns"][-1] - tape["ts_ns"][0])
    assume(span_ns <= LONGEST_NS)
    settings, month = settings_from(with_holidays(random_settings(number, busy=busy)))
    mark_ns = SECOND_NS if span_ns <= LONG_NS else 60 * SECOND_NS
    assert_parity(live("actors", [tape], settings, month, mark_ns=mark_ns), core([tape], settings, month))
