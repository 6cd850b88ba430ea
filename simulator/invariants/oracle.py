"""The judge of a run: hears of everything, believes the mock broker alone, and says what does not hold first.

Nothing is raised where the program itself would catch it: what is broken is noted, and ends the run soon.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Final, ParamSpec, TextIO

from simulator.chaos.blow import Blow
from simulator.chaos.disk import Disk
from simulator.chaos.machine import Machine
from simulator.chaos.plan import Plan
from simulator.chaos.process import Process
from simulator.chaos.scenario import Scenario
from simulator.chaos.timeline import Timeline
from simulator.chaos.watched import WatchedPlayer
from simulator.invariants.alive import LATE_S, Alive
from simulator.invariants.broken import BrokenError, hold
from simulator.invariants.heard import Heard
from simulator.invariants.notes import Notes
from simulator.invariants.seen import Seen
from simulator.invariants.sent import Sent
from simulator.invariants.truth import OURS, Truth, reach, reducing
from simulator.tws.world import World
from system.domain import gate_log
from system.domain.book import split_id
from system.domain.link_events import CodeTold
from system.domain.order_events import Journal, PlacementAnswered
from system.domain.road import OperatorAsked, Packet
from system.domain.session import new_york_s
from system.domain.settings import SECOND_NS, Settings

LINES_KEPT: Final = 400
LANE_S: Final = 0.25
FOREIGN_S: Final = 90  # until then exits may still be for more than is left of what was held
SHOWN: Final = frozenset(
    {"alert", "order", "fill", "round_trip", "link", "gate", "reconciled", "actor_failed", "stopped"}
)
EXPECTED: Final = ("CrashError", "MemoryError")  # what makes an actor fail in a run, and is no bug

P = ParamSpec("P")
Hook = Callable[Concatenate["Oracle", P], None]


def noted(hook: Hook[P]) -> Hook[P]:
    """Keep what does not hold, for the end of the instant."""

    def call(oracle: "Oracle", /, *args: P.args, **kwargs: P.kwargs) -> None:
        if oracle.broken is not None:  # what it knows of the rest is no longer true
            return
        try:
            hook(oracle, *args, **kwargs)
        except BrokenError as broken:
            oracle.broken = broken

    return call


class Oracle:
    """What a process shows to its watcher, and what the run tells of faults."""

    def __init__(self, world: World, timeline: Timeline, scenario: Scenario, plan: Plan, trace: TextIO | None) -> None:
        self._world = world
        self._timeline = timeline
        self._most = scenario.settings.contracts  # that may be held
        self._plan = plan
        self._trace = trace
        self.truth = Truth(world)
        self.heard = Heard()
        self.notes = Notes(self.truth, scenario.settings)
        self.sent = Sent(scenario.settings, self.truth, self.heard, self.notes)
        self.alive = Alive(self.truth)
        self.broken: BrokenError | None = None
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)
        self.dealt: Counter[str] = Counter()
        self.took_effect: Counter[str] = Counter()
        self._seen = Seen(scenario.settings, self.notes, self.sent, self.heard, world)
        self._seen.begins(scenario.day)
        self.events = 0
        self._process: Process | None = None
        self._doubtful: Sequence[Journal] = ()
        self._unsent: dict[int, int] = {}  # orders that are on disk to be sent, and since when
        self._disturbed_ns = world.now_ns
        self._resumed_ns = 0
        self._heard_ns = world.now_ns
        self._within = -1  # the desk's turn up to which orders keep their limits without an excuse

    def watch(self, machine: Machine, disk: Disk, player: WatchedPlayer) -> None:
        """On what."""
        self._player = player
        self._machine = machine
        self._disk = disk

    # what happened

    @property
    def orders_sent(self) -> int:
        """How many."""
        return len(self.sent.orders)

    @property
    def seen(self) -> Counter[str]:
        """What has been seen of what must be seen sometimes."""
        return self._seen.counts

    @property
    def all_notes(self) -> list[tuple[str, int, dict[str, Any]]]:
        """All that has been written in all lives."""
        return self.notes.all

    def line(self, text: str) -> None:
        """A line of what happened, for a reader."""
        line = f"{self._timeline.now_s:10.3f} {text}"
        self.lines.append(line)
        if self._trace is not None:
            self._trace.write(line + "\n")

    def fault(self, text: str) -> None:
        """The mock TWS's faults say when they begin and end."""
        self.line(text)
        self._disturbed_ns = self._timeline.now_ns
        word = text.split()[1].rstrip(":")
        if not text.endswith(": over"):
            self.dealt[word] += 1

    def stood_still(self) -> None:
        """The machine did, and nobody could listen."""
        self._heard_ns = self._disturbed_ns = self.alive.blind_ns = self._timeline.now_ns

    def effect(self, kind: str) -> None:
        """One of them has changed something."""
        self._disturbed_ns = self._timeline.now_ns
        self.took_effect[kind] += 1

    def blow(self, blow: Blow) -> None:
        """A blow is dealt."""
        self.line(f"blow: {blow}")
        self._disturbed_ns = self._timeline.now_ns
        self.dealt[blow.kind] += 1
        self.took_effect[blow.kind] += 1

    # what the process shows

    @noted
    def starts(self, process: Process) -> None:
        """S05, and the program's own state from what is on disk."""
        self._process = process
        self.line(f"life {self._machine.lives} begins")
        self.heard.forget()
        self._unsent.clear()
        self.alive.starts(process, self._timeline.now_ns)
        self._reads(process.setting.settings)
        self._seen.starts(process, self._machine.lives)
        self._heard_ns = self._timeline.now_ns
        self.notes.check_kept(process.notes(), self._doubtful)
        self._doubtful = ()
        self.notes.check_fold(process.wiring.order.state)

    def _reads(self, settings: Settings) -> None:
        """The configuration of this life. What is held is as large as that of an earlier one allowed."""
        if settings != self.sent.settings and self.notes.book_position:
            self._seen.note("started again with other settings and a position")
        for judge in (self.sent, self.notes, self._seen):
            judge.settings = settings
        self._most, self._within = max(self._most, settings.contracts), -1

    @noted
    def ended(self, process: Process) -> None:
        """However it ended."""
        self.line(f"ended: {process.end} {process.error}")
        self._unsent.clear()
        calm_ns, self._disturbed_ns = self.calm_ns, self._timeline.now_ns
        self._seen.ended(process)
        self.alive.ended(process, calm_ns)

    @noted
    def writes(self, records: Sequence[Journal]) -> None:
        """What becomes of these is not known."""
        self._doubtful = records

    @noted
    def has_written(self, records: Sequence[Journal]) -> None:
        """They are on disk."""
        self._doubtful = ()
        for record in records:
            self._seen.records(record.kind, record.payload)
        before = len(self.notes.intents)
        self.notes.take(records)
        for order_id in list(self.notes.intents)[before:]:
            self._unsent[order_id] = self._timeline.now_ns
        assert self._process is not None
        is_halt = [{**record.payload}.keys() for record in records] == [{"halted"}]
        if not is_halt:  # which may be who looks after the actors: they are made anew, with it, after this
            self.notes.check_fold(self._process.wiring.order.state)

    @noted
    def sends(self, data: bytes) -> None:
        """Bytes leave."""
        assert self._process is not None
        self.sent.take(data, self._process.clock(), self._timeline.now_ns)
        for order_id in [order_id for order_id in self._unsent if order_id in self.sent.orders]:
            del self._unsent[order_id]

    @noted
    def dials(self) -> None:
        """A connection is about to be made."""
        assert self._process is not None
        self.alive.dial(self._process.clock(), self._timeline.now_ns)

    @noted
    def hears(self, packet: Packet) -> None:
        """A packet enters the road."""
        before = self.heard.last_ns
        self.heard.take(packet)
        if self.heard.last_ns != before:
            self._heard_ns = self._timeline.now_ns
        for record in packet.records:
            if isinstance(record, PlacementAnswered) and not record.sent:
                for order_id in record.order_ids:
                    self._unsent.pop(order_id, None)
        asked = [record.what for record in packet.records if isinstance(record, OperatorAsked)]
        if "resume" in asked:
            self.notes.may_resume, self._resumed_ns = True, self._timeline.now_ns
        self._seen.heard(tuple(record.code for record in packet.records if isinstance(record, CodeTold)))
        self.events += sum(1 for record in packet.records if hasattr(record, "bid_ticks") or hasattr(record, "size"))

    @noted
    def says(self, event: str, fields: dict[str, object]) -> None:
        """A line of the log."""
        if event in SHOWN:
            shown = " ".join(f"{name}={value}" for name, value in fields.items() if name != "exc")
            self.line(f"{event} {shown}")
        if event == "alert":
            self.alive.alert(str(fields["name"]), str(fields["text"]))
        if event == "actor_failed":
            self._seen.note("an actor failed")
            self.alive.dials = 0
            hold("BUG", str(fields["error"]).startswith(EXPECTED), f"the {fields['actor']} actor: {fields['error']}")
        hold("BUG", event != "loop_failed", f"the client library: {fields.get('text')}")

    # at each instant

    @property
    def calm_ns(self) -> int:
        """How long nothing has gone wrong."""
        player = self._player
        if player.active or player.is_armed or self._disk.is_full or self._disk.failing:
            self._disturbed_ns = self._timeline.now_ns
        return self._timeline.now_ns - self._disturbed_ns

    def instant(self) -> None:
        """Everybody waits. Raises BrokenError."""
        self._look()
        if self.broken is not None:
            raise self.broken

    @noted
    def _look(self) -> None:
        now_ns, truth = self._timeline.now_ns, self.truth
        for fill in truth.news:
            whose = "" if fill.client_id == OURS else " (not ours)"
            process = self._process
            self._seen.fill(fill, is_down=process is None or process.dead)
            self.line(f"filled {fill.side * fill.contracts:+d} at {fill.price_ticks}, order {fill.order_id}{whose}")
        truth.news.clear()
        if now_ns - self._resumed_ns > SECOND_NS:  # an operator's word is for what is halted then
            self.notes.may_resume = False
        process = self._process
        if process is not None and process.wiring.risk.contract_month is not None:
            truth.trades(process.wiring.risk.contract_month)
        self._limits(now_ns)
        self._lane(now_ns)
        if process is not None and not process.dead:
            gate = gate_log.snapshot(process.wiring.risk.risk)
            hold("S06", self.notes.gate in (None, gate), "the gate is not as it was last written")
        self.alive.instant(now_ns, self.calm_ns, self._heard_ns)

    def _limits(self, now_ns: int) -> None:
        """S01, S02 and S04, by the broker's own orders; what TWS has doubled by itself is excused for a while."""
        truth, most_allowed = self.truth, self._most
        if self._within == truth.turns:
            return
        live = truth.live()
        if not truth.own and not live:
            self._most = most_allowed = self.sent.settings.contracts
        doubled = len({order.order_id for order in live}) < len(live)
        if doubled:
            truth.foreign_ns = now_ns
        since_ns = max(truth.foreign_ns, self.alive.blind_ns)
        excused = truth.foreign_ns > 0 and now_ns - since_ns < FOREIGN_S * SECOND_NS
        lowest, highest = reach(truth.own, live)
        most = max(-lowest, highest)
        hold("S01", most <= most_allowed or excused, f"orders may lead to {most} contracts; at most {most_allowed}")
        intents = {order.order_id: self.notes.intents[order.order_id] for order in live}
        for (ref, role), count in Counter((intent.ref, intent.role) for intent in intents.values()).items():
            hold("S02", count == 1, f"{count} orders live for the {role} of {ref}")
        exits = [order for order in truth.at_exchange() if intents[order.order_id].role != "entry"]
        take = reducing(truth.own, exits)
        hold("S04", take <= abs(truth.own) or excused, f"exits may take {take} contracts off {truth.own:+d}")
        if not doubled and most <= most_allowed and take <= abs(truth.own):
            self._within = truth.turns

    def _lane(self, now_ns: int) -> None:
        """S15: what is on disk as meant to be sent leaves at once, or it is said that it did not."""
        for order_id, since_ns in self._unsent.items():
            waits_s = (now_ns - since_ns) / SECOND_NS
            hold("S15", waits_s <= LANE_S, f"order {order_id} has waited for {waits_s:.1f} s to be sent")

    def at_the_end(self) -> None:
        """Nothing is left open. Raises BrokenError."""
        self._seen.at_the_end()
        self._booked()
        self.instant()

    @noted
    def _booked(self) -> None:
        """S08: after peace for long enough every execution of this day is on disk, whoever was there to hear of it."""
        now_ns = self._timeline.now_ns
        if min(self.calm_ns, now_ns - self.alive.blind_ns, now_ns - self.truth.moved_ns) < LATE_S * SECOND_NS:
            return
        since_ns = now_ns - new_york_s(now_ns) * SECOND_NS  # executions reach back to midnight
        for exec_id, fill in self.truth.fills.items():
            booked = fill.client_id != OURS or split_id(exec_id)[0] in self.notes.revisions
            text = f"execution {exec_id} of order {fill.order_id} was never booked"
            hold("S08", booked or fill.at_ns < since_ns, text)
