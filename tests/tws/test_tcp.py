"""The server on real sockets: many clients, bad ones, slow ones, and the operator's door."""

import math
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
import trio

from simulator.faults.plan import Plan
from simulator.faults.player import Player
from simulator.tws import tcp
from simulator.tws.control import request, serve_control
from simulator.tws.operator import Operator
from simulator.tws.tcp import Pace, Server
from system.domain.errors import InputError, LinkGaveUpError
from tests.tws.talk import a_world, greeting, message

pytestmark = pytest.mark.trio
LIMIT_S = 30.0  # no test takes a fraction of it; a hang ends here


@dataclass
class Running:
    """A server with its port, and what it logged."""

    server: Server
    port: int = 0
    lines: list[str] = field(default_factory=list)
    streams: list[trio.SocketStream] = field(default_factory=list)

    async def connect(self) -> trio.SocketStream:
        self.streams.append(await trio.open_tcp_stream("127.0.0.1", self.port))
        return self.streams[-1]

    async def started(self, client_id: int) -> trio.SocketStream:
        stream = await self.connect()
        await stream.send_all(greeting() + message(71, 2, client_id, ""))
        await until(stream, b"2158\0")
        return stream

    async def logged(self, words: str) -> None:
        while not any(words in line for line in self.lines):
            await trio.lowlevel.checkpoint()


@asynccontextmanager
async def running(speed: float = 1.0) -> AsyncIterator[Running]:
    lines: list[str] = []
    run = Running(Server(world=a_world(), pace=Pace(speed), log=lines.append), lines=lines)
    with trio.fail_after(LIMIT_S):
        async with trio.open_nursery() as nursery:
            run.port = await nursery.start(run.server.run, "127.0.0.1", 0)
            try:
                yield run
            finally:
                nursery.cancel_scope.cancel()
                for stream in run.streams:
                    stream.socket.close()


async def until(stream: trio.SocketStream, words: bytes) -> bytes:
    """Read until the words have come."""
    data = b""
    while words not in data:
        more = await stream.receive_some(65_536)
        assert more, f"closed before {words!r}: {data!r}"
        data += more
    return data


async def end(stream: trio.SocketStream) -> bytes:
    """Read to the end."""
    data = b""
    while more := await stream.receive_some(65_536):
        data += more
    return data


async def test_ticks_flow_in_real_time() -> None:
    async with running(speed=20) as run:
        stream = await run.started(1)
        await stream.send_all(
            message(97, 5, 0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "", "BidAsk", 0, 0)
        )
        assert await until(stream, b"99\x005\x003\x00")


async def test_the_words_326_arrive_before_the_end_even_where_the_client_has_said_more() -> None:
    async with running() as run:
        await run.started(7)
        second = await run.connect()
        await second.send_all(greeting() + message(71, 2, 7, "") + message(61, 1) * 50)
        assert b"\x00326\x00" in await end(second)
        await run.logged("client id 7 is in use")


async def test_half_a_greeting_ends_in_time_and_blocks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.tws.session.HANDSHAKE_S", 0.05)
    async with running() as run:
        half = await run.connect()
        await half.send_all(b"API\0\0\0")
        await run.started(1)
        assert await end(half) == b""
        await run.logged("no greeting within")


async def test_a_client_of_before_version_100_is_hung_up_on_at_once() -> None:
    async with running() as run:
        stream = await run.connect()
        await stream.send_all(b"62\0")
        assert await end(stream) == b""


async def test_two_hundred_connections_are_all_served() -> None:
    async with running() as run:
        async with trio.open_nursery() as nursery:
            for number in range(200):
                nursery.start_soon(run.started, number)
        assert len(run.server.wake) == 200
        assert len(run.server.world.sessions) == 200


async def test_one_connection_too_many_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "CLIENTS_MAX", 2)
    async with running() as run:
        await run.started(1)
        await run.started(2)
        third = await run.connect()
        with pytest.raises((AssertionError, trio.BrokenResourceError)):
            await until(third, b"never")
        await run.logged("turned away")


