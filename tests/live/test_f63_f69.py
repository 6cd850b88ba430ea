"""F63 to F69: holes in the obvious remedies."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from simulator.tws.requests import PlaceOrder, ReqTickByTick
from system.domain.link_state import Phase
from system.domain.order_state import OrderState
from system.domain.settings import SECOND_NS
from system.wiring.clock import VirtualClock
from system.wiring.wiring import World
from tests.actors.stage import SETTINGS
from tests.domain.tape import new_york
from tests.live.acts import act, away, pass_time, quiet
from tests.live.stage import on_disk

pytestmark = pytest.mark.trio

NIGHT = replace(SETTINGS, entry_start_s=0, entry_end_s=86_400, flat_by_s=86_400)
EAGER = replace(SETTINGS, min_trade_duration_ns=0)
S = SECOND_NS


async def test_f63_a_stop_that_filled_yesterday_is_inferred_counted_and_halts(
    autojump_clock: object, tmp_path: Path
) -> None:
    """We are down from 23:58:40 to 00:01; the stop fills at 23:59, and executions are told since midnight only."""
    mock = quiet(new_york("2024-03-19 23:58:00"), minutes=20)
    with on_disk(tmp_path) as disk:
        async with act(mock, paper=disk, settings=NIGHT) as it:
            await it.enter()
            await it.settle(5)
            it.jump(-10)  # the program ends before it can hear of it
    await pass_time(mock, 3 * 60)
    with on_disk(tmp_path) as disk:
        async with away(mock, paper=disk, settings=NIGHT) as again:
            await again.until(lambda: again.told("inferred_fill"), 60)
            await again.settle(10)
            again.check()
            assert again.held == again.truth == 0
            assert again.halted == "an inferred fill"
            (fill,) = again.ears.fills
            assert (fill.side, fill.contracts, fill.reason) == (-1, 1, "stop")
            assert fill.price_ticks == int(again.sent()[2].terms.aux_price * 4)  # type: ignore[operator]
            assert again.wiring.risk.risk.counters.losses == 1
            again.ask("resume")
            await again.ready(5)
            await again.push()
            assert again.outcome == "cooldown"
    with on_disk(tmp_path) as disk:
        async with act(mock, paper=disk, settings=NIGHT) as third:  # resumed is resumed, for the next start too
            third.check()
            assert third.wiring.risk.risk.counters.losses == 1


async def test_f63_the_halt_of_an_inferred_fill_outlives_the_program(autojump_clock: object, tmp_path: Path) -> None:
    """The same position is liquidated while we are away, and the program is started twice: halted both times."""
    mock = quiet(new_york("2024-03-19 23:58:30"), minutes=20)
    with on_disk(tmp_path) as disk:
        async with act(mock, paper=disk, settings=NIGHT) as it:
            await it.enter()
            await it.settle(5)
            it.inject("liquidation")
            await it.settle(0.01)
    await pass_time(mock, 3 * 60)
    for _ in range(2):
        with on_disk(tmp_path) as disk:
            async with away(mock, paper=disk, settings=NIGHT) as again:
                await again.settle(40)
                again.check()
                assert again.held == again.truth == 0
                assert not again.working, "exits that outlived their position are taken back"
                assert again.halted == "an inferred fill"
                await again.push()
                assert again.outcome == "halted"


async def test_f64_exits_leave_with_all_that_keeps_them_alive(autojump_clock: object) -> None:
    """On the wire: GTC, outside regular hours, triggered by the last price, one group of type 2, transmitted last."""
    async with act() as it:
        await it.push()
        await it.settle(1)
        entry, target, stop = (order.terms for order in it.sent())
        assert [terms.transmit for terms in (entry, target, stop)] == [False, False, True]
        for terms in (target, stop):
            assert (terms.tif, terms.outside_rth, terms.trigger_method) == ("GTC", True, 2)
            assert (terms.oca_group, terms.oca_type) == (terms.order_ref, 2)
            assert terms.account == it.mock.desk.account


@pytest.mark.parametrize(("what", "field"), [("day", "tif"), ("hours", "outside_rth")])
@pytest.mark.parametrize("which", ["stop", "limit"])
async def test_f64_an_exit_with_tif_day_is_closed_out_within_5_s_and_halts(
    what: str, field: str, which: str, autojump_clock: object
) -> None:
    """TWS changes one exit's TIF or hours as it takes it: not what was sent, and so no protection."""
    async with act() as it:
        it.inject("preset", "1s", which=which, what=what)
        await it.push()
        await it.until(lambda: it.told("order_differs"), 1)
        await it.settle(0.5)
        assert await it.until(lambda: not it.truth, 5) <= 5
        await it.settle(20)
        it.check()
        assert not it.working
        assert it.told("order_differs")[0].endswith(f"with another {field}")
        assert it.halted.endswith(f"with another {field}")
        assert len(it.sent()) <= 4


