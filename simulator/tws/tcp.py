"""The mock TWS on TCP: real sockets, real time, any number of clients. The only part that waits.

One task paces the market, two carry each client. Nothing here knows a message.
"""

import math
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import trio

from simulator.tws.session import Session, State
from simulator.tws.world import World
from system.domain.settings import SECOND_NS

RECEIVE_BYTES: Final = 65_536
CLIENTS_MAX: Final = 256
STEP_S: Final = 0.05  # the market moves at least so often
SHORTEST_S: Final = 0.001  # and at most so often
TURN_NS: Final = 2 * SECOND_NS  # of the market's time in one go, so that clients are heard in between
STALL_S: Final = 10.0  # a client that takes nothing for so long while bytes wait is cut off
LINGER_S: Final = 1.0
FULL_BYTES: Final = 1 << 20  # a market as fast as it goes waits while so much is unread
MAX_SPEED: Final = math.inf
SLOWEST, FASTEST = 0.1, 1000.0  # times real time, beside MAX_SPEED


@dataclass(slots=True)
class Pace:
    """How the market's time follows the clock: `speed` seconds a second; MAX_SPEED: as fast as it goes."""

    speed: float
    _anchor_s: float = 0.0
    _anchor_ns: int = 0
    paused: bool = False

    def anchor(self, now_s: float, now_ns: int) -> None:
        """From here on, count anew."""
        self._anchor_s, self._anchor_ns = now_s, now_ns

    def due_ns(self, now_s: float) -> int:
        """The market's time at the clock's `now_s`."""
        if self.paused or self.speed == MAX_SPEED:
            return self._anchor_ns
        return self._anchor_ns + round((now_s - self._anchor_s) * self.speed * SECOND_NS)

    def wait_s(self, next_ns: int, now_s: float) -> float:
        """How long until the market's `next_ns`."""
        if self.paused:
            return STEP_S
        wait = (next_ns - self.due_ns(now_s)) / SECOND_NS / self.speed
        return min(STEP_S, max(SHORTEST_S, wait))


