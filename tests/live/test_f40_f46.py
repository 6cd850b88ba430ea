"""F40 to F46: prices off the grid, failing handlers, a loop that is late, other people's orders, expiry, crashes, stale data."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from simulator.tws.lockstep_clock import LockstepClock
from simulator.tws.market_notices import MarketDataType
from simulator.tws.requests import PlaceOrder
from system.domain.link_state import Phase
from system.domain.order_events import Journal, Place
from system.storage.journal import Journal as File
from system.wiring.wiring import World
from tests.actors.stage import SETTINGS, Paper
from tests.domain.tape import new_york
from tests.live.acts import act, away, pass_time, quiet
from tests.live.stage import Killed, on_disk

pytestmark = pytest.mark.trio


async def test_f40_every_price_on_the_wire_is_a_quarter_point_exactly(autojump_clock: object) -> None:
    """Stop and target of longs and shorts at every place within a point, as text: no residue, the right side."""
    settings = replace(SETTINGS, cooldown_after_loss_ns=0, stop_ticks=7, target_ticks=9, min_trade_duration_ns=0)
    async with act(settings=settings) as it:
        for number in range(4):
            side = 1 if number % 2 else -1
            it.jump(1)
            await it.settle(1)
            await it.enter(side)
            await it.settle(1)
            board = it.mock.data.board
            reference = board.ask_ticks if side > 0 else board.bid_ticks
            target, stop = (order.terms for order in it.sent()[-2:])
            assert target.limit_price == (reference + 9 * side) * 0.25
            assert stop.aux_price == (reference - 7 * side) * 0.25
            it.mock.fill(1, it.sent()[-1].order_id, 0, None)
            await it.settle(8)
            it.check()
            assert it.held == 0


async def test_f40_a_price_that_tws_refuses_leaves_nothing_unprotected(autojump_clock: object) -> None:
    """110 for the stop, which is not placed: the bracket never goes out, and is taken back whole."""
    async with act() as it:
        it.inject("error", "1s", code=110, instead=True, which="stop")
        await it.push()
        await it.until_over(20)
        await it.ready(10)
        it.check()
        assert it.truth == 0
        assert len(it.sent()) == 3


async def test_f40_110_about_an_order_that_rests_is_no_end_of_it(autojump_clock: object) -> None:
    """110 for a stop that works: it is read back, still there, and nothing is sent."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject("code", code=110, id=3)
        await it.until(lambda: it.wiring.is_protected, 3)
        await it.settle(20)
        it.check()
        assert len(it.sent()) == 3
        assert not it.cancels()


async def test_f41_what_cannot_be_read_is_said_and_what_follows_is_taken(autojump_clock: object) -> None:
    """Frames of rubbish and messages that nobody knows, ahead of every word about orders and fills."""
    async with act() as it:
        it.inject("garbage", "5s", of="ExecDetails")
        it.inject("unknown_message", "5s", of="OrderStatus")
        await it.enter()
        await it.settle(10)
        it.check()
        assert it.wiring.is_protected
        bad = [str(fields["text"]) for event, fields in it.ears.said if event == "bad_data"]
        assert any("Error" in text for text in bad)
        assert any("message 9999 is not known" in text for text in bad)
        assert "loop_failed" not in [event for event, _ in it.ears.said]
        assert it.wiring.watchdog.state.generation == 1


