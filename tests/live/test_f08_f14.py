"""F08 to F14 of the failure catalogue, through the real client: orders without an answer, and what is not ours."""

from dataclasses import replace

import pytest

from simulator.tws.world import World
from system.domain.hours import Hours
from system.domain.maintenance import Window
from system.domain.order_state import OrderState
from system.domain.session import NEW_YORK, Calendar
from system.domain.settings import SECOND_NS
from tests.actors.stage import SETTINGS
from tests.faults.stage import ES
from tests.live.market import a_quiet_world
from tests.live.stage import live
from tests.tws.talk import Talk, message

pytestmark = pytest.mark.trio

ENTRY, TARGET, STOP = 1, 2, 3
THREE = replace(SETTINGS, contracts=3)
QUICK = replace(SETTINGS, cooldown_after_loss_ns=10 * SECOND_NS)


def trade_as_client_two(world: World, order_id: int, action: str, contracts: int = 1) -> None:
    """Another program trades in the same account, under an order id that we use too."""
    other = Talk(world, client_id=2).start()
    terms = (action, contracts, "MKT", "", "", "DAY", "", "", "", 0, "theirs", 1, 0, 0, 0, 0, 0, 1, 0)
    other.send(message(3, order_id, *ES, "", "", *terms))


# F08


async def test_f08_an_order_that_is_never_acknowledged_is_asked_for_and_proven_not_placed(
    autojump_clock: object,
) -> None:
    """L06. TWS swallows a bracket: no openOrder, no status, no error, for ever."""
    async with live() as it:
        await it.ready()
        it.inject("swallow", "1s", of="PlaceOrder")
        await it.signal(1)
        assert it.orders.orders[0].state is OrderState.SENT
        await it.settle(3)
        assert all(one.is_live for one in it.orders.orders)
        await it.until(lambda: it.orders.bracket is not None and it.orders.bracket.is_over, 57)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert sorted(it.canceled) == [ENTRY, TARGET, STOP]
        it.agrees()
        await it.signal(1)
        await it.until(lambda: it.wiring.is_protected, 5)
        assert it.placed == [1, 2, 3, 4, 5, 6]
        it.agrees()


async def test_f08_an_order_and_its_cancel_without_any_answer_halt_within_a_minute(autojump_clock: object) -> None:
    """L06. TWS swallows the bracket and every cancel of it, while it answers all questions."""
    async with live() as it:
        await it.ready()
        it.inject("swallow", "10m")
        await it.signal(1)
        await it.until(lambda: it.orders.halted, 60)
        assert it.orders.orders[0].state is OrderState.UNKNOWN
        assert "halted" in it.ears.alerts()
        await it.settle(120)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert len(it.canceled) <= 9
        assert it.why_halted


# F09


async def test_f09_an_acknowledgement_that_comes_late_finds_the_order_still_counted(autojump_clock: object) -> None:
    """TWS holds a bracket for four seconds, then all goes on as if nothing had been."""
    async with live() as it:
        await it.ready()
        it.inject("ack_late", "1s", of="PlaceOrder", by="4s")
        await it.signal(1)
        await it.until(lambda: it.wiring.is_protected, 10)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert it.canceled == []
        it.agrees()


async def test_f09_an_order_that_comes_alive_after_it_was_proven_dead_is_held_protected_and_halts(
    autojump_clock: object,
) -> None:
    """TWS holds a bracket for 20 s, and says meanwhile that it knows no such orders (10147); then it fills."""
    async with live() as it:
        await it.ready()
        it.inject("ack_late", "1s", of="PlaceOrder", by="20s")
        await it.signal(1)
        await it.until(lambda: it.orders.bracket is not None and it.orders.bracket.is_over, 15)
        await it.until(lambda: it.truth == 1, 15)
        await it.until(lambda: it.held == 1 and it.wiring.is_protected, 5)
        await it.until(lambda: it.orders.halted, 2)
        assert "gate_differs" in it.ears.alerts()
        assert it.placed == [ENTRY, TARGET, STOP]
        it.agrees()


# F10


async def test_f10_no_order_goes_out_before_a_known_restart(autojump_clock: object) -> None:
    """A restart at 10:02 each day is configured: no entries from a minute before on."""
    window = Window(name="restart", zone=NEW_YORK, start_s=36_120, end_s=36_180)
    hours = Hours(Calendar(SETTINGS.closures), [window], 60 * SECOND_NS)
    async with live(hours=hours) as it:
        await it.ready()
        await it.settle(60)
        await it.signal(1)
        assert it.ears.signals[-1][1] == "halted"
        assert it.why_halted == "soon maintenance: restart"
        assert it.placed == []


