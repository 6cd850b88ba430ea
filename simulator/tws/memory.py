"""The mock TWS without sockets: a client library's own connection is replaced, its encoder and decoder stay.

For ib_insync and ib_async alike (both carry their connection as `ib.client.conn`), under trio-asyncio and any trio
clock. Bytes are handed over in order, one wake-up for each direction at a time, never inside the sender's call: an
answer inside `placeOrder` would meet a library that has not registered the order yet.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone, tzinfo
from importlib import import_module
from typing import Any

import trio
import trio_asyncio
from eventkit import Event

from simulator.tws.session import Session, State
from simulator.tws.world import World

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - the libraries know this name


def ignore(session: Session) -> None:
    """Do nothing with a new session."""


class MemoryConnection:
    """Stands where the library's `Connection` stands."""

    def __init__(self, world: World, on_session: Callable[[Session], None]) -> None:
        self.hasData = Event("hasData")
        self.disconnected = Event("disconnected")
        self.transport: MemoryConnection | None = None
        self.numBytesSent = 0
        self.numMsgSent = 0
        self.session: Session | None = None
        self._world = world
        self._on_session = on_session
        self._sent: deque[bytes] = deque()
        self._waking: set[str] = set()
        self._loop: Any = None

    # what the library calls

    async def connectAsync(self, host: str, port: int) -> None:  # noqa: N802 - the library's name
        """Connect. Raises ConnectionRefusedError where the world takes nobody."""
        assert self.transport is None, "one connection a client object"
        if not self._world.listens:
            raise ConnectionRefusedError(111, f"Connect call failed ({host!r}, {port})")
        self._loop = trio_asyncio.current_loop.get()
        self.session = Session(self._world, "memory", trio.current_time())
        self.session.on_output = self._wake_out
        self._on_session(self.session)
        self.transport = self

    def sendMsg(self, msg: bytes) -> None:  # noqa: N802 - the library's name
        """Send bytes, later."""
        if self.transport is None:
            return
        self.numBytesSent += len(msg)
        self.numMsgSent += 1
        self._sent.append(msg)
        self._later("in", self._hand_in)

    def isConnected(self) -> bool:  # noqa: N802 - the library's name
        """Whether bytes can be sent."""
        return self.transport is not None

    def disconnect(self) -> None:
        """Close from the client's side."""
        if self.session is not None:
            self.session.close("the client hung up")

    def abort(self) -> None:
        """The same: there is nothing to flush."""
        self.disconnect()

    def reset(self) -> None:
        """Nothing is kept."""

    # the world's side

    def _later(self, name: str, call: Any) -> None:
        if name not in self._waking:
            self._waking.add(name)
            self._loop.call_soon(call)

    def _hand_in(self) -> None:
        self._waking.discard("in")
        assert self.session is not None
        while self._sent:
            self.session.receive(self._sent.popleft(), trio.current_time())

    def _wake_out(self) -> None:
        if self._world.stepped is None:
            self._later("out", self._hand_out)
        elif "out" not in self._waking:
            self._waking.add("out")
            self._world.stepped.append(self._hand_out)

    def _hand_out(self) -> None:
        self._waking.discard("out")
        session = self.session
        assert session is not None
        while data := session.take():
            self.hasData.emit(data)
        if session.state is State.CLOSED and self.transport is not None:
            self.transport = None
            self.disconnected.emit("")


def in_memory(ib: Any, world: World, on_session: Callable[[Session], None] = ignore) -> MemoryConnection:
    """Let a fresh `IB()` reach the world; then connect as ever.

    The library's throttle is switched off: under an exact clock it spins for ever at one instant (it asks whether more
    than an interval has passed, and wakes after exactly one). Pace requests yourself: the session allows 50 a second.
    """
    client = ib.client
    connection = client.conn = MemoryConnection(world, on_session)
    connection.hasData.connect(client._onSocketHasData, keep_ref=True)
    connection.disconnected.connect(client._onSocketDisconnected, keep_ref=True)
    client.MaxRequests = 0
    wrapper = ib.wrapper
    wrapper.pendingTickers = OrderedTickers()

    def arrived() -> None:
        wrapper.__class__.tcpDataArrived(wrapper)
        wrapper.pendingTickers = OrderedTickers()

    client._tcpDataArrived = arrived
    return connection


class OrderedTickers(dict[Any, None]):
    """What the library keeps in a set, in the order of insertion: a set's order changes from run to run."""

    def add(self, ticker: Any) -> None:
        """Note a ticker."""
        self[ticker] = None


@contextmanager
def market_clock(library: str, world: World) -> Iterator[None]:
    """Within it, a client library (`ib_insync`, `ib_async`) takes the market's time for the wall clock's."""

    class MarketTime(datetime):
        """`datetime`, but now is when the market is."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return (EPOCH + timedelta(microseconds=world.now_ns // 1000)).astimezone(tz)

    class Module:
        """The module `datetime`, with that class in it."""

        datetime = MarketTime

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("datetime"), name)

    wrapper, ib = import_module(f"{library}.wrapper"), import_module(f"{library}.ib")
    before = wrapper.datetime, ib.datetime
    wrapper.datetime, ib.datetime = MarketTime, Module()  # type: ignore[attr-defined]
    try:
        yield
    finally:
        wrapper.datetime, ib.datetime = before  # type: ignore[attr-defined]