async def test_a_client_that_never_reads_is_cut_off_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "STALL_S", 0.2)
    async with running(speed=math.inf) as run:
        deaf = await run.started(1)
        contract = (0, "ES", "FUT", "202406", 0, "", "", "CME", "", "USD", "", "")
        await deaf.send_all(message(97, 1, *contract, "BidAsk", 0, 0) + message(97, 2, *contract, "AllLast", 0, 0))
        await run.logged("reads nothing")
        assert await run.started(1), "the id is free again"


async def test_a_client_that_hangs_up_is_forgotten_and_its_id_free() -> None:
    async with running() as run:
        stream = await run.started(1)
        await stream.aclose()
        await run.logged("client 1: closed: the client hung up")
        assert await run.started(1)


async def test_clients_that_reset_at_once_do_not_end_the_server() -> None:
    async with running() as run:
        for _ in range(100):
            stream = await run.connect()
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            stream.socket.close()
        assert await run.started(1)


async def test_what_a_deaf_connection_was_sent_is_lost_where_the_fault_says_so() -> None:
    async with running() as run:
        player = run.server.world.faults = Player(run.server.world, Plan())
        stream = await run.started(1)
        player.clock(trio.current_time())
        player.inject("mute_in", "500ms", None, {"then": "lost"})
        await stream.send_all(message(61, 1))
        while not next(iter(run.server.wake)).unheard:
            await trio.lowlevel.checkpoint()
        while player.active:
            await trio.lowlevel.checkpoint()
            player.clock(trio.current_time())
        await stream.send_all(message(49, 1))
        assert b"\x0062\x00" not in await until(stream, b"49\x00")


async def test_a_paused_market_stands_still_and_answers() -> None:
    async with running() as run:
        operator = Operator(run.server)
        await operator.pause({})
        before = run.server.world.now_ns
        stream = await run.started(1)
        await stream.send_all(message(49, 1))
        await until(stream, b"49\0")
        assert run.server.world.now_ns == before
        await operator.resume({})
        while run.server.world.now_ns == before:
            await trio.lowlevel.checkpoint()


async def test_the_market_keeps_to_its_speed() -> None:
    async with running(speed=100) as run:
        begun_ns, begun_s = run.server.world.now_ns, trio.current_time()
        while run.server.world.now_ns < begun_ns + 20 * 10**9:
            await trio.lowlevel.checkpoint()
        assert trio.current_time() - begun_s >= 0.19


@asynccontextmanager
async def with_door() -> AsyncIterator[Running]:
    async with running() as run, trio.open_nursery() as nursery:
        nursery.start_soon(serve_control, run.port, Operator(run.server).handlers())
        while True:
            try:
                await trio.to_thread.run_sync(partial(request, run.port, {"do": "status"}))
            except LinkGaveUpError:
                continue
            break
        yield run
        nursery.cancel_scope.cancel()


async def test_the_operator_can_ask_how_it_stands() -> None:
    async with with_door() as run:
        await run.started(5)
        answer = await trio.to_thread.run_sync(partial(request, run.port, {"do": "status"}))
        assert answer["clients"] == [5]
        assert answer["speed"] == 1.0


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "dance"},
        {},
        {"do": "speed"},
        {"do": "speed", "speed": "fast"},
        {"do": "speed", "speed": 5000},
        {"do": "quote", "bid": 5000, "ask": 4000},
        {"do": "trade", "price": 5000, "size": float("inf")},
        {"do": "fill", "client": 1, "order_id": 1, "contracts": -3},
    ],
)
async def test_the_operator_is_told_what_is_wrong_with_what_he_asks(asked: dict[str, object]) -> None:
    async with with_door() as run:
        with pytest.raises(InputError):
            await trio.to_thread.run_sync(partial(request, run.port, asked))
        assert await trio.to_thread.run_sync(partial(request, run.port, {"do": "status"}))


async def test_without_a_mock_on_the_port_the_operator_is_told_so() -> None:
    with pytest.raises(LinkGaveUpError, match="no mock TWS answers for port 1"):
        await trio.to_thread.run_sync(partial(request, 1, {"do": "status"}))
