"""What must happen in time once nothing goes wrong any more: L01 to L08, and S17 and S18 with them.

Each bound counts from when it could last have been excused: `calm_ns` is how long nothing has gone wrong.
"""

from typing import Any, Final

import trio

from simulator.chaos.process import Process
from simulator.invariants.broken import hold
from simulator.invariants.truth import Truth, is_stop_for
from system.domain.data_health import BACKOFF_DOUBLINGS
from system.domain.link_state import CONNECTED, Phase
from system.domain.order_state import OrderState
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS

# Seconds. A stop that never came is missed for five, asked after, and sent again or the position closed.
STOP_S: Final = 8
FLAT_S: Final = 20
SILENCE_S: Final = 5
STALL_S: Final = 31
READY_S: Final = 60
RESUBSCRIBED_S: Final = READY_S + (30 << BACKOFF_DOUBLINGS)  # streams that were lost are asked for ever more rarely
STARTED_S: Final = 120
PATIENCE_S: Final = 120  # with a TWS that says it is cut off, and does not say that it has IB again
DIALS_MAX: Final = 6  # five tries, and one for the next contract, which is no failure
STABLE_S: Final = 59
GIVEN_UP_S: Final = 60
PENDING_S: Final = 30
UNKNOWN_S: Final = 65
WRONG_SIDE_S: Final = 15
TASKS_MORE: Final = 9
LATE_S: Final = 90  # a position that is not ours is proven by two reads, a minute apart


