"""The broker's side of the road: connections one after the other, each with a generation, and what they say in packets.

`do` is called from the actors and returns at once; all that comes back enters the one queue, in the order of the wire.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import trio

from system.broker.account import Account
from system.broker.address import Address
from system.broker.line import Line
from system.broker.notes import Wire
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.road import AskSeed, BrokerCommand, Packet, Record

PACKETS: Final = 10_000
FULL: Final = 256  # of at most 16 KiB each: reading stops there, and goes on at half of it
WAIT_S: Final = 0.01


class LiveBroker:
    """`prepare` gets each fresh `IB()` before it connects, and gives it the connection that it will use."""

    def __init__(
        self,
        address: Address,
        account: Account,
        *,
        clock: Callable[[], int],
        prepare: Callable[[Any], None],
        wire: Wire | None = None,
    ) -> None:
        self._address = address
        self._account = account
        self._clock = clock
        self._prepare = prepare
        self._wire = wire
        self._in, self.records = trio.open_memory_channel[Packet](PACKETS)
        self._line: Line | None = None
        self._dials = trio.Event()
        self._fills = trio.Event()  # the road has become full
        self._dialled: Line | None = None  # whose task has not begun yet

    async def run(self) -> None:
        """Dial when told to; within `door.loop`, around the actors."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._drain)
            while True:
                await self._dials.wait()
                self._dials = trio.Event()
                if self._dialled is not None:
                    nursery.start_soon(self._serve, self._dialled)
                    self._dialled = None

    def post(self, record: Record) -> None:
        """Put a record of our own on the road."""
        self._tell(Packet(now_ns=record.now_ns, records=(record,)))

    def do(self, command: BrokerCommand) -> None:
        """Do it, now or in its turn; see the port in `system.actors.ports`."""
        now_ns = self._clock()
        if self._wire is not None:
            self._wire(getattr(command, "generation", 0), "do", now_ns, command)
        match command:
            case link.Dial():
                self._hang_up()
                self._line = self._dialled = self._line_of(command.generation)
                self._dials.set()
            case link.Abort():
                self._abort(command.generation)
            case order.Place():
                self._place(command)
            case order.Cancel():
                if self._line is not None:
                    self._line.cancel(command.order_id)
            case order.Ask() | order.AskMargin():
                self._ask(command, now_ns)
            case link.Probe() | link.Subscribe() | link.Resubscribe() | AskSeed():
                if self._line is not None and self._line.generation == command.generation:
                    self._line.ask(command, now_ns)

    async def sleep(self, generation: int, what: str, seconds: float) -> None:
        """How a connection waits."""
        await trio.sleep(seconds)
        if self._wire is not None:
            self._wire(generation, "alarm", self._clock(), what)

    # inside

    def _line_of(self, generation: int) -> Line:
        return Line(
            generation,
            self._address,
            self._account,
            clock=self._clock,
            put=self._put_from,
            tell=self._tell_from,
            sleep=partial(self.sleep, generation),
            prepare=self._prepare,
            wire=self._wire,
        )

    async def _serve(self, line: Line) -> None:
        if line is self._line:  # it may have been given up meanwhile
            await line.run()

    def _abort(self, generation: int) -> None:
        """End a connection, or a dial that has not begun yet."""
        if self._line is not None and self._line.generation == generation:
            self._hang_up()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.abort()

    def _put_from(self, line: Line, packet: Packet) -> None:
        """Of a connection that has ended nothing is told any more."""
        if line is not self._line:
            return
        self._put(packet)
        self._leave(line)
        if self._in.statistics().current_buffer_used >= FULL:
            line.pause()
            self._fills.set()

    def _tell_from(self, line: Line, packet: Packet) -> None:
        if line is self._line:
            self._tell(packet)
            self._leave(line)

    def _leave(self, line: Line) -> None:
        """One that has told its end is no more: at once, and not when its task has come to its own."""
        if line.is_over:
            self._line = None

    def _tell(self, packet: Packet) -> None:
        """What no bytes have brought."""
        if self._wire is not None:
            (record,) = packet.records
            self._wire(getattr(record, "generation", 0), "told", packet.now_ns, record)
        self._put(packet)

    def _put(self, packet: Packet) -> None:
        self._in.send_nowait(packet)

    async def _drain(self) -> None:
        """Let a connection that has been paused read on once the road is free."""
        while True:
            await self._fills.wait()
            self._fills = trio.Event()
            while self._in.statistics().current_buffer_used >= FULL // 2:  # noqa: ASYNC110 - the reader knows no event
                await trio.sleep(WAIT_S)
            if self._line is not None:
                self._line.resume()

    def _place(self, command: order.Place) -> None:
        sent = self._line is not None and self._line.place(command.orders)
        ids = tuple(terms.order_id for terms in command.orders)
        self.post(order.PlacementAnswered(now_ns=self._clock(), order_ids=ids, sent=sent))

    def _ask(self, command: order.Ask | order.AskMargin, now_ns: int) -> None:
        line = self._line
        if line is not None:
            line.ask(command, now_ns)
