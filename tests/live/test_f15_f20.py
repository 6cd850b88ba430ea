"""F15 to F20 of the failure catalogue, through the real client: restarts, odd values and statuses, refusals."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from system.domain.errors import StorageError
from system.domain.link_state import Phase
from system.domain.settings import SECOND_NS
from system.domain.ticks import QUOTE
from tests.actors.stage import SETTINGS
from tests.live.market import a_quiet_world
from tests.live.stage import Killed, Live, killed_at, live, on_disk, pass_without_us

pytestmark = pytest.mark.trio

ENTRY, TARGET, STOP = 1, 2, 3
QUICK = replace(SETTINGS, cooldown_after_loss_ns=10 * SECOND_NS)


# F15


async def trade(it: Live, act: str) -> None:
    """What the program is killed in: an entry, or the close of what it has entered."""
    if act == "entry":
        await it.ready()
        await it.signal(1)
    else:
        await it.enter()
        it.ask("flatten")
    await it.settle(3)


async def writes_of(act: str, folder: Path) -> range:
    """By their numbers, the writes of an act."""
    with on_disk(folder) as disk:
        async with live(paper=disk) as it:
            if act == "entry":
                await it.ready()
            else:
                await it.enter()
            first = it.writes + 1
    with on_disk(folder / "whole") as disk:
        async with live(paper=disk) as it:
            await trade(it, act)
            return range(first, it.writes + 1)


@pytest.mark.parametrize("act", ["entry", "close"])
async def test_f15_a_program_killed_at_any_write_of_a_trade_goes_on_with_one_position_or_none(
    act: str, autojump_clock: object, tmp_path: Path
) -> None:
    """L08. At each write by turns: right after it is on disk and before its deeds, or before it is and after the last's.

    Then the broker goes on for 20 s without us.
    """
    writes = await writes_of(act, tmp_path)
    assert len(writes) >= 4
    for number, write in enumerate(writes):
        mock, folder = a_quiet_world(for_s=200), tmp_path / str(write)
        with on_disk(folder) as disk:
            async with live(mock, paper=disk, hook=killed_at(write, durable=number % 2 == 0), ends=Killed) as it:
                await trade(it, act)
        await pass_without_us(mock, 20)
        with on_disk(folder) as disk:
            async with live(mock, paper=disk) as it:
                await it.until(lambda: it.phase is Phase.READY, 120)
                await it.until(lambda: it.is_sure if it.truth else it.is_over or not it.orders.orders, 60)
                it.agrees()
                assert it.truth in (0, 1)
                assert [one for one in it.placed if one > STOP] in ([], [4])
                if act == "entry":
                    await it.ready()
                    await it.signal(1)
                    await it.until(lambda: it.truth == 1 and it.is_sure, 5)
                    it.agrees()


@pytest.mark.parametrize("moved_ticks", [-20, 20])
async def test_f15_what_filled_while_the_program_was_dead_is_booked_once_and_not_entered_again(
    moved_ticks: int, autojump_clock: object, tmp_path: Path
) -> None:
    """The stop, or the target, fills between the kill and the next start."""
    mock = a_quiet_world()
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk) as it:
            await it.enter()
    mock.move(moved_ticks)
    await pass_without_us(mock, 30)
    for _ in range(2):
        with on_disk(tmp_path) as disk:
            async with live(mock, paper=disk) as it:
                await it.ready(120)
                assert it.held == it.truth == 0
                await it.settle(10)
                it.agrees()
                assert it.placed == [ENTRY, TARGET, STOP]
                fills = [one.payload["reason"] for one in disk.records if one.kind == "fill"]
                assert fills == ["entry", "stop" if moved_ticks < 0 else "target"]


# F16


@pytest.mark.parametrize("value", ["minus", "zero", "huge", "nan", "size"])
async def test_f16_quotes_that_stand_for_none_lead_to_no_signal_and_no_order(
    value: str, autojump_clock: object
) -> None:
    """Prices -1, 0, 1.8e308 and nan, and prices without a size, for 20 s."""
    async with live() as it:
        await it.ready()
        batches = len(it.reel.batches)
        it.inject("sentinel", "20s", value=value)
        await it.settle(0.6)
        for side in (1, -1, 1, -1):
            with pytest.raises(AssertionError, match="no signal came"):
                await it.signal(side, 4)
        for batch in it.reel.batches[batches + 2 :]:
            quotes = batch[batch["kind"] == QUOTE]
            assert not ((quotes["bid_size"] > 0) & (quotes["ask_size"] > 0)).any()
        assert it.placed == []
        await it.settle(20)
        await it.enter()
        it.agrees()


async def test_f16_a_crossed_book_is_never_traded_on(autojump_clock: object) -> None:
    """Bid and ask are told the wrong way round: the last right quote stands, and a stop by it."""
    async with live() as it:
        await it.ready()
        it.inject("crossed_book", "20s")
        await it.settle(1)
        await it.signal(1)
        signal, _ = it.ears.signals[-1]
        assert (signal.bid_ticks, signal.ask_ticks) == (20_000, 20_001)
        await it.until(lambda: it.is_sure, 5)
        it.agrees()


# F17


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        ("duplicate", "OrderStatus"),
        ("duplicate", "OpenOrder"),
        ("duplicate", "ExecDetails"),
        ("duplicate", "CommissionReport"),
        ("drop", "OrderStatus"),
        ("drop", "OpenOrder"),
        ("reorder", "ExecDetails"),
        ("reorder", "OrderStatus"),
        ("drop", "CommissionReport"),
    ],
)
async def test_f17_statuses_and_fills_told_twice_late_or_never_make_one_trade(
    kind: str, of: str, autojump_clock: object
) -> None:
    """Through a whole trade, a message of a kind comes twice, after the next one, or not at all."""
    async with live() as it:
        await it.ready()
        it.inject(kind, "1h", of=of)
        await it.signal(1)
        await it.until(lambda: it.truth == it.held == 1, 5)
        await it.settle(4)
        closed = "drop" in kind and of == "OpenOrder"  # no stop can be proven without: it is closed
        if not closed:
            assert it.wiring.is_protected
            it.mock.move(-20)
        await it.until(lambda: it.truth == it.held == 0, 20)
        await it.settle(20)
        assert [fill.reason for fill in it.ears.fills] == ["entry", "flatten" if closed else "stop"]
        assert it.wiring.risk.risk.counters.entries == 1
        it.agrees()


async def test_f17_a_fill_that_only_its_status_tells_of_is_asked_for(autojump_clock: object) -> None:
    """The entry's execution is lost on its way; its status says Filled."""
    async with live() as it:
        await it.ready()
        it.inject("drop", of="ExecDetails")
        await it.signal(1)
        await it.until(lambda: it.truth == 1, 1)
        assert it.held == 0
        await it.until(lambda: it.held == 1, 8)
        await it.settle(5)
        assert it.is_sure
        assert [fill.reason for fill in it.ears.fills] == ["entry"]
        assert it.ears.alerts() == []
        it.agrees()