@dataclass(slots=True)
class Server:
    """A world behind a port. `log` takes one line of text."""

    world: World
    pace: Pace
    log: Callable[[str], None]
    wake: dict[Session, trio.Event] = field(default_factory=dict)
    _lagging: bool = False
    _due: trio.Event = field(default_factory=trio.Event)

    async def run(self, host: str, port: int, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve until cancelled; starts with the port that was bound. Raises OSError where it cannot be."""
        listeners = await trio.open_tcp_listeners(port, host=host)
        async with trio.open_nursery() as nursery:
            self.pace.anchor(trio.current_time(), self.world.now_ns)
            nursery.start_soon(self.play)
            bound = int(listeners[0].socket.getsockname()[1])
            if self.world.faults is not None:
                nursery.start_soon(self._break)
            task_status.started(bound)
            while True:
                await self._listen(listeners, nursery)
                await _until(lambda: self.world.listens)
                listeners = await trio.open_tcp_listeners(bound, host=host)

    async def _listen(self, listeners: list[trio.SocketListener], nursery: trio.Nursery) -> None:
        """Take connections for as long as the world does."""
        async with trio.open_nursery() as listening:
            await listening.start(
                partial(trio.serve_listeners, self.serve, listeners, handler_nursery=nursery),
            )
            await _until(lambda: not self.world.listens)
            listening.cancel_scope.cancel()

    async def _break(self) -> None:
        """Let faults happen when they are due, for ever."""
        faults = self.world.faults
        assert faults is not None
        while True:
            self._due = trio.Event()
            faults.on_due = self._due.set
            faults.clock(trio.current_time())
            with trio.move_on_at(max(faults.next_s, trio.current_time() + SHORTEST_S)):
                await self._due.wait()

    # the market

    async def play(self) -> None:
        """Move the market on, for ever."""
        while True:
            self.catch_up()
            if self.pace.speed == MAX_SPEED and not self.pace.paused:
                await self._rush()
            else:
                await trio.sleep(self.pace.wait_s(self.world.next_ns, trio.current_time()))

    def catch_up(self) -> None:
        """Bring the market to where the clock is, by at most TURN_NS; time that it cannot keep up with is lost."""
        now_s = trio.current_time()
        if self.world.faults is not None:
            self.world.faults.clock(now_s)
        due_ns = self.pace.due_ns(now_s)
        if due_ns <= self.world.now_ns:
            return
        self.world.advance(min(due_ns, self.world.now_ns + max(TURN_NS, round(self.pace.speed * STEP_S * SECOND_NS))))
        if self.world.now_ns < due_ns:
            if not self._lagging:
                self.log(f"cannot keep up with {self.pace.speed:g} times: the market's clock goes as fast as it can")
            self._lagging = True
            self.pace.anchor(trio.current_time(), self.world.now_ns)

    async def _rush(self) -> None:
        """As fast as it goes: the next stretch of the market, unless a client has much to read."""
        if all(session.waiting_bytes < FULL_BYTES for session in self.wake):
            self.world.advance(self.world.now_ns + TURN_NS // 20)
            self.pace.anchor(trio.current_time(), self.world.now_ns)
            await trio.lowlevel.checkpoint()
        else:
            await trio.sleep(SHORTEST_S)

    # clients

    async def serve(self, stream: trio.SocketStream) -> None:
        """One client, from its first byte to its last."""
        try:
            name = "{}:{}".format(*stream.socket.getpeername()[:2])
        except OSError:  # gone before it was taken
            await trio.aclose_forcefully(stream)
            return
        if not self.world.listens:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # as if refused
            stream.socket.close()
            return
        if len(self.wake) >= CLIENTS_MAX:
            self.log(f"{name}: turned away: {CLIENTS_MAX} clients are connected")
            await trio.aclose_forcefully(stream)
            return
        session = Session(self.world, name, trio.current_time())
        self.wake[session] = trio.Event()
        session.on_output = partial(self._wake, session)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._write, session, stream, nursery.cancel_scope)
                await self._read(session, stream)
        except* OSError as lost:
            session.close(f"lost: {lost.exceptions[0]}")
        finally:
            session.close("gone")
            del self.wake[session]
            who = name if session.client_id is None else f"{name}: client {session.client_id}"
            self.log(f"{who}: closed: {session.closed}")
            await self._part(session, stream)

    async def _part(self, session: Session, stream: trio.SocketStream) -> None:
        """Close; first read on for a moment, since bytes that nobody read would take the last words with them."""
        if session.reset:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await trio.aclose_forcefully(stream)
            return
        with trio.move_on_after(LINGER_S), suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await stream.send_eof()
            while await stream.receive_some(RECEIVE_BYTES):
                pass
        await trio.aclose_forcefully(stream)

    def _wake(self, session: Session) -> None:
        if session in self.wake:
            self.wake[session].set()

    async def _read(self, session: Session, stream: trio.SocketStream) -> None:
        """Hand over what comes, until either side ends it."""
        while session.state is not State.CLOSED:
            limit = session.handshake_s if session.state is State.GREETING else math.inf
            data = None
            with trio.move_on_at(limit):
                try:
                    data = await stream.receive_some(RECEIVE_BYTES)
                except trio.BrokenResourceError:
                    session.close("the connection broke")
                    return
            if data is not None:
                if not data:
                    session.close("the client hung up")
                    return
                self.catch_up()
                session.receive(data, trio.current_time())
            session.clock(trio.current_time())

    async def _write(self, session: Session, stream: trio.SocketStream, scope: trio.CancelScope) -> None:
        """Send what is said; end the connection once it is over and all is said."""
        while True:
            self.wake[session] = trio.Event()
            while data := session.take():
                with trio.move_on_after(STALL_S) as stalled:
                    try:
                        await stream.send_all(data)
                    except (trio.BrokenResourceError, trio.ClosedResourceError):
                        session.close("the connection broke")
                        break
                if stalled.cancelled_caught:
                    session.close(f"reads nothing for {STALL_S:g} s")
                    scope.cancel()
                    return
            if session.state is State.CLOSED:
                scope.cancel()
                return
            await self.wake[session].wait()


async def _until(holds: Callable[[], bool]) -> None:
    """Wait for what faults bring about; the world is no place for a transport's events."""
    while not holds():  # noqa: ASYNC110
        await trio.sleep(STEP_S)
