"""The gate's snapshots in the journal, and positions that no fill explains."""

from datetime import date

import pytest

from system.domain import gate_log
from system.domain.bracket import Phase
from system.domain.position import Fill, Position
from system.domain.risk import Counters, Risk, SignalFound
from system.domain.session import Calendar
from system.domain.settings import FOREVER_NS, SECOND_NS, Settings
from tests.domain.tape import NOON

SIGNAL = SignalFound(NOON, 1, 20_000, 20_001, False)
ENTRY = Fill(ts_ns=NOON + SECOND_NS, side=1, contracts=1, price_ticks=20_001, reason="entry")
STOP = Fill(ts_ns=NOON + 2 * SECOND_NS, side=-1, contracts=1, price_ticks=19_990, reason="stop")


def gate() -> Risk:
    return Risk(Settings(), Calendar(), None)


@pytest.mark.parametrize("fills", [(), (ENTRY,), (ENTRY, STOP)])
def test_a_gate_goes_on_where_its_snapshot_was_taken(fills: tuple[Fill, ...]) -> None:
    before, after = gate(), gate()
    before.judge(SIGNAL)
    for fill in fills:
        before.filled(fill)
    gate_log.restore(after, gate_log.snapshot(before))
    assert (after.counters, after.phase, after.position, after.flatten_due_ns) == (
        before.counters,
        before.phase,
        before.position,
        before.flatten_due_ns,
    )
    assert gate_log.snapshot(after) == gate_log.snapshot(before)


def test_a_gate_that_has_seen_nothing_is_restored_as_such() -> None:
    after = gate()
    gate_log.restore(after, gate_log.snapshot(gate()))
    assert after.counters == Counters()
    assert after.phase is Phase.FLAT


def test_the_day_outlives_a_restart() -> None:
    before, after = gate(), gate()
    before.judge(SIGNAL)
    gate_log.restore(after, gate_log.snapshot(before))
    assert after.counters.day == date(2024, 1, 3)


def test_a_fill_fits_only_what_the_gate_holds() -> None:
    risk = gate()
    assert not risk.fits(ENTRY)
    assert not risk.fits(STOP)
    risk.judge(SIGNAL)
    assert risk.fits(ENTRY)
    risk.filled(ENTRY)
    assert risk.fits(STOP)
    two = Fill(ts_ns=NOON, side=-1, contracts=2, price_ticks=20_000, reason="stop")
    assert not risk.fits(two)


@pytest.mark.parametrize("held", [2, -2])
def test_a_position_without_fills_is_adopted_with_its_time_to_be_flat(held: int) -> None:
    risk = gate()
    risk.adopt(held, 20_000, NOON)
    assert risk.phase is Phase.OPEN
    assert risk.position == Position(side=1 if held > 0 else -1, entered=2, entry_value=40_000, entry_ts_ns=NOON)
    assert NOON < risk.flatten_due_ns < FOREVER_NS


def test_nothing_is_adopted_as_flat() -> None:
    risk = gate()
    risk.judge(SIGNAL)
    risk.filled(ENTRY)
    risk.adopt(0, 20_000, NOON)
    assert (risk.phase, risk.position, risk.flatten_due_ns) == (Phase.FLAT, Position(), FOREVER_NS)


def test_the_day_counts_what_is_open_as_if_closed_now() -> None:
    risk = gate()
    assert risk.day_cents(NOON, 20_000) == 0
    risk.judge(SIGNAL)
    risk.filled(ENTRY)
    assert risk.day_cents(NOON + SECOND_NS, 19_991) == -10 * 1250 - 450
    risk.filled(STOP)
    assert risk.day_cents(NOON + 3 * SECOND_NS, 19_991) == -11 * 1250 - 450