async def test_f65_an_untransmitted_order_that_no_cancel_reaches_stays_unknown(autojump_clock: object) -> None:
    """The stop, which transmits all, is lost, and so is every cancel: nothing proves that the entry is dead."""
    async with act() as it:
        it.inject("swallow", "5s", which="stop", of="PlaceOrder")
        it.inject("swallow", "10m", of="CancelOrder")
        await it.push()
        await it.settle(60)
        assert it.bracket.entry.state is OrderState.UNKNOWN
        assert "could not be canceled" in it.halted
        assert it.cancels().count(1) == 3
        assert len(it.sent()) == 3
        await it.push()
        assert it.outcome != "accepted"
        (entry, _) = it.mock.desk.orders
        again = PlaceOrder(
            order_id=1, contract=entry.ticket.product.contract(), terms=replace(entry.ticket.terms, transmit=True)
        )
        it.mock.deliver(it.mock.desk.place(1, again, it.mock.now_ns))  # somebody presses TWS's own button
        await it.until(lambda: it.held == 1, 5)
        await it.until(lambda: it.wiring.is_protected or not it.held, 10)
        await it.settle(20)
        assert it.held == it.truth
        assert it.truth == 0 or it.stops() == [(-1, 1)]


@pytest.mark.parametrize("first", ["stop", "close", "together"])
async def test_f66_a_close_and_a_stop_within_fifty_ms_never_flip_the_position(
    first: str, autojump_clock: object
) -> None:
    """An opposite signal's close and the stop's trigger meet: in either order, or in one instant."""
    async with act(settings=EAGER) as it:
        await it.enter()
        await it.settle(2)
        if first == "stop":
            it.jump(-10)
            await it.push(-1)
        else:
            await it.push(-1)
            await it.settle(0.05 if first == "close" else 0.04)
            it.jump(-10)
        lowest = 0
        for _ in range(200):
            await it.settle(0.05)
            lowest = min(lowest, it.truth, it.held)
        it.check()
        assert lowest == 0
        assert it.truth == 0
        assert not it.working
        assert not it.halted
        assert sum(fill.side * fill.contracts for fill in it.ears.fills) == 0


async def test_f66_a_close_that_tws_refuses_in_the_exits_group_moves_the_target(autojump_clock: object) -> None:
    """TWS takes no further order into the group of attached children: the target goes through the market instead."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject("reject", "10m", which="new", reason="OCA group is full")
        it.ask("flatten")
        assert await it.until(lambda: not it.truth, 20) <= 20
        await it.settle(10)
        it.check()
        assert not it.working
        assert it.halted


async def test_f67_a_halt_never_denies_an_exit(autojump_clock: object) -> None:
    """Halted by an operator, without data for a minute, and then told to flatten: closed within a second."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.ask("halt")
        it.inject("stall", "2m")
        await it.settle(60)
        assert it.why_halted
        assert it.held == 1
        it.ask("flatten")
        assert await it.until(lambda: not it.truth, 3) <= 2
        await it.settle(5)
        it.check()
        assert it.ears.fills[-1].reason == "flatten"


