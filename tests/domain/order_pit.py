"""The order brain and the model broker face to face, with what must hold checked at every step."""

from dataclasses import replace
from typing import Any

from system.domain.intent import Bracket, Order, Role
from system.domain.limits import OrderRules
from system.domain.order import step
from system.domain.order_events import (
    Alert,
    Ask,
    Cancel,
    ClockTicked,
    CloseAsked,
    Command,
    EntryAccepted,
    EntryEnded,
    Filled,
    Halt,
    Journal,
    LinkChanged,
    OpenOrderTold,
    Place,
    Terms,
)
from system.domain.order_log import Payload, State, apply, fold
from tests.domain.order_broker import CLIENT, Broker

S = 1_000_000_000
BEGIN = 1_700_000_000 * S


class Pit:
    """`mute` keeps answers and reports in the broker's mail until `deliver` is called."""

    def __init__(self, *, mute: bool = False, **rules: Any) -> None:
        self.rules = OrderRules(client_id=CLIENT, **rules)
        self.broker = Broker()
        self.state = State()
        self.now_ns = self.broker.now_ns = BEGIN
        self.mute = mute
        self.journal: list[tuple[str, int, Payload]] = []
        self.said: list[Command] = []
        self.last_id = 0

    # the brain

    def feed(self, event: Any) -> list[Command]:
        """Let the brain take an event, and do what it wants."""
        if hasattr(event, "now_ns"):
            event = replace(event, now_ns=self.now_ns)
        before = self.state
        self.state, commands = step(self.state, event, self.rules)
        shown = before
        for command in commands:
            if isinstance(command, Journal):
                self.journal.append((command.kind, command.now_ns, command.payload))
                assert all(type(value) in (int, str) for value in command.payload.values()), command
                shown = apply(shown, command.kind, command.now_ns, command.payload)
            self._do(command, shown)
        assert shown == self.state, "S06: the state is the fold of its records"
        self.said += commands
        if not self.mute:
            self.deliver()
        return commands

    def _do(self, command: Command, journaled: State) -> None:
        match command:
            case Place():
                for terms in command.orders:
                    self._check_placement(terms, journaled)
                self.broker.place(command.orders)
            case Cancel():
                assert any(order.order_id == command.order_id for order in journaled.orders), "S13: only ours"
                self.broker.cancel(command.order_id)
            case Ask():
                if command.question == "open_orders":  # TWS tells of each order and its status, and then of the end
                    for resting in self.broker.live():
                        self.broker.tell(resting)
                self.broker.mail.append(self.broker.answer(command))
            case _:
                pass

    def _check_placement(self, terms: Terms, journaled: State) -> None:
        bracket = journaled.bracket
        assert bracket is not None
        order = bracket.order(terms.order_id)
        assert order is not None, "S05: journaled before it is sent"
        assert terms.ref == bracket.ref
        if terms.order_id not in self.broker.orders and terms.order_id != self.last_id:
            assert terms.order_id > self.last_id, "S10: ids only rise"
            self.last_id = terms.order_id
        if order.role is Role.CLOSE:
            held = journaled.book.position
            assert 0 < terms.contracts <= abs(held), "S19: only what is ours"
            assert terms.side * held < 0

    def deliver(self) -> None:
        """Hand over all mail, with what it leads to."""
        mute, self.mute = self.mute, True
        for _ in range(2000):
            if not self.broker.mail:
                break
            self.feed(self.broker.mail.pop(0))
        else:
            raise AssertionError("the brain and the broker talk without end")
        self.mute = mute

    def pass_s(self, seconds: int) -> None:
        """Let time pass, a second at a time."""
        for _ in range(seconds):
            self.now_ns += S
            self.broker.now_ns = self.now_ns
            self.feed(ClockTicked(now_ns=0))

    def link(self, *, up: bool = True) -> None:
        """A new connection, or none: the mail of the old one is lost."""
        self.broker.mail.clear()
        self.broker.generation += up
        self.feed(LinkChanged(now_ns=0, generation=self.broker.generation, up=up))

    def restart(self) -> None:
        """Kill the program: what it knew is what it wrote."""
        self.state = fold(self.journal)
        self.link(up=False)

    # short words

    def enter(self, side: Any = 1, contracts: int = 1, **changes: Any) -> list[Command]:
        """A signal at 4000 to 4001, stop and target as usual."""
        reference = 4001 if side > 0 else 4000
        event = EntryAccepted(
            now_ns=0,
            side=side,
            contracts=contracts,
            stop_ticks=reference - 8 * side,
            target_ticks=reference + 16 * side,
            bid_ticks=4000,
            ask_ticks=4001,
        )
        return self.feed(replace(event, **changes))

    def open(self, side: Any = 1, contracts: int = 1) -> None:
        """A connection, and a position with its stop and target."""
        self.link()
        self.enter(side, contracts)
        self.fill("entry")

    def close(self, reason: Any = "flatten") -> list[Command]:
        return self.feed(CloseAsked(now_ns=0, reason=reason))

    def fill(self, role: str, contracts: int = 0) -> None:
        """Fill the newest order of a role at the broker, wholly unless told otherwise."""
        resting = self.broker.orders[self.of(role).order_id]
        self.broker.fill(resting, contracts or resting.left)
        if not self.mute:
            self.deliver()

    @property
    def bracket(self) -> Bracket:
        assert self.state.bracket is not None
        return self.state.bracket

    def of(self, role: str) -> Order:
        """The newest order of a role."""
        return [order for order in self.bracket.orders if order.role.value == role][-1]

    def states(self) -> list[str]:
        return [f"{order.role.value} {order.state.value}" for order in self.bracket.orders]

    def told(self, event: Any) -> list[Command]:
        return self.feed(event)

    def error(self, role: str, code: int, text: str = "") -> list[Command]:
        return self.feed(self.broker.error(self.of(role).order_id, code, text))

    # what was said

    def alerts(self) -> list[str]:
        return [command.event for command in self.said if isinstance(command, Alert)]

    def halts(self) -> list[str]:
        return [command.reason for command in self.said if isinstance(command, Halt)]

    def placed(self) -> list[Terms]:
        return [terms for command in self.said if isinstance(command, Place) for terms in command.orders]

    def canceled(self) -> list[int]:
        return [command.order_id for command in self.said if isinstance(command, Cancel)]

    def fills(self) -> list[tuple[int, int, int, str]]:
        return [
            (told.fill.side, told.fill.contracts, told.fill.price_ticks, told.fill.reason)
            for told in self.said
            if isinstance(told, Filled)
        ]

    def ended(self) -> list[str]:
        return [command.reason for command in self.said if isinstance(command, EntryEnded)]


def foreign(pit: Pit, status: str = "Submitted", ref: str = "", client_id: int = 0) -> OpenOrderTold:
    """An order that is not ours, with permId 77."""
    terms = Terms(order_id=-1, ref=ref, side=1, contracts=1, type="LMT")
    return OpenOrderTold(
        now_ns=0, generation=pit.broker.generation, client_id=client_id, perm_id=77, terms=terms, status=status
    )