@pytest.mark.parametrize("ids_lost", [3, 100])
async def test_f10_ids_that_roll_back_at_a_restart_are_not_used_again(ids_lost: int, autojump_clock: object) -> None:
    """TWS restarts right after it took a bracket, and then gives out its ids again (S10)."""
    plan = f'[[fault]]\nkind = "restart"\nfor = "20s"\norder = "PreSubmitted"\nids_lost = {ids_lost}'
    async with live(plan=plan, settings=QUICK) as it:
        await it.ready()
        await it.signal(1)
        await it.settle(25)
        await it.ready()
        assert it.mock.desk.next_id(1) == 1
        assert it.held == 1
        it.mock.move(-20)
        await it.until(lambda: it.truth == 0, 5)
        await it.settle(10)
        await it.signal(1)
        await it.until(lambda: it.wiring.is_protected, 5)
        assert it.placed == [1, 2, 3, 4, 5, 6]
        it.agrees()


async def test_f10_a_bracket_lost_in_a_restart_is_proven_not_placed_and_its_ids_stay_used(
    autojump_clock: object,
) -> None:
    """TWS restarts at the order that would transmit a bracket: what waited in TWS is gone, its ids are given anew."""
    plan = '[[fault]]\nkind = "restart"\nfor = "20s"\nof = "PlaceOrder"\nmessage = 3\nids_lost = 3'
    async with live(plan=plan) as it:
        await it.ready()
        await it.signal(1)
        await it.settle(25)
        await it.ready()
        await it.until(lambda: it.orders.bracket is not None and it.orders.bracket.is_over, 60)
        assert it.truth == 0
        await it.signal(1)
        await it.until(lambda: it.wiring.is_protected, 5)
        assert it.placed == [1, 2, 3, 4, 5, 6]
        it.agrees()


# F11


@pytest.mark.parametrize("code", [104, 105, 110, 135])
async def test_f11_a_refused_modify_leaves_the_order_that_rests(code: int, autojump_clock: object) -> None:
    """A contract of three is sold by hand; cutting target and stop to two is refused, each time."""
    async with live(settings=THREE) as it:
        await it.enter()
        it.inject("error", "10m", code=code, instead=True)
        it.inject("manual_trade", action="SELL", contracts=1)
        await it.until(lambda: it.held == 2, 90)
        await it.settle(60)
        assert it.resting == {TARGET: "Submitted", STOP: "PreSubmitted"}
        assert it.wiring.is_protected
        assert it.canceled == []
        assert set(it.placed) == {ENTRY, TARGET, STOP}
        assert 2 <= len(it.placed) - 3 <= 6
        assert it.orders.halted
        assert it.held == it.truth == 2


async def test_f11_exits_are_cut_to_what_is_held(autojump_clock: object) -> None:
    """The same, and TWS takes the new size."""
    async with live(settings=THREE) as it:
        await it.enter()
        it.inject("manual_trade", action="SELL", contracts=1)
        await it.until(lambda: it.held == 2, 90)
        await it.settle(10)
        assert {one.order_id: one.left for one in it.mock.desk.orders} == {TARGET: 2, STOP: 2}
        assert it.placed[3:] in ([TARGET, STOP], [STOP, TARGET])
        assert "inferred_fill" in it.ears.alerts()
        it.mock.move(-20)
        await it.until(lambda: it.truth == 0, 5)
        await it.settle(20)
        assert it.truth == it.held == 0


# F12


async def test_f12_a_fill_of_another_clients_order_with_our_id_is_not_ours(autojump_clock: object) -> None:
    """Client 2 buys a contract under the order id of our stop."""
    async with live(settings=QUICK) as it:
        await it.enter()
        trade_as_client_two(it.mock, STOP, "BUY")
        await it.until(lambda: "foreign_execution" in it.ears.alerts(), 65)
        await it.until(lambda: "foreign_position" in it.ears.alerts(), 15)
        assert it.truth == 2
        assert it.held == 1
        assert it.orders.foreign_contracts == 1
        assert it.wiring.is_protected
        assert it.placed == [ENTRY, TARGET, STOP]
        it.mock.move(-20)
        await it.until(lambda: it.truth == 1, 5)
        await it.settle(20)
        await it.signal(1)
        assert it.placed == [ENTRY, TARGET, STOP]
        assert it.truth == 1


async def test_f12_a_sale_by_hand_of_what_we_hold_takes_our_exits_back(autojump_clock: object) -> None:
    """Order id 0, no reference: the position is gone, and no execution of ours explains it."""
    async with live() as it:
        await it.enter()
        it.inject("manual_trade", action="SELL", contracts=1)
        await it.until(lambda: it.held == 0, 90)
        await it.settle(15)
        assert it.resting == {}
        assert it.orders.halted == "an inferred fill"
        assert [fill.reason for fill in it.ears.fills] == ["entry", "stop"]
        it.agrees()


