"""One client's connection, without I/O: bytes and the transport's time in, frames out.

Two clocks: `at_s` is the transport's (limits on handshake and rate of messages), `World.now_ns` is the market's.
"""

from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Final

from simulator.tws.codes import error
from simulator.tws.notices import NO_ID, CurrentTime, Error, Notice
from simulator.tws.requests import Request, StartApi
from simulator.tws.wire.decode import BadMessage, decode
from simulator.tws.wire.encode import encode
from simulator.tws.wire.framing import CHUNK_MAX, Framer, ProtocolError, frame, split
from simulator.tws.wire.versions import SERVER_MAX, SERVER_MIN, negotiate

if TYPE_CHECKING:
    from simulator.tws.world import World

HANDSHAKE_S: Final = 5.0
RATE_MAX: Final = 50  # messages a second
PACED: Final = b"+PACEAPI"  # the connect option by which a client leaves the pace to TWS
RATE_STRIKES_MAX: Final = 3  # seconds with too many, and the connection is closed
BAD_MAX: Final = 100  # messages that cannot be read
OUT_MAX: Final = 16 * 1024 * 1024  # bytes that wait for a client that does not read


class State(Enum):
    """Where a connection stands; only what `NEXT` lists may follow."""

    GREETING = "greeting"  # until the versions are known
    STARTING = "starting"  # until startApi
    READY = "ready"
    CLOSED = "closed"


NEXT: Final = {
    State.GREETING: {State.STARTING, State.CLOSED},
    State.STARTING: {State.READY, State.CLOSED},
    State.READY: {State.CLOSED},
    State.CLOSED: set(),
}