async def test_f17_statuses_replayed_at_a_reconnection_change_nothing(autojump_clock: object) -> None:
    """TWS tells of all open orders anew on each connection."""
    async with live() as it:
        await it.enter()
        before = it.orders.book
        for _ in range(3):
            it.inject("hang_up")
            await it.settle(1)
            await it.ready()
        assert it.orders.book == before
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


# F18


@pytest.mark.parametrize("shape", ["both", "error", "inactive"])
async def test_f18_a_refused_bracket_is_one_refusal_whatever_its_shape_and_is_not_sent_again(
    shape: str, autojump_clock: object
) -> None:
    """201 then Inactive, or 201 alone, or Inactive alone, for each order; the reason is margin."""
    async with live() as it:
        await it.ready()
        it.inject("reject", "1s", shape=shape, reason="YOUR MARGIN IS TOO SMALL")
        await it.signal(1)
        await it.until(lambda: it.is_over, 60)
        await it.settle(30)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert it.truth == it.held == 0
        assert it.wiring.risk.risk.phase.value == "flat"
        if shape != "inactive":
            assert any("YOUR MARGIN IS TOO SMALL" in str(fields) for _, fields in it.ears.said)
        it.agrees()


# F19


async def test_f19_exits_that_are_refused_for_ever_are_tried_three_times(autojump_clock: object) -> None:
    """From the fill on TWS refuses every order: a close is asked for."""
    async with live() as it:
        await it.enter()
        it.inject("reject", "1h")
        it.ask("flatten")
        await it.settle(300)
        assert len(it.placed) == 3 + 3
        assert it.orders.halted
        assert it.wiring.is_protected
        assert it.ears.alerts().count("halted") == 1
        assert len(it.ears.said) < 100


