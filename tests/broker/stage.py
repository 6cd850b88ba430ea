"""A live broker with its road read by the test: against the mock TWS in memory and virtual time, or on a socket."""

import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import trio

from simulator.faults.plan import read_plan
from simulator.faults.player import Player
from simulator.tws.lockstep import play
from simulator.tws.memory import in_memory
from simulator.tws.session import Session
from simulator.tws.tcp import Pace, Server
from simulator.tws.world import World
from system.broker.account import Account
from system.broker.address import Address
from system.broker.broker import LiveBroker
from system.broker.door import guard, loop
from system.domain import link_events as link
from system.domain.instrument import ES, front_month
from system.domain.order_events import Terms
from system.domain.road import Packet, Record
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.wiring.clock import VirtualClock
from tests.faults.stage import START_NS, an_even_market
from tests.tws.talk import message

R = TypeVar("R")
LIMIT_S = 30.0  # of real time; no test takes a third of it
VIRTUAL_S = 600
HERE = "127.0.0.1"
VERSION = 176


@dataclass
class Road:
    """The broker, and what it has told so far. Where `reads` is not set, nobody takes what it tells."""

    broker: LiveBroker
    packets: list[Packet] = field(default_factory=list)
    wire: list[tuple[str, bytes]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # of the loop that the library runs in
    reads: trio.Event = field(default_factory=trio.Event)
    _more: trio.Event = field(default_factory=trio.Event)

    async def read(self) -> None:
        await self.reads.wait()
        async for packet in self.broker.records:
            self.packets.append(packet)
            self._more.set()
            await self.reads.wait()

    @property
    def records(self) -> list[Record]:
        return [record for packet in self.packets for record in packet.records]

    def all(self, kind: type[R]) -> list[R]:
        return [record for record in self.records if isinstance(record, kind)]

    async def till(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._more = trio.Event()
            await self._more.wait()

    async def until(self, kind: type[R], count: int = 1) -> R:
        """The last of so many."""
        await self.till(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[count - 1]

    async def dial(self, generation: int = 1) -> None:
        """Dial, and wait until it is known whose account and which contract it is."""
        self.broker.do(link.Dial(generation=generation))
        await self.till(lambda: any(told.generation == generation for told in self.all(link.Verified)))

    async def ends(self, generation: int) -> link.DialFailed | link.ConnectionLost:
        """How a connection ends."""
        ends = link.DialFailed, link.ConnectionLost
        found: list[link.DialFailed | link.ConnectionLost] = []

        def ended() -> bool:
            found[:] = [told for told in self.records if isinstance(told, ends) and told.generation == generation]
            return bool(found)

        await self.till(ended)
        return found[0]

    async def fails(self, generation: int = 1) -> str:
        """Dial, and why nothing comes of it."""
        self.broker.do(link.Dial(generation=generation))
        told = await self.until(link.DialFailed, generation)
        assert not self.all(link.Connected)
        return told.reason


def account(**more: Any) -> Account:
    wanted = {"instrument": ES, "paper": True, "month": lambda now_ns: front_month(Calendar().at(now_ns).day, 8)}
    return Account(**(wanted | more))


@asynccontextmanager
async def road(
    address: Address, who: Account, prepare: Callable[[Any], Any], clock: Callable[[], int]
) -> AsyncIterator[Road]:
    wire: list[tuple[str, bytes]] = []

    def show(_generation: int, way: str, _now_ns: int, data: object) -> None:
        if isinstance(data, bytes):
            wire.append((way, data))

    broker = LiveBroker(
        address,
        who,
        clock=clock,
        prepare=lambda ib: prepare(ib) and None,
        wire=show,
    )
    it = Road(broker, wire=wire)
    it.reads.set()
    async with loop(it.failures.append), trio.open_nursery() as nursery:
        nursery.start_soon(broker.run)
        nursery.start_soon(it.read)
        yield it
        nursery.cancel_scope.cancel()
    assert not it.failures


@dataclass
class Virtual:
    """A broker and the mock TWS in memory, in virtual time."""

    road: Road
    world: World
    player: Player
    sessions: list[Session]

    def inject(self, kind: str, for_: str | None = None, **settings: Any) -> None:
        self.player.inject(kind, for_, None, settings)


@asynccontextmanager
async def virtual(
    plan: str = "", *, port: int = 7497, world: World | None = None, **who: Any
) -> AsyncIterator[Virtual]:
    """At 10:00 New York, in a market whose touch steps and that trades one contract every 50 ms."""
    world = world or an_even_market()
    player = world.faults = Player(world, read_plan(plan, "plan"))
    sessions: list[Session] = []
    clock = VirtualClock(world.now_ns)
    address = Address(host="memory", port=port, client_id=1)
    with trio.fail_after(VIRTUAL_S):
        async with (
            road(address, account(**who), lambda ib: in_memory(ib, world, sessions.append), clock) as it,
            trio.open_nursery() as nursery,
        ):
            nursery.start_soon(play, world, world.now_ns + VIRTUAL_S * SECOND_NS)
            yield Virtual(it, world, player, sessions)
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def to_port(port: int, **who: Any) -> AsyncIterator[Road]:
    """A broker on real sockets; it takes the port for that of a paper account."""
    with trio.fail_after(LIMIT_S):
        clock = VirtualClock(START_NS)
        async with road(Address(host=HERE, port=port, client_id=1), account(**who), guard, clock) as it:
            yield it


@asynccontextmanager
async def served(speed: float = 1.0) -> AsyncIterator[tuple[Server, int]]:
    """The mock TWS on a socket."""
    world = an_even_market()
    server = Server(world=world, pace=Pace(speed), log=lambda _: None)
    world.faults = Player(world, read_plan("", "plan"))
    async with trio.open_nursery() as nursery:
        port = await nursery.start(server.run, HERE, 0)
        yield server, port
        nursery.cancel_scope.cancel()


Script = Callable[[trio.SocketStream], Awaitable[None]]


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[int]:
    """A server that does what it is told with each connection."""
    async with trio.open_nursery() as nursery:

        async def serve(stream: trio.SocketStream) -> None:
            async with stream:
                with suppress(trio.BrokenResourceError):  # the client has had enough
                    await script(stream)

        listeners = await nursery.start(partial(trio.serve_tcp, serve, 0, host=HERE))
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def mute(_stream: trio.SocketStream) -> None:
    """Say nothing, for ever."""
    await trio.sleep_forever()


async def greet(stream: trio.SocketStream, version: object = VERSION, accounts: str = "DU1234567") -> None:
    """As TWS does: version, then account and next order id once the client has said who it is."""
    await heard(stream, b"v157..176")
    await stream.send_all(message(version, "20240319 14:00:00 UTC"))
    if isinstance(version, int) and version >= 157:
        await heard(stream, b"71\x002\x00")
        await stream.send_all(message(15, 1, accounts) + message(9, 1, 1))


async def heard(stream: trio.SocketStream, words: bytes) -> bytes:
    """Read until the words have come."""
    data = b""
    while words not in data:
        more = await stream.receive_some(65_536)
        assert more, f"closed before {words!r}: {data!r}"
        data += more
    return data


CON_ID = 777


async def prove(stream: trio.SocketStream, told: Sequence[Mapping[str, Any]] = ({},)) -> None:
    """Greet, and tell the contracts that are asked for."""
    await greet(stream)
    asked = await heard(stream, b"ES\x00FUT")
    req_id = asked.split(b"\0")[asked.split(b"\0").index(b"ES") - 2].decode()
    await stream.send_all(b"".join(contract(req_id, **one) for one in told) + message(52, 1, req_id))


def contract(req_id: str, multiplier: str = "50", min_tick: object = 0.25, con_id: int = CON_ID) -> bytes:
    return message(
        *(10, req_id, "ES", "FUT", "20240621", 0, "", "CME", "USD", "ESM4", "ES", "ES", con_id, min_tick),
        *(multiplier, "LMT,MKT", "CME", 1, 11004968, "E-mini", "", "202406", "", "", "", "US/Central", "", "", "", 0),
        *(0, 2147483647, "ES", "IND", "67", "20240621", "", 1, 1, 1),
    )


def bracket(first_id: int = 1) -> tuple[Terms, Terms, Terms]:
    """A long bracket, as the order brain makes one."""
    group = {"ref": "bn-1", "contracts": 1, "tif": "GTC"}
    exits = group | {"side": -1, "group": "bn-1", "group_type": 2, "parent_id": first_id}
    return (
        Terms(order_id=first_id, side=1, type="MKT", **group | {"tif": "DAY"}),  # type: ignore[arg-type]
        Terms(order_id=first_id + 1, type="LMT", limit_ticks=20_020, **exits),  # type: ignore[arg-type]
        Terms(order_id=first_id + 2, type="STP", stop_ticks=19_990, **exits),  # type: ignore[arg-type]
    )


class Peer:
    """The scripted other end of a connection that is proven: it says what a test wants said."""

    def __init__(self) -> None:
        self.stream: trio.SocketStream
        self.is_over = trio.Event()

    async def serve(self, stream: trio.SocketStream) -> None:
        self.stream = stream
        await prove(stream)
        await self.is_over.wait()

    async def say(self, *messages: bytes) -> None:
        """All in one piece."""
        await self.stream.send_all(b"".join(messages))

    async def hears(self, words: bytes) -> list[str]:
        """The fields from those words on."""
        data = await heard(self.stream, words)
        return data[data.index(words) :].decode().split("\0")

    def reset(self) -> None:
        """An RST, with the end of the script."""
        self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.is_over.set()

    async def subscribed(self, road: Road, stream: str, generation: int = 1) -> str:
        """A stream is asked for; by which request."""
        road.broker.do(link.Subscribe(generation=generation, stream=stream))
        return (await self.hears(b"97\0"))[1]


@asynccontextmanager
async def proven() -> AsyncIterator[tuple[Road, Peer]]:
    """A connection that stands, to a scripted TWS."""
    peer = Peer()
    async with scripted(peer.serve) as port, to_port(port) as it:
        await it.dial()
        yield it, peer


def quote(
    req_id: str, bid: object = 5000.0, ask: object = 5000.25, bid_size: object = 10, ask_size: object = 20
) -> bytes:
    return message(99, req_id, 3, 1_710_856_800, bid, ask, bid_size, ask_size, 0)


def trade(req_id: str, price: object = 5000.25, size: object = 1) -> bytes:
    return message(99, req_id, 1, 1_710_856_800, price, size, 0, "CME", "")


def execution(exec_id: str, req_id: int = -1, price: object = 5000.25, con_id: int = CON_ID) -> bytes:
    return message(
        *(11, req_id, 1, con_id, "ES", "FUT", "20240621", 0, "", "50", "CME", "USD", "ESM4", "ES", exec_id),
        *("20240319 14:00:00 UTC", "DU1234567", "CME", "BOT", 1, price, 900, 1, 0, 1, price, "bn-1", "", "", "", 1),
    )


def beat(seconds: int = 1_710_856_800) -> bytes:
    return message(49, 1, seconds)
