"""What must have been seen at least once in a campaign: without it the faults have not been where it hurts."""

from collections import Counter
from datetime import date
from typing import Any, Final

from simulator.chaos.process import Process
from simulator.invariants.heard import Heard
from simulator.invariants.notes import Notes
from simulator.invariants.sent import Sent
from simulator.invariants.truth import OURS, TrueFill
from simulator.tws.world import World
from system.domain.order_state import OrderState
from system.domain.settings import Settings

SOMETIMES: Final = (
    "a fill while nobody is connected",
    "a cancel that comes too late",
    "a cancel that comes in time",
    "an order filled in part and then canceled",
    "a stop that fills while the program is down",
    "order ids given out again",
    "a correction",
    "1101",
    "1102",
    "killed between the send and its acknowledgement",
    "halted with a position",
    "a day on which clocks have changed",
    "started again with the cooldown active",
    "an entry refused",
    "an exit refused",
    "a fill inferred",
    "a position that is not ours",
    "an order in doubt",
    "the link given up",
    "started again with a position",
    "started again with other settings and a position",
    "interrupted in the middle of a bracket",
    "ended by its disk",
    "an actor failed",
)
AFTER_CHANGE: Final = frozenset({date(2024, 3, 11), date(2024, 11, 4)})


class Seen:
    """Counts them."""

    def __init__(self, settings: Settings, notes: Notes, sent: Sent, heard: Heard, world: World) -> None:
        self.counts: Counter[str] = Counter()
        self.settings = settings
        self._notes = notes
        self._sent = sent
        self._heard = heard
        self._world = world
        self._halted_with_position = False
        self._canceled: set[int] = set()

    def note(self, what: str) -> None:
        """Once more."""
        assert what in SOMETIMES, what
        self.counts[what] += 1

    def begins(self, day: date) -> None:
        """The market's day."""
        if day in AFTER_CHANGE:
            self.note("a day on which clocks have changed")

    def starts(self, process: Process, lives: int) -> None:
        """Another life."""
        if lives == 1:
            return
        notes, now_ns = self._notes, process.clock()
        if notes.lost_ns is not None and 0 <= now_ns - notes.lost_ns < self.settings.cooldown_after_loss_ns:
            self.note("started again with the cooldown active")
        if notes.book_position:
            self.note("started again with a position")

    def ended(self, process: Process) -> None:
        """However it ended."""
        if process.end == "LinkGaveUpError":
            self.note("the link given up")
        if process.end == "StorageError":
            self.note("ended by its disk")
        state = self._notes.state
        if process.end in ("stopped", "interrupted") and state.bracket is not None and not state.bracket.is_over:
            self.note("interrupted in the middle of a bracket")
        killed = process.end in ("killed", "power cut")
        waits = any(order.state in (OrderState.INTENDED, OrderState.SENT) for order in self._notes.state.orders)
        if killed and waits and any(order.order_id in self._sent.orders for order in self._notes.state.orders):
            self.note("killed between the send and its acknowledgement")

    def fill(self, fill: TrueFill, *, is_down: bool) -> None:
        """A fill at the broker."""
        if fill.client_id != OURS:
            self.note("a position that is not ours")
            return
        if OURS not in self._world.sessions:
            self.note("a fill while nobody is connected")
        intent = self._notes.intents.get(fill.order_id)
        if is_down and intent is not None and intent.role == "stop":
            self.note("a stop that fills while the program is down")
        if fill.order_id in self._sent.canceled and fill.contracts:
            self.note("a cancel that comes too late")

    def records(self, kind: str, payload: dict[str, Any]) -> None:
        """A record on disk."""
        match kind:
            case "execution":
                if payload["exec_id"].startswith("inferred"):
                    self.note("a fill inferred")
                elif not payload["exec_id"].endswith(".01"):
                    self.note("a correction")
            case "order":
                self._order(payload)
            case "state":
                if payload.get("halted") and self._notes.book_position:
                    self.note("halted with a position")
            case _:
                pass

    def _order(self, payload: dict[str, Any]) -> None:
        order_id, state = payload["order_id"], payload.get("state")
        intent = self._notes.intents.get(order_id)
        if state == "unknown":
            self.note("an order in doubt")
        if state == "rejected" and intent is not None:
            self.note("an entry refused" if intent.role == "entry" else "an exit refused")
        if state == "canceled" and order_id in self._sent.canceled and order_id not in self._canceled:
            self._canceled.add(order_id)
            self.note("a cancel that comes in time")
        order = next((order for order in self._notes.state.orders if order.order_id == order_id), None)
        if state == "canceled" and order is not None and 0 < order.filled < order.contracts:
            self.note("an order filled in part and then canceled")

    def heard(self, codes: tuple[int, ...]) -> None:
        """Codes about nothing in particular."""
        for code in codes:
            if code in (1101, 1102):
                self.note(str(code))

    def at_the_end(self) -> None:
        """What shows only then."""
        if self._heard.rolled_back:
            self.note("order ids given out again")
