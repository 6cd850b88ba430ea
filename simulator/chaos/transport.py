"""A socket in memory: the live side's own guarded connection at one end, a session of the mock TWS at the other.

Bytes are handed over in order, never inside the sender's call: to TWS at a wake-up of the loop's, and from it with the
answers, or at the end of a step of the market. What has been written when a process is killed still arrives, as it
would out of a kernel's buffer.
"""

from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, Protocol

import trio_asyncio
from eventkit import Event

from simulator.chaos.timeline import Timeline
from simulator.tws.session import Session, State
from simulator.tws.world import World
from system.broker.guard import GuardedConnection


class Host(Protocol):
    """Who owns the socket."""

    @property
    def dead(self) -> bool:
        """Whether it has been killed: nothing that it still does has an effect."""

    def sends(self, data: bytes) -> None:
        """Bytes are about to leave."""

    def has_sent(self) -> None:
        """They have left."""


class Socket:
    """What asyncio's transport is to a connection."""

    def __init__(self, connection: "MemoryConnection", world: World, timeline: Timeline, host: Host) -> None:
        self._connection = connection
        self._world = world
        self._timeline = timeline
        self._host = host
        self._loop: Any = trio_asyncio.current_loop.get()
        self._context = copy_context()  # the loop's: whoever hands out, the library finds it
        self._sent: deque[bytes] = deque()
        self._waking: set[str] = set()
        self._is_paused = False
        self._is_aborted = False
        self._is_over = False
        self.session = Session(world, "memory", timeline.now_s)
        self.session.on_output = self._wake_out

    # what the connection calls

    def write(self, data: bytes) -> None:
        """Send bytes, later."""
        if self._host.dead or self._is_over or self._is_aborted:
            return
        self._host.sends(data)
        if self._host.dead:  # killed with the bytes in its hand
            return
        self._sent.append(data)
        self._later("in", self._answer)
        self._host.has_sent()

    def abort(self) -> None:
        """Close at once."""
        if not self._host.dead and not self._is_aborted:
            self._is_aborted = True
            self.cut("the client hung up")

    def write_eof(self) -> None:
        """The library's graceful end; the guard does without."""

    close = abort

    def pause_reading(self) -> None:
        """Read no more."""
        self._is_paused = True

    def resume_reading(self) -> None:
        """Read on."""
        self._is_paused = False
        self._wake_out()

    # the world's side

    def cut(self, why: str, *, reset: bool = False) -> None:
        """The connection ends from the client's side, behind what it has written."""
        self.hand_in()
        self.session.close(why, reset=reset)

    def hand_in(self) -> None:
        """What was written arrives; the market goes on up to this instant first."""
        self._waking.discard("in")
        now_ns = self._timeline.now_ns
        if self._sent and now_ns > self._world.now_ns:
            self._world.advance(now_ns)
        while self._sent and self.session.state is not State.CLOSED:
            self.session.receive(self._sent.popleft(), self._timeline.now_s)

    def _answer(self) -> None:
        """What is said at once to what arrives needs no wake-up of its own."""
        self._waking.add("out")
        self.hand_in()
        self._hand_out()

    def _later(self, name: str, call: Callable[[], None]) -> None:
        if name not in self._waking and not self._host.dead:
            self._waking.add(name)
            self._loop.call_soon(call)

    def _wake_out(self) -> None:
        stepped = self._world.stepped
        if stepped is None:
            self._later("out", self._hand_out)
        elif "out" not in self._waking and not self._host.dead:
            self._waking.add("out")
            stepped.append(self._hand_out_there)

    def _hand_out_there(self) -> None:
        self._context.run(self._hand_out)

    def _hand_out(self) -> None:
        self._waking.discard("out")
        session = self.session
        while self._reads and (data := session.take()):
            self._connection.data_received(data)
        if self._host.dead or self._is_over or session.state is not State.CLOSED:
            return
        if self._is_aborted or not session.waiting_bytes:
            self._is_over = True
            self._connection.connection_lost(  # type: ignore[no-untyped-call]
                ConnectionResetError(104, "Connection reset by peer") if session.reset else None
            )

    @property
    def _reads(self) -> bool:
        return not (self._host.dead or self._is_over or self._is_aborted or self._is_paused)


class MemoryConnection(GuardedConnection):
    """The guarded connection, with a socket in memory under it."""

    hasData: Event  # noqa: N815 - the library's names
    disconnected: Event

    def __init__(self, world: World, timeline: Timeline, host: Host) -> None:
        super().__init__()
        self._world = world
        self._timeline = timeline
        self._host = host
        self.on_socket: Callable[[Socket], None] = lambda _: None

    async def connectAsync(self, host: str, port: int) -> None:  # noqa: N802 - the library's name
        """Connect. Raises ConnectionRefusedError where the world takes nobody."""
        if not self._world.listens:
            raise ConnectionRefusedError(111, f"Connect call failed ({host!r}, {port})")
        self.reset()
        self.transport = Socket(self, self._world, self._timeline, self._host)
        self.on_socket(self.transport)


def attach(ib: Any, world: World, timeline: Timeline, host: Host) -> MemoryConnection:
    """Give a fresh `IB()` such a connection, and take from it what is drawn from the wall clock or an address."""
    client = ib.client
    connection = client.conn = MemoryConnection(world, timeline, host)
    connection.hasData.connect(client._onSocketHasData, keep_ref=True)
    connection.disconnected.connect(client._onSocketDisconnected, keep_ref=True)
    return connection
