"""What stands for the world while a recording is played: socket, clock, waits, journal. None of them acts by itself."""

import errno
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import trio
import trio_asyncio
from eventkit import Event

from simulator.flight.session import Recorded
from system.broker.account import Account
from system.broker.address import Address
from system.broker.broker import LiveBroker
from system.broker.guard import GuardedConnection
from system.domain.errors import StorageError
from system.domain.order_events import Journal
from system.domain.road import BrokerCommand, Packet
from system.wiring.memory import Memory, remember


class Socket:
    """What asyncio's transport is to a connection. What is written is noted elsewhere; its end is the recording's."""

    max_size = 0

    def write(self, data: bytes) -> None:
        """Take it."""

    def abort(self) -> None:
        """The loss comes where it was recorded."""

    write_eof = close = abort


class Connection(GuardedConnection):
    """Made, refused and lost by the recording."""

    hasData: Event  # noqa: N815 - the library's names
    disconnected: Event

    def __init__(self) -> None:
        super().__init__()
        self.dialled: Any = None

    async def connectAsync(self, host: str, port: int) -> None:  # noqa: N802 - the library's name
        """Wait for what the recording says. Raises OSError as it does."""
        self.reset()
        self.dialled = trio_asyncio.current_loop.get().create_future()
        await self.dialled

    def made(self) -> None:
        """The connection stands."""
        self.transport = Socket()
        self.dialled.set_result(None)

    def failed(self, number: int, text: str) -> None:
        """It did not come to be."""
        self.dialled.set_exception(OSError(number, text) if number else OSError(text))

    def lost(self, text: str, broken: str) -> None:
        """It is over."""
        self.broken = broken or None
        error = OSError(text) if text else None
        self.connection_lost(error)  # type: ignore[no-untyped-call]


@dataclass(slots=True, kw_only=True)
class Clock:
    """The actors': a time comes to them with a packet, and never by itself."""

    run: Recorded
    began_ns: int = 0
    slept: int = 0  # times asked
    taken: int = 0

    def __call__(self) -> int:
        """When they began: nothing is ever due by it."""
        return self.began_ns

    def deadline_s(self, at_ns: int) -> float:
        """Never."""
        return float("inf")

    def slept_ns(self) -> int:
        """As it was."""
        self.slept += 1
        return self.run.slept_ns.get(self.slept, 0)

    def behind_ns(self, at_ns: int) -> int:
        """As it was, where it mattered."""
        self.taken += 1
        return self.run.late_ns.get(self.taken, 0)


@dataclass(slots=True, kw_only=True)
class Paper:
    """A journal in memory that goes on from what it came to, and refuses what the disk refused."""

    run: Recorded
    memory: Memory
    did: Callable[[str, object], None]
    writes: int = 0
    _records: list[Journal] = field(default_factory=list)

    def write(self, records: Sequence[Journal]) -> None:
        """Append. Raises StorageError where the disk did."""
        self.writes += 1
        if self.writes in self.run.unwritten:
            self.did("unwritten", self.run.unwritten[self.writes])
            raise StorageError(self.run.unwritten[self.writes])
        self._records += records
        self.did("wrote", [[each.kind, each.now_ns, each.payload] for each in records])

    def remember(self) -> Memory:
        """The fold of all of it."""
        self.memory, self._records = remember(self._records, self.memory), []
        return self.memory


class Broker(LiveBroker):
    """Tells nothing by itself, and waits for the recording instead of for time.

    Actors do not reach it: what they command is kept back by `Commands` until its place in the recording.
    """

    def __init__(
        self,
        address: Address,
        account: Account,
        *,
        clock: Callable[[], int],
        tells: Callable[[Packet], None],
        wire: Callable[[int, str, int, object], None],
    ) -> None:
        super().__init__(address, account, clock=clock, prepare=self._connect, wire=wire)
        self.connections: dict[int, Connection] = {}
        self._tells = tells
        self._waits: defaultdict[tuple[int, str], deque[trio.Event]] = defaultdict(deque)

    @property
    def waiting(self) -> int:
        """Packets on the road that nobody has taken."""
        return self._in.statistics().current_buffer_used

    def enter(self, packet: Packet) -> None:
        """Put a packet on the road."""
        self._put(packet)

    async def sleep(self, generation: int, what: str, seconds: float) -> None:
        """Until `wake`."""
        waits, woken = self._waits[generation, what], trio.Event()
        waits.append(woken)
        try:
            await woken.wait()
        finally:
            waits.remove(woken)

    def wake(self, generation: int, what: str) -> bool:
        """A wait is over; whether there is one."""
        waiting = [woken for woken in self._waits[generation, what] if not woken.is_set()]
        if waiting:
            waiting[0].set()
        return bool(waiting)

    def _tell(self, packet: Packet) -> None:
        self._tells(packet)

    def _connect(self, ib: Any) -> None:
        assert self._line is not None
        client = ib.client
        connection = client.conn = self.connections[self._line.generation] = Connection()
        connection.hasData.connect(client._onSocketHasData, keep_ref=True)
        connection.disconnected.connect(client._onSocketDisconnected, keep_ref=True)


@dataclass(slots=True, kw_only=True)
class Commands:
    """The broker's port for the actors."""

    commanded: Callable[[BrokerCommand], None]

    def do(self, command: BrokerCommand) -> None:
        """Keep it until its place in the recording."""
        self.commanded(command)


assert OSError(errno.ECONNREFUSED, "").__class__ is ConnectionRefusedError
