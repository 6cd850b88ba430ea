"""A link brain with a TWS at its other end that can be told to fail, in virtual time."""

from collections.abc import Iterable
from typing import Any, TypeVar

from system.domain import link_words as words
from system.domain.gate import shut_because
from system.domain.hours import Hours
from system.domain.link import due_ns, step
from system.domain.link_events import (
    Abort,
    Alert,
    ClockTicked,
    CodeTold,
    Connected,
    ConnectionLost,
    ContractLeft,
    DataFlowing,
    Dial,
    DialFailed,
    GiveUp,
    HeartbeatAnswered,
    LinkCommand,
    LinkEvent,
    OpenGate,
    Probe,
    Reconcile,
    Reconciled,
    Resubscribe,
    ShutGate,
    Started,
    Subscribe,
    Verified,
)
from system.domain.link_state import LIVE, LinkRules, LinkState, Phase, first
from system.domain.maintenance import Window
from system.domain.session import Calendar
from tests.domain.tape import NOON, S

C = TypeVar("C", bound=LinkCommand)
ALL = ("dials", "verifies", "books", "beats")


class World:
    """What TWS does is in `does`; which streams tick, every half second, in `ticking`. `log` has (seconds, command)."""

    def __init__(self, at_ns: int = NOON, windows: Iterable[Window] = (), margin_s: int = 0, **rules: Any) -> None:
        self.rules = LinkRules(hours=Hours(Calendar(), windows, margin_s * S), **rules)
        self.start_ns = self.now_ns = at_ns
        self.state: LinkState = first(self.rules)
        self.log: list[tuple[float, LinkCommand]] = []
        self.does = set(ALL)
        self.ticking = set(self.rules.streams)
        self.subscribed: set[str] = set()
        self.refusal = "refused"
        self.connected = 0  # generation of the connection that stands, as TWS sees it
        self.dialling = 0  # in flight
        self.cut = False
        self.skew_ns = 0
        self.account = self.books = False  # were they proven on this connection, since IB was last lost or regained?
        self.seen: dict[str, int] = {}  # the last tick of each stream since there was a reason to doubt it
        self.next_tick_ns = at_ns
        self.failures = 0  # by a count of its own
        self.stable = False
        self.ready_ns = at_ns

    # time

    @property
    def now_s(self) -> float:
        return (self.now_ns - self.start_ns) / S

    def run(self, seconds: float) -> "World":
        end_ns = self.now_ns + round(seconds * S)
        while True:
            due = max(self.now_ns, min(due_ns(self.state, self.rules), self.next_tick_ns))
            if due > end_ns:
                break
            self.now_ns = due
            if due >= self.next_tick_ns:
                self.next_tick_ns = due + S // 2
                self.ticks()
            if self.now_ns >= due_ns(self.state, self.rules):
                self.tell(ClockTicked(now_ns=self.now_ns))
        self.now_ns = end_ns
        self.tell(ClockTicked(now_ns=self.now_ns))
        return self

    def until(self, phase: Phase, within_s: float) -> "World":
        while self.phase is not phase:
            assert within_s > 0, f"{self.phase}, not {phase}: {self.state}"
            self.run(0.5)
            within_s -= 0.5
        return self

    # events

    def tell(self, event: LinkEvent) -> "World":
        before = self.phase
        self.state, commands = step(self.state, event, self.rules)
        self.count(before)
        self.log += [(self.now_s, command) for command in commands]
        assert self.state.is_open is not bool(shut_because(self.state, self.now_ns, self.rules))
        for command in commands:
            self.answer(command)
        return self

    def news(self, age: int = 0) -> dict[str, int]:
        """What every event of the present connection has."""
        return {"now_ns": self.now_ns, "generation": self.state.generation + age}

    def count(self, before: Phase) -> None:
        if before is Phase.READY and self.now_ns - self.ready_ns >= self.rules.stable_ns:
            self.failures, self.stable = 0, True
        if self.phase is Phase.READY and before is not Phase.READY:
            self.ready_ns = self.now_ns
        if before in LIVE and self.phase in (Phase.DOWN, Phase.GAVE_UP):
            self.failures += not self.stable or self.state.failure == words.CUT_OFF
        if self.phase not in LIVE:
            self.stable = False

    def start(self) -> "World":
        return self.tell(Started(now_ns=self.now_ns))

    def ready(self) -> "World":
        """Started, and READY with an open gate."""
        self.start().run(16)
        assert self.state.is_open, self.state
        return self

    def code(self, code: int, text: str = "") -> "World":
        if code in (1100, 2110, 1101, 1102):
            self.books = False
            self.seen.clear()
        return self.tell(CodeTold(now_ns=self.now_ns, generation=self.state.generation, code=code, text=text))

    def lose(self, reason: str = "reset by peer") -> "World":
        self.gone()
        return self.tell(ConnectionLost(now_ns=self.now_ns, generation=self.state.generation, reason=reason))

    def leave(self) -> "World":
        """Go on to another contract: on another connection, and no failure."""
        failures = self.failures
        self.tell(ContractLeft(now_ns=self.now_ns, generation=self.state.generation))
        self.gone()
        self.failures = failures
        return self

    def lose_ib(self) -> "World":
        self.cut = True
        return self.code(1100)

    def regain_ib(self, code: int) -> "World":
        self.cut = False
        if code == 1101:
            self.subscribed.clear()
        return self.code(code)

    def gone(self) -> None:
        self.connected = self.dialling = 0
        self.account = self.books = False
        self.seen.clear()
        self.subscribed.clear()

    def ticks(self) -> None:
        for stream in sorted(self.subscribed & self.ticking):
            if self.connected and not self.cut:
                self.seen[stream] = self.now_ns
                self.tell(DataFlowing(now_ns=self.now_ns, generation=self.connected, stream=stream))

    # TWS

    def answer(self, command: LinkCommand) -> None:
        now: dict[str, Any] = {"now_ns": self.now_ns}
        match command:
            case Dial(generation=generation):
                assert not self.dialling, "two dials at once"
                assert not self.connected, "a dial beside a connection"
                self.dialling = generation
                self.pick_up(generation)
            case Abort(generation=generation):
                assert generation in (self.dialling, self.connected)
                self.gone()
            case Probe(generation=generation) if "beats" in self.does:
                server_ns = (self.now_ns + self.skew_ns) // S * S
                self.tell(HeartbeatAnswered(**now, generation=generation, server_ns=server_ns))
            case Reconcile(generation=generation, number=number) if "books" in self.does and not self.cut:
                self.books = True
                self.tell(Reconciled(**now, generation=generation, number=number))
            case Subscribe(stream=stream) | Resubscribe(stream=stream):
                self.subscribed.add(stream)
                self.seen.pop(stream, None)
            case _:
                pass

    def pick_up(self, generation: int) -> None:
        now: dict[str, Any] = {"now_ns": self.now_ns, "generation": generation}
        if "dials" in self.does:
            self.dialling, self.connected = 0, generation
            self.tell(Connected(**now))
            if self.cut:
                self.code(1100)
            if "verifies" in self.does and self.connected == generation:
                self.verify()
        elif self.refusal:
            self.dialling = 0
            self.tell(DialFailed(**now, reason=self.refusal))

    def verify(self) -> None:
        self.account = True
        self.tell(Verified(**self.news()))

    # what came of it

    @property
    def phase(self) -> Phase:
        return self.state.phase

    def all(self, kind: type[C]) -> list[C]:
        return [command for _, command in self.log if isinstance(command, kind)]

    def times(self, kind: type[LinkCommand]) -> list[float]:
        return [at for at, command in self.log if isinstance(command, kind)]

    def alerts(self) -> list[str]:
        return [alert.name for alert in self.all(Alert)]

    def gate(self) -> list[bool]:
        return [isinstance(command, OpenGate) for _, command in self.log if isinstance(command, OpenGate | ShutGate)]

    def statuses(self) -> list[int]:
        return [command.status for command in self.all(GiveUp)]
