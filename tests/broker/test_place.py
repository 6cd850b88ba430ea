"""Orders on their way out: one write, every term on the wire, and an answer whether the bytes have left."""

import pytest
import trio

from simulator.tws.lockstep_clock import LockstepClock
from simulator.tws.requests import CancelOrder, PlaceOrder
from system.domain import link_events as link
from system.domain.order_events import Cancel, OpenOrderTold, Place, PlacementAnswered, StatusTold, Terms
from system.domain.settings import SECOND_NS
from tests.broker.stage import Virtual, bracket, heard, proven, virtual

pytestmark = pytest.mark.trio


def placed(it: Virtual) -> list[PlaceOrder]:
    return [request for _, request in it.world.heard if isinstance(request, PlaceOrder)]


async def test_f26_a_bracket_leaves_as_one_write_its_parent_first_and_its_last_order_transmits_all() -> None:
    async with proven() as (road, peer):
        before = len(road.wire)
        road.broker.do(Place(orders=bracket()))
        writes = [data for way, data in road.wire[before:] if way == "out"]
        assert len(writes) == 1
        frames = []
        while writes[0]:
            end = 4 + int.from_bytes(writes[0][:4], "big")
            frames.append(writes[0][4:end].decode().split("\0"))
            writes[0] = writes[0][end:]
        assert [(fields[0], fields[1], fields[27]) for fields in frames] == [
            ("3", "1", "0"),
            ("3", "2", "0"),
            ("3", "3", "1"),
        ]
        assert await heard(peer.stream, b"bn-1")
        answer = await road.until(PlacementAnswered)
        assert (answer.order_ids, answer.sent) == ((1, 2, 3), True)


async def test_every_term_is_on_the_wire(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.road.broker.do(Place(orders=bracket()))
        await trio.sleep(0.01)
        entry, target, stop = (order.terms for order in placed(it))
        for terms in (entry, target, stop):
            assert (terms.account, terms.order_ref, terms.outside_rth) == (it.world.desk.account, "bn-1", True)
            assert (terms.trigger_method, terms.quantity) == (2, 1)
        assert (entry.action, entry.order_type, entry.tif, entry.oca_group) == ("BUY", "MKT", "DAY", "")
        assert (target.action, target.order_type, target.limit_price, target.tif) == ("SELL", "LMT", 5005.0, "GTC")
        assert (stop.action, stop.order_type, stop.aux_price, stop.tif) == ("SELL", "STP", 4997.5, "GTC")
        assert {(exit.parent_id, exit.oca_group, exit.oca_type) for exit in (target, stop)} == {(1, "bn-1", 2)}
        assert {order.contract.con_id for order in placed(it)} == {
            it.world.data.listing(it.world.now_ns).front[0].con_id
        }


async def test_what_the_broker_reads_back_is_what_was_sent(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.road.broker.do(Place(orders=bracket()))
        await it.road.until(StatusTold, 3)
        told = {record.terms.order_id: record.terms for record in it.road.all(OpenOrderTold)}
        assert tuple(told.values()) == bracket()


async def test_one_order_alone_is_transmitted(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.road.broker.do(Place(orders=(Terms(order_id=1, ref="x", side=-1, contracts=1, type="MKT"),)))
        await it.road.until(StatusTold)
        assert [order.terms.transmit for order in placed(it)] == [True]


async def test_a_cancel_reaches_the_order(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        it.road.broker.do(
            Place(orders=(Terms(order_id=1, ref="x", side=1, contracts=1, type="LMT", limit_ticks=19_000),))
        )
        await it.road.until(StatusTold)
        it.road.broker.do(Cancel(order_id=1))
        await it.road.till(lambda: it.road.all(StatusTold)[-1].status == "Cancelled")
        assert [request.order_id for _, request in it.world.heard if isinstance(request, CancelOrder)] == [1]


@pytest.mark.parametrize("ended_by", ["nothing yet", "abort", "hang_up", "reset"])
async def test_without_a_connection_nothing_is_written_and_it_is_said_that_nothing_was_sent(
    ended_by: str, autojump_clock: LockstepClock
) -> None:
    async with virtual() as it:
        if ended_by != "nothing yet":
            await it.road.dial()
        if ended_by == "abort":
            it.road.broker.do(link.Abort(generation=1))
        elif ended_by != "nothing yet":
            it.inject(ended_by)
            await it.road.until(link.ConnectionLost)
        written = len(it.road.wire)
        it.road.broker.do(Place(orders=bracket()))
        it.road.broker.do(Cancel(order_id=1))
        answer = await it.road.until(PlacementAnswered)
        assert (answer.order_ids, answer.sent) == ((1, 2, 3), False)
        assert len(it.road.wire) == written
        assert not placed(it)


async def test_before_the_contract_is_known_nothing_is_placed(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        it.inject("2157", "1h")  # no contract is ever told
        it.road.broker.do(link.Dial(generation=1))
        await it.road.until(link.Connected)
        it.road.broker.do(Place(orders=bracket()))
        assert not (await it.road.until(PlacementAnswered)).sent
        assert not placed(it)
        assert (await it.road.until(link.ConnectionLost)).reason == "no contract ES 2024-06 was told"


async def test_s15_orders_leave_at_once_while_two_hundred_requests_wait(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        began_ns = it.world.now_ns
        for _ in range(200):
            it.road.broker.do(link.Probe(generation=1))
        it.road.broker.do(Place(orders=bracket()))
        await it.road.until(StatusTold)
        assert it.world.now_ns - began_ns < SECOND_NS // 100
        await it.road.until(link.HeartbeatAnswered, 200)
        stamps = [
            packet.now_ns
            for packet in it.road.packets
            for record in packet.records
            if isinstance(record, link.HeartbeatAnswered)
        ]
        assert 5 * SECOND_NS < stamps[-1] - began_ns < 8 * SECOND_NS
        assert not [told for told in it.road.all(link.CodeTold) if told.code == 100], "TWS has never complained"


async def test_f38_no_second_has_more_than_forty_five_messages_in_it(autojump_clock: LockstepClock) -> None:
    async with virtual() as it:
        await it.road.dial()
        sent_s: list[float] = []
        session = it.sessions[-1]
        answer = session.answer
        session.answer = lambda request: (sent_s.append(trio.current_time()), answer(request))[1]  # type: ignore[method-assign]
        for _ in range(200):
            it.road.broker.do(link.Probe(generation=1))
        for number in range(5):
            await trio.sleep(0.3)
            it.road.broker.do(Place(orders=bracket(1 + 3 * number)))
        await it.road.until(link.HeartbeatAnswered, 200)
        assert len(sent_s) == 215
        assert max(sum(1 for other in sent_s if at_s <= other < at_s + 1) for at_s in sent_s) <= 45
