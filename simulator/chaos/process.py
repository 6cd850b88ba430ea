"""One life of the live program: the real wiring, broker, client library and journal, from its start to its end."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

import trio

from simulator.chaos.disk import Disk, Paper
from simulator.chaos.saved import Saved
from simulator.chaos.timeline import MachineClock, Timeline
from simulator.chaos.transport import Socket, attach
from simulator.tws.world import World as Mock
from system.actors.supervisor import ActorFailedError
from system.broker.account import Account
from system.broker.address import Address
from system.broker.broker import LiveBroker
from system.broker.door import loop
from system.domain.errors import BnError
from system.domain.hours import Hours
from system.domain.instrument import ES
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules
from system.domain.order_events import Journal
from system.domain.road import ContractTold, Packet
from system.domain.session import Calendar
from system.domain.settings import Settings
from system.domain.ticks import Batch
from system.wiring.frames import Frames, recorded
from system.wiring.memory import Memory
from system.wiring.stopping import Stopping
from system.wiring.wiring import Rules, Wiring, World

ENDS: Final = (BnError, ActorFailedError)  # with which a program may well end
SIGNALS_MAX: Final = 4
ADDRESS: Final = Address(host="memory", port=7497, client_id=1)


class Watcher(Protocol):
    """Who judges."""

    def starts(self, process: "Process") -> None:
        """A process is about to begin."""

    def writes(self, records: Sequence[Journal]) -> None:
        """It is about to write; what becomes of that is not known yet."""

    def has_written(self, records: Sequence[Journal]) -> None:
        """It has been told that these are on disk."""

    def dials(self) -> None:
        """It makes a connection."""

    def sends(self, data: bytes) -> None:
        """Bytes leave."""

    def hears(self, packet: Packet) -> None:
        """A packet enters the road."""

    def says(self, event: str, fields: dict[str, object]) -> None:
        """A line of its log."""


class Blows(Protocol):
    """What may hit a process at one of its steps."""

    def step(self, process: "Process", where: str, records: Sequence[Journal] = ()) -> None:
        """It writes, has written, sends or has sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What outlives a process."""

    mock: Mock
    timeline: Timeline
    disk: Disk
    settings: Settings
    orders: OrderRules
    watcher: Watcher
    blows: Blows
    saved: Saved | None = None


class Reel:
    """A tape that nobody keeps."""

    def contract(self, contract: ContractTold) -> None:
        """What it is of."""

    def record(self, batch: Batch, now_ns: int) -> None:
        """Events."""


class Broker(LiveBroker):
    """Shows what enters the road."""

    def __init__(self, process: "Process", **more: Any) -> None:
        super().__init__(ADDRESS, **more)
        self._process = process

    def _put(self, packet: Packet) -> None:
        if not self._process.dead:
            self._process.setting.watcher.hears(packet)
            super()._put(packet)


class Process:
    """`run` once. `end` says how it ended: killed, stopped, interrupted, or the error's name."""

    wiring: Wiring
    broker: Broker

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.dead = False
        self.end = ""
        self.error = ""
        self.clock = MachineClock(setting.timeline)
        self._paper: Paper | None = None
        self._frames: Frames | None = None
        self._stopping = Stopping(self.log)
        self._signals_in, self._signals_out = trio.open_memory_channel[int](SIGNALS_MAX)
        self._scope = trio.CancelScope()
        self._sockets: list[Socket] = []

    async def run(self) -> None:
        """From the start to the end. Raises what is a bug."""
        try:
            self._paper = Paper(self.setting.disk)
            with self._scope:
                await self._live()
        except ENDS as error:
            self.end, self.error = type(error).__name__, str(error)
        except BaseExceptionGroup as group:  # nested as nurseries are
            self._take(group)
        finally:
            if not self.dead:
                self.dead = True
                self._close()
        assert self.end, "it ended, and nobody knows why"

    def _take(self, group: BaseExceptionGroup[BaseException]) -> None:
        errors, others = group.split(ENDS)
        if others is not None:
            raise others
        assert errors is not None
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        self.end, self.error = type(first).__name__, str(first)

    async def _live(self) -> None:
        setting = self.setting
        if setting.saved is not None:
            assert self._paper is not None
            self._frames = setting.saved.begin(
                self.clock, ADDRESS, setting.settings, self._remember(), self._paper.last_seq
            )
        async with loop(lambda text: self.log("loop_failed", text=text)), trio.open_nursery() as services:
            self.broker = Broker(
                self,
                account=Account(instrument=ES, paper=True, month=lambda now_ns: self.wiring.month(now_ns)),
                clock=self.clock,
                prepare=self._prepare,
                wire=self._frames.write if self._frames else None,
            )
            world = World(
                broker=self.broker,
                records=self.broker.records,
                post=self.broker.post,
                clock=self.clock,
                write=self.write,
                remember=self._remember,
                tape=Reel(),
                log=self.log,
            )
            link = LinkRules(hours=Hours(Calendar(setting.settings.closures)))
            rules = Rules(settings=setting.settings, link=link, orders=setting.orders, rolls=True, checks_margin=True)
            world = recorded(world, self._frames) if self._frames else world
            services.start_soon(self._stopping.obey, self._signals_out, services)
            self.wiring = self._stopping.wiring = Wiring(world, rules)
            setting.watcher.starts(self)
            services.start_soon(self.broker.run)
            try:
                await self.wiring.run()
            finally:
                if self._frames:
                    self._frames.end(sys.exception())
            self.end = "stopped"
            services.cancel_scope.cancel()
        self.end = self.end or "interrupted"

    # its ends

    def signal(self, number: int) -> None:
        """SIGINT, SIGTERM or SIGHUP: as `bn live` hears it."""
        with suppress(trio.WouldBlock):  # it has been told more than once
            self._signals_in.send_nowait(number)

    def kill(self, *, linger: bool = False) -> None:
        """SIGKILL: nothing that it does from here on has an effect. `linger`: TWS does not notice yet."""
        if self._die("killed"):
            if self._paper is not None:
                self._paper.cut()
            self._close_sockets(linger=linger)

    def power_cut(self, records: Sequence[Journal], share: float) -> None:
        """The machine goes off in the middle of a write."""
        if self._die("power cut"):
            assert self._paper is not None
            self._paper.tear(records, share)
            self._close_sockets(linger=False)

    def _die(self, end: str) -> bool:
        if self.dead:
            return False
        self.dead, self.end = True, end
        if self._frames:
            self._frames.cut()
        self._scope.cancel()
        return True

    def _close(self) -> None:
        if self._paper is not None:
            self._paper.close()
        self._close_sockets(linger=False)

    def _close_sockets(self, *, linger: bool) -> None:
        for socket in self._sockets:
            if linger:
                socket.hand_in()
            else:
                socket.cut("the client is gone", reset=True)

    def close_lingering(self) -> None:
        """TWS notices at last."""
        self._close_sockets(linger=False)

    # what it touches

    def _prepare(self, ib: Any) -> None:
        if not self.dead:
            self.setting.watcher.dials()
        connection = attach(ib, self.setting.mock, self.setting.timeline, self)
        connection.on_socket = self._sockets.append

    def write(self, records: Sequence[Journal]) -> None:
        """To the journal."""
        watcher, blows = self.setting.watcher, self.setting.blows
        if self.dead:
            return
        watcher.writes(records)  # the power may fail within it
        blows.step(self, "write", records)
        if self.dead:  # of a write that was torn all may be on disk
            return
        assert self._paper is not None
        self._paper.write(records)
        watcher.has_written(records)
        blows.step(self, "commit")

    def _remember(self) -> Memory:
        return Memory() if self.dead or self._paper is None else self._paper.remember()

    def notes(self) -> list[tuple[str, int, dict[str, Any]]]:
        """What its journal holds."""
        return self._paper.notes() if self._paper is not None else []

    def log(self, event: str, /, **fields: object) -> None:
        """A line."""
        if not self.dead:
            self.setting.watcher.says(event, fields)

    def sends(self, data: bytes) -> None:
        """Bytes are about to leave."""
        self.setting.blows.step(self, "send")
        if not self.dead:
            self.setting.watcher.sends(data)

    def has_sent(self) -> None:
        """They have left."""
        self.setting.blows.step(self, "sent")