async def test_f41_a_handler_of_ours_that_fails_ends_the_connection_and_loses_no_fill(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would log it and go on with half of the message: here the connection ends, and all is asked again."""
    async with act() as it:
        line = it.broker._line
        assert line is not None

        def fail(fields: list[str]) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setitem(line._ear._handlers, 11, fail)
        await it.push()
        await it.until(lambda: it.phase is Phase.DOWN, 3)
        assert (it.truth, it.held) == (1, 0)
        await it.until(lambda: it.wiring.is_protected, 30)
        await it.ready()
        it.check()
        assert it.held == 1
        (down,) = [fields for event, fields in it.ears.said if event == "link" and fields["phase"] == "down"]
        assert "RuntimeError: a bug" in str(down)


async def test_f41_an_actor_that_fails_begins_again_from_the_journal(autojump_clock: object) -> None:
    """The confluence actor raises with a position open: no order is sent again, and the stop is proven anew."""
    async with act() as it:
        await it.enter()
        await it.settle(2)

        def fail(packet: object) -> object:
            raise RuntimeError("a bug")

        it.wiring.confluence.take = fail  # type: ignore[method-assign, assignment]
        await it.until(lambda: it.wiring.restarts == 1, 3)
        await it.until(lambda: it.wiring.is_protected, 20)
        await it.ready()
        it.check()
        assert it.held == 1
        assert len(it.sent()) == 3
        assert it.wiring.risk.risk.position.contracts == 1


async def test_f42_a_signal_that_is_judged_late_is_denied(autojump_clock: LockstepClock) -> None:
    """Something takes a third of a second of our loop with each packet: no entry on what is that old."""
    async with act() as it:
        record = it.reel.record

        def slow(batch: object, now_ns: int) -> None:
            record(batch, now_ns)  # type: ignore[arg-type]
            autojump_clock.jump(0.3)

        it.reel.record = slow  # type: ignore[method-assign]
        await it.push()
        assert it.outcome == "halted"
        assert not it.sent()
        it.reel.record = record  # type: ignore[method-assign]
        await it.settle(2)
        await it.push()
        assert it.outcome == "accepted"


@pytest.mark.parametrize("owner", [0, 5])
async def test_f43_an_order_that_is_not_ours_stops_entries_and_is_never_touched(
    owner: int, autojump_clock: object
) -> None:
    """An order made by hand, or by another program, rests far away; the next round of questions shows it; when it is gone, entries go on."""
    async with act() as it:
        it.inject("foreign_order", owner=owner)
        await it.until(lambda: it.told("foreign_order"), 65)
        await it.push()
        assert it.outcome == "halted"
        assert "not ours" in it.why_halted
        assert not it.sent()
        assert not it.cancels()
        (foreign,) = it.mock.desk.orders
        it.mock.deliver(it.mock.desk.cancel_by_hand(foreign.perm_id, it.mock.now_ns))
        await it.ready(65)
        await it.enter()
        await it.settle(3)
        it.check()


async def test_f43_contracts_bought_by_hand_are_shown_and_never_sold(autojump_clock: object) -> None:
    """Two contracts are bought by hand beside ours: told to flatten, we sell one, and the two stay (S19)."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject("manual_trade", action="BUY", contracts=2)
        await it.until(lambda: it.told("foreign_position"), 75)
        it.check()
        assert (it.held, it.truth) == (1, 3)
        it.ask("flatten")
        await it.settle(20)
        it.check()
        assert (it.held, it.truth) == (0, 2)
        assert not it.working
        it.ask("resume")
        await it.settle(10)
        await it.push(1)
        assert it.outcome == "halted"


async def test_f44_exits_that_tws_makes_day_orders_of_are_seen_and_not_lived_with(autojump_clock: object) -> None:
    """A preset of TWS makes day orders of the exits (10349): seen when they are read back, and not lived with."""
    async with act() as it:
        it.inject("preset", "1s", which="child", what="day")
        await it.push()
        await it.settle(20)
        it.check()
        assert it.told("order_differs")
        assert it.truth == 0
        assert it.halted
        assert not it.working


async def test_f44_the_exits_of_a_position_outlive_the_session(autojump_clock: object, tmp_path: Path) -> None:
    """The session ends with a position held; after the break target and stop still rest, read back as they were sent."""
    settings = replace(SETTINGS, flat_by_s=86_400, entry_end_s=17 * 3600)
    mock = quiet(new_york("2024-03-19 16:58:00"), minutes=75, every_s=5)
    with on_disk(tmp_path) as disk:
        async with act(mock, paper=disk, settings=settings) as it:
            await it.enter()
            await it.settle(5)
    await pass_time(mock, 65 * 60)
    with on_disk(tmp_path) as disk:
        async with away(mock, paper=disk, settings=settings) as again:
            assert await again.until(lambda: again.wiring.is_protected, 20) <= 10
            await again.settle(5)
            again.check()
            assert again.held == 1
            assert len(again.working) == 2
            assert len(again.sent()) == 3


# F45


@pytest.mark.parametrize("when", ["before the journal", "before the wire", "after the wire"])
async def test_f45_killed_around_a_placement_the_intent_decides(
    when: str, autojump_clock: object, tmp_path: Path
) -> None:
    """kill -9 at three instants of one placement; the program starts again on the journal's file."""
    mock = quiet()

    def deadly(world: World) -> World:
        do, write = world.broker.do, world.write

        def placed(command: object) -> None:
            if isinstance(command, Place) and when != "before the journal":
                if when == "after the wire":
                    do(command)
                raise Killed
            do(command)  # type: ignore[arg-type]

        def written(records: object) -> None:
            if when == "before the journal" and any(record.kind == "intent" for record in records):  # type: ignore[attr-defined]
                raise Killed
            write(records)  # type: ignore[arg-type]

        world.broker.do = placed  # type: ignore[method-assign]
        return replace(world, write=written)

    with on_disk(tmp_path) as disk:
        async with act(mock, paper=disk, hook=deadly, ends=Killed) as it:
            await it.push()
            await it.settle(5)
    await pass_time(mock, 2)
    heard = [said for _, said in mock.heard if isinstance(said, PlaceOrder)]
    no_signals = replace(SETTINGS, profile=replace(SETTINGS.profile, long_above=0.99, short_below=-0.99))
    with on_disk(tmp_path) as disk:
        async with away(mock, paper=disk, settings=no_signals) as again:
            await again.settle(1)
            took_s = await again.ready(120)
            assert took_s < 60
            await again.settle(5)
            again.check()
            assert again.truth == (1 if when == "after the wire" else 0)
            assert again.truth == 0 or again.wiring.is_protected
            assert [said.order_id for said in again.sent()] == [said.order_id for said in heard]
            again.jump(-10)
            await again.settle(10)
            again.check()
            assert again.truth == 0
            assert not again.halted


async def test_f45_killed_at_any_write_of_a_trade_the_next_start_is_flat_or_protected(autojump_clock: object) -> None:
    """kill -9 ahead of every fourth write to the journal, from the program's start to the end of a trade (L08)."""
    settings = replace(SETTINGS, min_trade_duration_ns=0)
    deaths = 0
    for number in range(1, 60, 4):
        mock, paper, outlived = quiet(minutes=5), Paper(), False

        def deadly(world: World, number: int = number) -> World:
            write, left = world.write, count(number, -1)

            def written(records: Sequence[Journal]) -> None:
                if next(left) == 1:
                    raise Killed
                write(records)

            return replace(world, write=written)

        with suppress(RuntimeError):  # killed before it was ready
            async with act(mock, paper=paper, hook=deadly, ends=Killed, settings=settings) as it:
                await it.push()
                await it.settle(3)
                await it.push(-1)  # an exit at market
                await it.settle(3)
                outlived = True
                raise Killed
        if outlived:
            break
        deaths += 1
        await pass_time(mock, 2)
        async with away(mock, paper=paper, settings=settings) as again:
            await again.until(lambda: again.phase is Phase.READY, 30)
            await again.settle(12)
            again.check()
            assert again.truth in (0, 1)
            assert len(again.working) == 2 * again.truth
            assert again.truth == 0 or again.wiring.is_protected
            assert not again.ears.alerts()
    assert deaths > 6


async def test_f45_killed_with_a_close_on_its_way_it_closes_once(autojump_clock: object, tmp_path: Path) -> None:
    """kill -9 right after an exit at market has left; it fills while nobody is there."""
    mock = quiet()

    def deadly(world: World) -> World:
        do = world.broker.do

        def placed(command: object) -> None:
            do(command)  # type: ignore[arg-type]
            if isinstance(command, Place) and len(command.orders) == 1:
                raise Killed

        world.broker.do = placed  # type: ignore[method-assign]
        return world

    with on_disk(tmp_path) as disk:
        async with act(mock, paper=disk, hook=deadly, ends=Killed) as it:
            await it.enter()
            it.ask("flatten")
            await it.settle(5)
    await pass_time(mock, 5)
    with on_disk(tmp_path) as disk:
        async with away(mock, paper=disk) as again:
            await again.until(lambda: again.phase is Phase.READY, 60)
            await again.settle(10)
            again.check()
            assert again.truth == again.held == 0
            assert len(again.sent()) == 4
            assert [fill.reason for fill in again.ears.fills] == ["flatten"]
            assert again.halted == "flatten asked for"


async def test_f20_a_journal_that_cannot_be_read_lets_nothing_start(tmp_path: Path) -> None:
    """The journal's file is damaged: the program says so and does not start without its memory."""
    with on_disk(tmp_path):
        pass
    (tmp_path / "journal.db").write_bytes(b"not a journal")
    with pytest.raises(Exception, match="journal"):
        File.open(tmp_path / "journal.db", "DU1")


# F46


@pytest.mark.parametrize("data", ["delayed", "none"])
async def test_f46_data_that_is_not_live_is_never_traded_on(data: str, autojump_clock: object) -> None:
    """The login is not entitled: what is asked for is refused, and the gate says so until it is granted."""
    mock = quiet()
    mock.data.limits.entitlement = data  # type: ignore[assignment]
    async with away(mock) as it:
        await it.settle(40)
        assert it.phase is Phase.SYNCING
        assert "refused" in " ".join(it.wiring.risk.shut_because())
        assert it.told("data_refused")
        assert not it.ears.signals
        mock.data.limits.entitlement = "live"
        await it.ready(600)
        await it.enter()
        await it.settle(3)
        it.check()


async def test_f46_a_stream_that_turns_into_delayed_data_shuts_the_gate(autojump_clock: object) -> None:
    """marketDataType 3 for a stream that runs: no entry on it, however well it ticks."""
    async with act() as it:
        line = it.broker._line
        assert line is not None
        (req_id, *_) = line._ear.streams
        session = it.mock.sessions[1]
        it.faults.tell(session, MarketDataType(req_id=req_id, data_type=3))
        await it.settle(0.3)
        assert "not live" in it.why_halted or "silent" in it.why_halted
