"""The connection's watchdog: the first on the road. It alone dials, and it gives the others their clock marks."""

from collections.abc import Callable
from typing import Final

import trio

from system.actors.hand_on import hand_on
from system.actors.ports import Broker, Clock, Log
from system.domain import link_events as link
from system.domain.errors import LinkGaveUpError, RefusedError
from system.domain.link import due_ns, step
from system.domain.link_draft import REFUSED
from system.domain.link_state import CONNECTED, LIVE, LinkRules, LinkState, Phase
from system.domain.order_events import ClockTicked
from system.domain.road import BooksAsked, DataMissing, GateTurned, LinkFell, OperatorAsked, Packet, Record
from system.domain.settings import SECOND_NS

FLOW_NS: Final = SECOND_NS // 4
OWN: Final = (  # what ends here: it is about the connection alone
    link.Connected,
    link.Verified,
    link.Reconciled,
    link.ContractLeft,
    link.DataFlowing,
    link.HeartbeatAnswered,
    link.DialFailed,
    link.AccountRefused,
    link.ConnectionLost,
    link.CodeTold,
    link.StreamRefused,
    link.MarketHalted,
)


class Watchdog:
    """Steps the link brain, and marks every whole second for those behind it.

    `note` is told when it begins, and of each mark that no packet has brought: "began" or "mark", and the time.
    """

    def __init__(
        self,
        state: LinkState,
        *,
        rules: LinkRules,
        broker: Broker,
        clock: Clock,
        log: Log,
        note: Callable[[str, int], None] = lambda _what, _now_ns: None,
    ) -> None:
        self.state = state
        self._rules = rules
        self._broker = broker
        self._clock = clock
        self._log = log
        self._note = note
        self._marked_ns = 0
        self._link_due_ns = due_ns(state, rules)
        self._shut_because: tuple[str, ...] = ()  # as told: nothing yet
        self._out: list[Record] = []

    async def run(self, inbox: trio.MemoryReceiveChannel[Packet], outbox: trio.MemorySendChannel[Packet]) -> None:
        """Until it gives up, which raises LinkGaveUpError, or RefusedError where the account is another."""
        await self._begin(_left_over(inbox), outbox)
        while True:
            try:
                packet = inbox.receive_nowait()
            except trio.WouldBlock:  # whatever comes after this is stamped later than the time read here
                now_ns = self._clock()
                if now_ns < self.due_ns:
                    woken = await self._wait(inbox)
                    if woken is None:
                        continue  # what has come in since then is older than now, and goes first
                    packet = woken
                else:
                    self._note("mark", now_ns)
                    packet = Packet(now_ns=now_ns, records=())
            passed_on = self.take(packet)
            if passed_on.records:
                await hand_on(outbox, passed_on)

    async def _wait(self, inbox: trio.MemoryReceiveChannel[Packet]) -> Packet | None:
        """What comes in next, or None once something is due."""
        with trio.CancelScope(deadline=self._clock.deadline_s(self.due_ns)):
            return await inbox.receive()
        return None

    @property
    def due_ns(self) -> int:
        """When a deadline is over or a clock mark is due."""
        return min(self._link_due_ns, (self._marked_ns // SECOND_NS + 1) * SECOND_NS)

    def take(self, packet: Packet) -> Packet:
        """Judge what has come in, and pass on what is for others, with what it has led to in its place."""
        self._out = []
        if packet.now_ns >= self.due_ns:
            self._mark(packet.now_ns)
        for record in packet.records:
            if not isinstance(record, OWN):
                self._out.append(record)
            elif not isinstance(record, link.DataFlowing) or self._is_news(record):
                self._step(record)
        if self.state.shut_because != self._shut_because:  # shut as before, and for other reasons
            self._turn_gate(self.state.shut_because, packet.now_ns)
        return Packet(now_ns=packet.now_ns, records=tuple(self._out))

    def _is_news(self, flowing: link.DataFlowing) -> bool:
        """Streams say many times a second that they flow; the link counts in seconds."""
        told_ns = self.state.data.stream(flowing.stream).told_ns
        return not told_ns or flowing.now_ns - told_ns >= FLOW_NS

    async def _begin(self, asked: list[Record], outbox: trio.MemorySendChannel[Packet]) -> None:
        """The first time, dial; after a restart of the actors, nothing that was known of the connection is."""
        now_ns, state = self._clock(), self.state
        self._note("began", now_ns)
        self._marked_ns = now_ns
        self._out = [LinkFell(now_ns=now_ns, generation=state.generation), DataMissing(now_ns=now_ns), *asked]
        if state.phase is Phase.IDLE:
            self._step(link.Started(now_ns=now_ns))
        elif state.phase in LIVE:
            self._broker.do(link.Abort(generation=state.generation))
            lost = link.DialFailed if state.phase is Phase.DIALLING else link.ConnectionLost
            self._step(lost(now_ns=now_ns, generation=state.generation, reason="a part of this program failed"))
        await outbox.send(Packet(now_ns=now_ns, records=tuple(self._out)))

    def _mark(self, now_ns: int) -> None:
        """Time has passed: for the link, and for everybody after it."""
        self._marked_ns = now_ns
        slept_ns = self._clock.slept_ns()
        if slept_ns:
            self._step(link.ClockJumped(now_ns=now_ns, slept_ns=slept_ns))
        self._step(link.ClockTicked(now_ns=now_ns))
        self._out.append(ClockTicked(now_ns=now_ns))

    def _step(self, event: link.LinkEvent) -> None:
        before = self.state
        self.state, commands = step(before, event, self._rules)
        self._link_due_ns = due_ns(self.state, self._rules)
        if self.state.phase is not before.phase:
            self._change_phase(before, event.now_ns)
        for command in commands:
            self._do(command, event.now_ns)

    def _change_phase(self, before: LinkState, now_ns: int) -> None:
        after = self.state
        words: dict[str, object] = {}
        if after.phase in (Phase.DOWN, Phase.WAITING, Phase.GAVE_UP):
            words = {"reason": after.failure, "failures": f"{after.failures} of {self._rules.tries}"}
        self._log("link", phase=after.phase.value, was=before.phase.value, generation=after.generation, **words)
        if before.phase in CONNECTED and (after.phase not in CONNECTED or after.phase is Phase.CUT_OFF):
            self._out.append(DataMissing(now_ns=now_ns))
            self._out.append(LinkFell(now_ns=now_ns, generation=before.generation))

    def _do(self, command: link.LinkCommand, now_ns: int) -> None:
        match command:
            case link.Dial() | link.Abort() | link.Probe():
                self._broker.do(command)
            case link.Subscribe() | link.Resubscribe():
                self._out.append(DataMissing(now_ns=now_ns, stream=command.stream))
                self._broker.do(command)
            case link.Reconcile():
                self._out.append(BooksAsked(now_ns=now_ns, generation=command.generation, number=command.number))
            case link.OpenGate():
                self._turn_gate((), now_ns)
            case link.ShutGate():
                self._turn_gate(command.reasons, now_ns)
            case link.Alert():
                self._log("alert", name=command.name, text=str(command))
            case link.GiveUp():
                raise (RefusedError if command.status == REFUSED else LinkGaveUpError)(self.state.failure)

    def _turn_gate(self, reasons: tuple[str, ...], now_ns: int) -> None:
        self._shut_because = reasons
        self._log("gate", is_open=not reasons, reasons=list(reasons))
        self._out.append(GateTurned(now_ns=now_ns, reasons=reasons))


def _left_over(inbox: trio.MemoryReceiveChannel[Packet]) -> list[Record]:
    """What an operator asked for of what has come in so far; the rest is of a connection that is about to end."""
    records: list[Record] = []
    try:
        while True:
            records += inbox.receive_nowait().records
    except trio.WouldBlock:
        return [record for record in records if isinstance(record, OperatorAsked)]