async def test_f67_three_refused_exits_end_in_a_halt_with_the_stop_untouched(autojump_clock: object) -> None:
    """IB refuses every further order, new terms too: three attempts, then halted, said, and the stop still rests."""
    async with act() as it:
        await it.enter()
        await it.settle(2)
        it.inject("reject", "10m")
        it.ask("flatten")
        await it.until(lambda: "three attempts" in " ".join(it.told("exit_failed")), 30)
        await it.settle(60)
        it.check()
        assert it.stops() == [(-1, 1)]
        assert 3 not in it.cancels()
        assert len(it.sent()) <= 3 + 3
        it.jump(-10)
        await it.settle(10)
        it.check()
        assert it.truth == 0


class Sleepy(VirtualClock):
    """A machine that sleeps when told to: its monotonic clock stands still, and it knows for how long."""

    def __init__(self, began_ns: int) -> None:
        super().__init__(began_ns)
        self.sleeps_ns = 0

    def slept_ns(self) -> int:
        slept_ns, self.sleeps_ns = self.sleeps_ns, 0
        return slept_ns


async def test_f68_after_a_sleep_the_connection_is_a_memory(autojump_clock: object) -> None:
    """The machine slept for ten minutes: the connection is made anew at once, all is asked again, data has a gap."""
    clocks: list[Sleepy] = []

    def sleepy(world: World) -> World:
        clocks.append(Sleepy(world.clock()))
        return replace(world, clock=clocks[0])

    async with act(hook=sleepy) as it:
        await it.enter()
        await it.settle(5)
        gaps = it.reel.kinds().count(2)
        clocks[0].sleeps_ns = 600 * S
        await it.until(lambda: it.told("machine_slept"), 1.2)
        assert "slept for 600 s" in it.told("machine_slept")[0]
        assert it.phase in (Phase.DIALLING, Phase.DOWN, Phase.SYNCING)
        assert it.why_halted
        await it.ready(30)
        it.check()
        assert it.wiring.watchdog.state.generation == 2
        assert it.wiring.is_protected
        assert it.reel.kinds().count(2) == gaps + 1
        assert len(it.sent()) == 3


async def test_f69_streams_are_asked_for_fifteen_seconds_apart_and_never_refused(autojump_clock: object) -> None:
    """TWS allows one tick-by-tick request an instrument in 15 s; over two connections it is never asked for more."""
    mock = quiet()
    mock.data.limits.tick_by_tick_every_ns = 15 * S
    asked: list[int] = []
    async with away(mock, spacing_s=15) as it:
        session_say = mock.ask

        def ask(session: object, request: object) -> None:
            if isinstance(request, ReqTickByTick):
                asked.append(it.clock())
            session_say(session, request)  # type: ignore[arg-type]

        mock.ask = ask  # type: ignore[method-assign]
        assert 15 <= await it.ready(40) <= 17
        it.inject("reset")
        await it.settle(1)
        await it.ready(60)
        assert len(asked) == 4
        assert all(after - before >= 15 * S for before, after in pairwise(asked))
        assert not it.told("data_refused")


async def test_f69_10190_is_no_data_until_it_comes(autojump_clock: object) -> None:
    """TWS takes no tick-by-tick request at all for a while: never READY on it, asked again at a pace, then READY."""
    mock = quiet()
    mock.data.limits.tick_by_tick = 0
    async with away(mock) as it:
        await it.settle(45)
        assert it.phase is Phase.SYNCING
        assert any("10190" in why for why in it.wiring.risk.shut_because())
        heard = sum(1 for _, said in mock.heard if isinstance(said, ReqTickByTick))
        assert heard <= 6
        mock.data.limits.tick_by_tick = 3
        await it.ready(300)
        it.check()