class Session:
    """What is known of one client. The transport feeds `receive`, drains `take`, and closes once `closed` says why."""

    def __init__(self, world: "World", name: str, at_s: float) -> None:
        self.world = world
        self.name = name
        self.state = State.GREETING
        self.version = 0
        self.client_id: int | None = None
        self.closed: str | None = None
        self.on_output: Callable[[], None] = lambda: None  # the transport's wake-up
        self.reset = False  # whether it ends with a reset
        self.chunk_bytes = CHUNK_MAX  # of what is taken at a time, in whole frames
        self.unheard = bytearray()  # what came while deaf
        self._paced = False  # whether it may send faster than it is heard
        self._framer = Framer()
        self._out: deque[bytes] = deque()
        self._out_bytes = 0
        self.handshake_s = at_s + HANDSHAKE_S
        self._stamps: deque[float] = deque()
        self._strikes = 0
        self._struck_s = float("-inf")
        self._bad = 0
        world.connections[self] = None

    # bytes

    def receive(self, data: bytes, at_s: float) -> None:
        """Take what a client sent; whatever it is, it ends in answers or in `closed`."""
        faults = self.world.faults
        if faults is not None:
            faults.clock(at_s)
        for start in range(0, len(data), CHUNK_MAX):
            if self.closed is not None:
                return
            if self.deaf:
                self.unheard += data[start:]
                if len(self.unheard) > OUT_MAX:
                    self.close(f"is not heard: {OUT_MAX >> 20} MiB of it wait")
                return
            self._framer.feed(data[start : start + CHUNK_MAX])
            self._work(at_s)

    def _work(self, at_s: float) -> None:
        """Take the whole messages that have come."""
        try:
            while self._listens and (payload := self._framer.next_payload()) is not None:
                self._take(payload, at_s)
        except ProtocolError as wrong:
            self.close(str(wrong))

    @property
    def _listens(self) -> bool:
        return self.closed is None and not self.deaf

    @property
    def deaf(self) -> bool:
        """Whether a fault leaves unread what the client sends; a transport that can wait does not read on."""
        return self.world.faults is not None and self.world.faults.deafens(self)

    def hear_again(self, at_s: float) -> None:
        """Go on with what came while deaf."""
        if self.state is State.GREETING:
            self.handshake_s = at_s + HANDSHAKE_S
        self._work(at_s)
        data, self.unheard = bytes(self.unheard), bytearray()
        self.receive(data, at_s)

    def clock(self, at_s: float) -> None:
        """Close a connection whose greeting takes too long."""
        if self.state is State.GREETING and at_s >= self.handshake_s and not self.deaf:
            self.close(f"no greeting within {HANDSHAKE_S:g} s")

    def take(self) -> bytes:
        """What is to be sent next, whole frames of at most about CHUNK_MAX bytes; empty: nothing."""
        if not self._out:
            return b""
        chunk = [self._out.popleft()]
        size = len(chunk[0])
        while self._out and size + len(self._out[0]) <= self.chunk_bytes:
            size += len(self._out[0])
            chunk.append(self._out.popleft())
        self._out_bytes -= size
        return b"".join(chunk)

    @property
    def waiting_bytes(self) -> int:
        """How much has been said and not yet been taken."""
        return self._out_bytes

    # what TWS says

    def say(self, notice: Notice) -> None:
        """Send a notice, unless the connection is not started yet or closed."""
        if self.state is not State.READY:
            return
        faults = self.world.faults
        if faults is None:
            self.send(self.write(notice))
        else:
            faults.say(self, notice)

    def write(self, notice: Notice) -> bytes:
        """A notice as the frame that this client can read; it is about to be sent."""
        if self.world.log_wire is not None:
            self.world.log_wire(self, "->", notice)
        return encode(notice, self.version)

    def send(self, data: bytes) -> None:
        """Put bytes on their way; a client that has not read for too long is cut off."""
        if self.state is State.CLOSED:
            return
        self._out.append(data)
        self._out_bytes += len(data)
        if self._out_bytes > OUT_MAX:
            self._out.clear()
            self._out_bytes = 0
            self.close(f"does not read: {OUT_MAX >> 20} MiB wait for it")
            return
        self.on_output()

    def close(self, why: str, *, reset: bool = False) -> None:
        """End the connection; what is on its way is still to be sent."""
        if self.state is State.CLOSED:
            return
        self.reset = reset
        if self.world.faults is not None:
            self.world.faults.left(self)
        self._go(State.CLOSED)
        self.closed = why
        self.world.left(self)
        self.on_output()

    def _go(self, state: State) -> None:
        assert state in NEXT[self.state], f"{self.state} -> {state}"
        self.state = state

    # what the client says

    def _take(self, payload: bytes, at_s: float) -> None:
        if self.state is State.GREETING:
            self._greet(payload)
            return
        fields = split(payload)
        if self.state is State.READY and not self._within_rate(at_s):
            return
        try:
            request = decode(fields, self.version)
        except BadMessage as wrong:
            self._complain(wrong)
            return
        if self.world.log_wire is not None:
            self.world.log_wire(self, "<-", request)
        sender = request.client_id if isinstance(request, StartApi) else self.client_id
        self.world.heard.append((NO_ID if sender is None else sender, request))
        if self.world.faults is None:
            self.answer(request)
        else:
            self.world.faults.hear(self, request)

    def answer(self, request: Request) -> None:
        """Do what is asked."""
        if isinstance(request, StartApi):
            self._start(request)
        elif self.state is State.STARTING:
            self.close(f"{type(request).__name__} before startApi")
        else:
            self.world.ask(self, request)

    def _greet(self, payload: bytes) -> None:
        version = negotiate(payload)
        if version is None:
            self.close(f"offers {payload[:40]!r}: none of our versions")
            return
        faults = self.world.faults
        said = version if faults is None else faults.version(version)
        self.version = max(SERVER_MIN, min(said, SERVER_MAX))
        self._paced = PACED in payload.upper()
        self._go(State.STARTING)
        greeting = frame(said, self.world.time_text())
        if faults is None:
            self.send(greeting)
        else:
            faults.greet(self, greeting)

    def _start(self, request: StartApi) -> None:
        if self.state is State.READY:  # said twice; TWS keeps the first
            return
        self._go(State.READY)
        faults, client_id = self.world.faults, request.client_id
        if (faults is not None and faults.refuses(self, client_id)) or not self.world.came(self, client_id):
            self.say(error(NO_ID, 326))
            self.close(f"client id {client_id} is in use")

    def _complain(self, wrong: BadMessage) -> None:
        self._bad += 1
        if self.state is State.STARTING or self._bad > BAD_MAX:
            self.close(f"cannot be understood: {wrong.text}")
        else:
            self.say(Error(req_id=wrong.req_id, code=wrong.code, text=wrong.text))

    def _within_rate(self, at_s: float) -> bool:
        """At most RATE_MAX messages in any second; what is beyond is refused, and in a third such second it is over."""
        if self._paced:
            return True
        stamps = self._stamps
        while stamps and at_s - stamps[0] >= 1.0:
            stamps.popleft()
        if len(stamps) < RATE_MAX:
            stamps.append(at_s)
            return True
        if at_s - self._struck_s >= 1.0:
            self._struck_s = at_s
            self._strikes += 1
        self.say(error(NO_ID, 100, RATE_MAX, RATE_MAX + 1, self._strikes))
        if self._strikes >= RATE_STRIKES_MAX:
            self.close(f"more than {RATE_MAX} messages in {RATE_STRIKES_MAX} seconds each")
        return False

    def tell_time(self) -> None:
        """Answer what time it is."""
        self.say(CurrentTime(time_s=self.world.now_ns // 1_000_000_000))