# F13


async def test_f13_an_entry_that_fills_before_its_cancel_arrives_is_closed(autojump_clock: object) -> None:
    """Three seconds to the exchange: flatten is asked for while the entry is on its way; the cancel comes too late."""
    async with live(a_quiet_world(latency_ns=3 * SECOND_NS)) as it:
        await it.ready()
        await it.signal(1)
        await it.settle(0.5)
        it.ask("flatten")
        await it.settle(0.5)
        assert it.canceled == [ENTRY]
        assert it.resting.keys() == {ENTRY, TARGET, STOP}
        await it.until(lambda: it.truth == 1, 5)
        await it.until(lambda: it.truth == 0, 20)
        await it.settle(20)
        it.agrees()
        assert [fill.reason for fill in it.ears.fills] == ["entry", "flatten"]
        assert it.resting == {}


async def test_f13_a_pending_cancel_is_no_end(autojump_clock: object) -> None:
    """PendingCancel is told of the entry, and it fills all the same."""
    async with live(a_quiet_world(latency_ns=3 * SECOND_NS)) as it:
        await it.ready()
        it.inject("cancel_fill_race", pending=True, by="500ms")
        await it.signal(1)
        await it.settle(0.5)
        it.ask("flatten")
        await it.until(lambda: it.truth == 1, 5)
        await it.until(lambda: it.truth == 0, 20)
        await it.settle(10)
        assert [fill.reason for fill in it.ears.fills] == ["entry", "flatten"]
        assert it.is_over
        it.agrees()


async def test_f13_an_entry_that_is_told_as_inactive_is_taken_back_before_it_comes_alive(
    autojump_clock: object,
) -> None:
    """TWS puts the entry aside, and tells of it as Inactive, asked and unasked; after ten seconds it would work."""
    async with live() as it:
        await it.ready()
        it.inject("inactive", by="10s", which="entry")
        await it.signal(1)
        await it.settle(3)
        assert not it.orders.orders[0].is_live, "it is not waited for"
        await it.settle(20)
        assert it.canceled == [ENTRY]
        assert it.is_over
        assert it.truth == 0
        assert not it.orders.halted
        it.agrees()


async def test_f13_an_exit_that_fills_before_its_cancel_arrives_is_bought_back(autojump_clock: object) -> None:
    """S18. The position is liquidated; the exits are taken back, and one fills just before: the account is short."""
    async with live() as it:
        await it.enter()
        it.inject("cancel_fill_race")
        it.inject("liquidation")
        await it.until(lambda: it.truth == -1, 90)
        await it.until(lambda: it.truth == 0, 20)
        await it.settle(20)
        assert it.truth == 0
        assert it.orders.halted
        it.agrees()


# F14


@pytest.mark.parametrize("action", ["BUY", "SELL"])
async def test_f14_contracts_that_are_not_ours_stop_entries_and_are_never_traded(
    action: str, autojump_clock: object
) -> None:
    """Two contracts are traded by hand while we are flat."""
    async with live() as it:
        await it.ready()
        it.inject("manual_trade", action=action, contracts=2)
        await it.until(lambda: "foreign_position" in it.ears.alerts(), 90)
        await it.signal(1)
        await it.settle(5)
        assert it.ears.signals[-1][1] == "halted"
        assert it.placed == []
        assert it.held == 0
        assert abs(it.truth) == 2


async def test_f14_a_position_that_changed_while_we_were_gone_is_known_before_anything_is_entered(
    autojump_clock: object,
) -> None:
    """TWS restarts; meanwhile our position is closed by hand."""
    async with live() as it:
        await it.enter()
        it.inject("restart", "20s")
        await it.settle(5)
        it.inject("manual_trade", action="SELL", contracts=1)
        await it.until(lambda: it.held == 0, 60)
        await it.settle(20)
        assert it.orders.halted == "an inferred fill"
        assert it.resting == {}
        it.agrees()


async def test_f14_a_foreign_order_stops_entries_while_it_lives(autojump_clock: object) -> None:
    """A buy order made by hand rests far below."""
    async with live() as it:
        await it.ready()
        it.inject("foreign_order", action="BUY")
        await it.until(lambda: "foreign_order" in it.ears.alerts(), 65)
        await it.signal(1)
        assert it.ears.signals[-1][1] == "halted"
        assert it.placed == []
        (order,) = it.mock.desk.orders
        it.mock.deliver(it.mock.desk.cancel_by_hand(order.perm_id, it.mock.now_ns))
        await it.until(lambda: not it.orders.foreign_orders, 65)
        await it.ready()
        await it.signal(-1)
        await it.until(lambda: it.wiring.is_protected, 5)
        assert it.canceled == []
        it.agrees()
