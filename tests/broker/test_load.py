"""Much at once, and often: nothing is lost, nothing grows."""

import gc
import os
import socket

import ib_insync
import pytest
import trio

from system.broker.broker import FULL
from system.broker.guard import CHUNK_MAX, GuardedConnection
from system.broker.line import Line
from system.domain import link_events as link
from system.domain.order_events import ExecutionTold
from system.domain.road import QuoteTold, TradeTold
from tests.broker.stage import execution, proven, quote, served, to_port, trade

pytestmark = pytest.mark.trio
BURST = 20_000


async def test_a_burst_of_twenty_thousand_ticks_loses_none_and_keeps_their_order() -> None:
    async with proven() as (road, peer):
        quotes, trades = await peer.subscribed(road, "BidAsk"), await peer.subscribed(road, "Last")
        ticks = [
            trade(trades, 5000 + at % 8 / 4, at + 1) if at % 2 else quote(quotes, bid_size=at + 1)
            for at in range(BURST)
        ]
        ticks.insert(BURST // 2, execution("in the middle"))
        await peer.say(*ticks)
        await road.until(TradeTold, BURST // 2)
        sizes = [
            told.size if isinstance(told, TradeTold) else told.bid_size
            for told in road.records
            if isinstance(told, TradeTold | QuoteTold)
        ]
        assert sizes == list(range(1, BURST + 1))
        before = [told for told in road.records if isinstance(told, QuoteTold | TradeTold | ExecutionTold)]
        assert isinstance(before[BURST // 2], ExecutionTold)
        chunks = [data for way, data in road.wire if way == "in"]
        assert max(map(len, chunks)) <= CHUNK_MAX


async def test_while_nobody_takes_what_is_told_reading_stops_and_nothing_is_lost() -> None:
    async with proven() as (road, peer):
        trades = await peer.subscribed(road, "Last")
        road.reads = trio.Event()
        peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        most, said, total = 0, 0, 40 * FULL

        async def speak() -> None:
            nonlocal most, said
            while said < total:
                said += 1
                await peer.say(trade(trades, size=said))
                most = max(most, road.broker.records.statistics().current_buffer_used)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(speak)
            before = -1
            while said > before:
                before = said
                await trio.sleep(0.1)
            assert FULL <= most <= FULL + 5, "what one read brings is at most five packets"
            assert said < total, "the other end has to wait"
            road.reads.set()
        await road.until(TradeTold, total)
        assert [told.size for told in road.all(TradeTold)] == list(range(1, total + 1))
        assert not road.all(link.ConnectionLost)


async def test_reading_goes_on_as_soon_as_the_road_is_free() -> None:
    async with proven() as (road, peer):
        trades = await peer.subscribed(road, "Last")
        for turn in range(1, 4):
            road.reads = trio.Event()
            for _ in range(3 * FULL):
                await peer.say(trade(trades))
            road.reads.set()
            with trio.fail_after(2):
                await road.until(TradeTold, 3 * FULL * turn)


async def test_f62_fifty_reconnects_leave_nothing_behind() -> None:
    async with served() as (server, port), to_port(port) as road:

        async def turn(generation: int) -> None:
            await road.dial(generation)
            road.broker.do(link.Subscribe(generation=generation, stream="Last"))
            road.broker.do(link.Probe(generation=generation))
            session = next(iter(server.world.sessions.values()))
            if generation % 3 == 0:
                session.close("a test", reset=True)
                await road.ends(generation)
            elif generation % 3 == 1:
                session.close("a test")
                await road.ends(generation)
            else:
                road.broker.do(link.Abort(generation=generation))
            while server.wake:  # noqa: ASYNC110 - the server's own book
                await trio.sleep(0.001)

        async def count() -> dict[str, int]:
            await trio.sleep(0.05)
            gc.collect()
            kinds = {"lines": Line, "libraries": ib_insync.IB, "connections": GuardedConnection}
            alive = gc.get_objects()
            found = {name: sum(1 for one in alive if type(one) is kind) for name, kind in kinds.items()}
            tasks = trio.lowlevel.current_statistics().tasks_living
            return found | {"tasks": tasks, "handles": len(os.listdir("/proc/self/fd"))}

        for generation in range(1, 4):
            await turn(generation)
        before = await count()
        for generation in range(4, 54):
            await turn(generation)
        assert await count() == before
        assert before["lines"] == 0