async def test_f19_entries_that_are_refused_three_times_in_a_row_halt(autojump_clock: object) -> None:
    """Each signal's bracket is refused: no margin."""
    async with live() as it:
        await it.ready()
        it.inject("reject", "1h")
        for _ in range(6):
            await it.signal(1)
            await it.settle(8)
        assert len(it.placed) == 9
        assert it.orders.halted == "three entries in a row were refused"
        assert it.truth == 0


# F20


async def test_f20_cooldown_and_counters_outlive_a_kill(autojump_clock: object, tmp_path: Path) -> None:
    """A trade loses; the program is killed and starts again 30 s later."""
    mock = a_quiet_world()
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk) as it:
            await it.enter()
            mock.move(-20)
            await it.until(lambda: not it.held, 5)
            counters = it.wiring.risk.risk.counters
    assert (counters.losses, counters.entries) == (1, 1)
    await pass_without_us(mock, 30)
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk) as it:
            assert it.wiring.risk.risk.counters == counters
            await it.ready()
            await it.signal(1)
            assert it.ears.signals[-1][1] == "cooldown"
            assert it.placed == [ENTRY, TARGET, STOP]


async def test_f20_a_loss_while_the_program_was_dead_begins_the_cooldown(
    autojump_clock: object, tmp_path: Path
) -> None:
    """The stop fills while we are gone; the loss is known only after the next start."""
    mock = a_quiet_world()
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk) as it:
            await it.enter()
    mock.move(-20)
    await pass_without_us(mock, 30)
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk) as it:
            await it.ready()
            assert it.wiring.risk.risk.counters.losses == 1
            await it.signal(1)
            assert it.ears.signals[-1][1] == "cooldown"


async def test_f20_a_halt_outlives_a_kill_and_ends_by_an_operators_word(autojump_clock: object, tmp_path: Path) -> None:
    """S16. A position is closed by hand, which halts; the program is killed."""
    mock = a_quiet_world()
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk, settings=QUICK) as it:
            await it.enter()
            it.inject("manual_trade", action="SELL", contracts=1)
            await it.until(lambda: it.orders.halted, 90)
    await pass_without_us(mock, 30)
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk, settings=QUICK) as it:
            await it.settle(30)
            assert it.why_halted == "an inferred fill"
            it.ask("resume")
            await it.ready()
            await it.enter()
            it.agrees()


async def test_f20_without_a_readable_journal_nothing_is_dialled(autojump_clock: object, tmp_path: Path) -> None:
    """A record on disk is no longer as it was written."""
    mock = a_quiet_world()
    with on_disk(tmp_path) as disk:
        async with live(mock, paper=disk) as it:
            await it.enter()
    heard = len(mock.heard)
    with on_disk(tmp_path) as disk:
        with sqlite3.connect(tmp_path / "journal.db") as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            raw.execute("UPDATE events SET payload = '{}' WHERE kind = 'intent'")

        async def start() -> None:
            async with live(mock, paper=disk) as it:
                await it.settle(30)

        with pytest.raises(StorageError, match="as it was written"):
            await start()
    assert len(mock.heard) == heard