class Alive:
    """Looks at the program from outside, once an instant."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._calendar = Calendar()
        self.blind_ns = 0  # when the program last could not have known what the broker does
        self._bare_ns = 0  # since when what is held has no stop at work
        self._wrong_ns = 0  # since when it has the wrong sign
        self._ready_ns = 0
        self._unready_ns = 0
        self._cut = False  # off, since it was last READY
        self._began_ns = 0
        self._differs_ns = 0
        self._tasks = 0
        self._alerts: set[str] = set()
        self.dials = 0  # in a row, without a stable minute in between
        self.process: Process | None = None

    def starts(self, process: Process, now_ns: int) -> None:
        """Another life."""
        self.process = process
        self._ready_ns, self._unready_ns, self._began_ns = 0, now_ns, now_ns
        self._cut = False
        self._alerts = set()
        self.dials = 0

    def dial(self, clock_ns: int, now_ns: int) -> None:
        """L05: not once more after the last try has failed. A closed market is no time to count, by its clock."""
        self._count_anew(now_ns)
        self.dials = self.dials + 1 if self._is_open(clock_ns) else 0
        hold("L05", self.dials <= DIALS_MAX, f"it dials for the {self.dials}th time in a row, and does not give up")

    def alert(self, name: str, text: str) -> None:
        """L07: a line for a human."""
        self._alerts.add(name)
        is_line = len(text) >= 10 and "\n" not in text and "None" not in text and "object at" not in text
        hold("L07", is_line, f"the alert {name} says {text!r}")

    def ended(self, process: Process, calm_ns: int) -> None:
        """L05: it gave up out loud. L08: and not where nothing has gone wrong."""
        if process.end == "LinkGaveUpError":
            hold("L05", "link_gave_up" in self._alerts, "the link was given up without a word")
            hold("L08", calm_ns < GIVEN_UP_S * SECOND_NS, "the link was given up, and all is well")

    def instant(self, now_ns: int, calm_ns: int, heard_ns: int) -> None:
        """`calm_ns`: for how long nothing has gone wrong; `heard_ns`: when TWS was last heard."""
        process = self.process
        self._mark(now_ns)
        if process is None or process.dead or process.wiring.watchdog.state.phase is not Phase.READY:
            self.blind_ns = now_ns
        if process is None or process.dead:
            self._bare_ns = self._ready_ns = 0
            return
        wiring = process.wiring
        phase = wiring.watchdog.state.phase
        self._count_anew(now_ns)  # of what stood still too, which was not looked at meanwhile
        if phase is Phase.READY:
            self._ready_ns, self._unready_ns, self._cut = self._ready_ns or now_ns, 0, False
        else:
            self._ready_ns, self._unready_ns = 0, self._unready_ns or now_ns
            self._cut = self._cut or phase is Phase.CUT_OFF
        self._link(process, now_ns, calm_ns, heard_ns)
        self._protection(wiring, now_ns, calm_ns)
        if self._ready_ns:
            self._orders(wiring, process.clock(), min(calm_ns, now_ns - self._ready_ns))
            self._books(wiring, now_ns, min(calm_ns, now_ns - self._ready_ns))
            self._bounds(calm_ns)

    def _count_anew(self, now_ns: int) -> None:
        """A minute in which it was READY makes it stable."""
        if self._ready_ns and now_ns - self._ready_ns >= STABLE_S * SECOND_NS:
            self.dials = 0

    def _is_open(self, at_ns: int, for_s: int = 0) -> bool:
        session = self._calendar.at(at_ns)
        return session.regular and session.open_ns + for_s * SECOND_NS <= at_ns < session.break_ns

    def _mark(self, now_ns: int) -> None:
        own = self._truth.own
        has_close = any(
            order.ticket.side * own < 0 and order.ticket.type.name == "MARKET" for order in self._truth.at_exchange()
        )
        covered = not own or has_close or any(is_stop_for(order, own) for order in self._truth.live())
        self._bare_ns = 0 if covered else self._bare_ns or now_ns

    # the link

    def _link(self, process: Process, now_ns: int, calm_ns: int, heard_ns: int) -> None:
        state = process.wiring.watchdog.state
        if state.phase in CONNECTED and state.sent_ns:
            silent_s = (now_ns - heard_ns) / SECOND_NS
            hold(
                "L03",
                silent_s <= SILENCE_S,
                f"nothing was heard for {silent_s:.1f} s, and the link is {state.phase.value}",
            )
        is_open = self._is_open(now_ns, for_s=STALL_S)
        if is_open and state.is_open:
            last_ns = min(stream.told_ns for stream in state.data.streams)
            silent_s = (process.clock() - last_ns) / SECOND_NS
            hold("L03", silent_s <= STALL_S, f"a stream has been silent for {silent_s:.1f} s, and the gate is open")
        if not self._unready_ns:
            return
        unready_s = min(calm_ns, now_ns - self._unready_ns) / SECOND_NS
        resubscribes = state.is_verified and state.is_reconciled
        name = "L08" if self._unready_ns == self._began_ns else "L04"
        bound_s = READY_S if name == "L04" else STARTED_S
        if resubscribes or not is_open:
            bound_s = RESUBSCRIBED_S
        bound_s += PATIENCE_S * self._cut
        hold(
            name, unready_s <= bound_s, f"the link has been {state.phase.value} for {unready_s:.0f} s, and all is well"
        )

    # what is held

    def _protection(self, wiring: Any, now_ns: int, calm_ns: int) -> None:
        truth, state = self._truth, wiring.order.state
        side = state.bracket.side if state.bracket is not None else 0
        is_wrong = truth.own * side < 0
        may_trade = self._is_open(now_ns)  # else nothing can be bought back
        if not is_wrong or not may_trade:
            self._wrong_ns = 0
        if not self._ready_ns or now_ns - self._ready_ns < 10 * SECOND_NS:
            return
        if is_wrong and may_trade:
            self._wrong_ns = self._wrong_ns or now_ns
            wrong_s = min(now_ns - self._wrong_ns, calm_ns) / SECOND_NS
            hold("S18", wrong_s <= WRONG_SIDE_S, f"{truth.own:+d} contracts of the wrong sign for {wrong_s:.0f} s")
        elif not is_wrong and self._bare_ns and truth.own * truth.position > 0:
            bare_s = min(now_ns - self._bare_ns, calm_ns) / SECOND_NS
            told = bool(state.halted) and "halted" in self._alerts
            closes = state.bracket is not None and bool(state.bracket.exit_reason)
            words = f"{truth.own:+d} contracts have had no stop for {bare_s:.1f} s"
            hold("L01", bare_s <= STOP_S or closes or told, words)
            hold("L02", bare_s <= FLAT_S or told, f"{words}, nor were they closed")

    def _orders(self, wiring: Any, clock_ns: int, calm_ns: int) -> None:
        for order in wiring.order.state.orders:
            since_s = min(clock_ns - order.since_ns, calm_ns) / SECOND_NS
            pending = order.state in (OrderState.INTENDED, OrderState.SENT, OrderState.CANCELING)
            words = f"order {order.order_id} has been {order.state.value} for {since_s:.0f} s"
            hold("L06", not pending or since_s <= PENDING_S, words)
            told = bool({"unresolved", "halted"} & self._alerts) or wiring.order.state.halted
            is_unknown = order.state is OrderState.UNKNOWN
            hold("L06", not is_unknown or since_s <= UNKNOWN_S or bool(told), f"{words}, and nobody was told")

    def _books(self, wiring: Any, now_ns: int, calm_ns: int) -> None:
        """S07: in peace the book is the broker's position, and the orders are those that the broker has."""
        truth, state = self._truth, wiring.order.state
        agrees = state.book.position + state.foreign_contracts == truth.position
        ours = {order.order_id for order in state.orders if order.is_live}
        lives = {order.order_id for order in truth.live()}
        if agrees and ours == lives:
            self._differs_ns = 0
            return
        self._differs_ns = self._differs_ns or now_ns
        differ_s = min(now_ns - max(self._differs_ns, truth.moved_ns), calm_ns) / SECOND_NS
        text = (
            f"the book holds {state.book.position:+d} and {state.foreign_contracts:+d}, the account {truth.position:+d}"
        )
        hold("S07", agrees or differ_s <= LATE_S, text)
        hold("S07", ours == lives or differ_s <= LATE_S, f"orders {sorted(ours)} live, at the broker {sorted(lives)}")

    def _bounds(self, calm_ns: int) -> None:
        """S17: nothing grows."""
        if calm_ns < 30 * SECOND_NS:
            return
        tasks = trio.lowlevel.current_statistics().tasks_living
        self._tasks = self._tasks or tasks
        hold("S17", tasks <= self._tasks + TASKS_MORE, f"{tasks} tasks live, and {self._tasks} did at first")
