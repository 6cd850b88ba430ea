"""A bracket as it is journaled before its bytes leave, its orders, and how each is sent and must be read back.

All orders of a bracket carry its reference as their orderRef, and its exits the same word as their
one-cancels-other group; the reference is made of a number that never comes again and the time. An order id is an
address only: with the reference it names an order, and ids only ever rise.
"""

from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Final

from system.domain.order_events import Terms
from system.domain.order_state import OrderState
from system.domain.position import Reason

REDUCE_WITH_BLOCK: Final = 2  # the group's type: a fill of one reduces the others, one at a time at the exchange


class Role(Enum):
    """What an order is for."""

    ENTRY = "entry"
    TARGET = "target"
    STOP = "stop"
    CLOSE = "close"  # an exit at market


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of ours. `price_ticks` is its limit or trigger."""

    order_id: int
    role: Role
    side: int
    contracts: int
    price_ticks: int = 0
    group: str = ""
    parent_id: int = 0
    state: OrderState = OrderState.INTENDED
    since_ns: int = 0  # when its state last changed
    seen: int = 0  # the record by which it was last sent, told of or put in doubt
    perm_id: int = 0
    doubles: int = 0  # further permIds under its id, each of them one more live order
    doubled: int = 0  # it has had such: new terms made a second order of it, and would again
    filled: int = 0  # by executions
    told_filled: int = 0  # by statuses: never falls
    remaining: int = 0  # what the broker last said is left, before that its size
    proof: str = ""  # the status under which every field was read back as sent
    wrong: str = ""  # the fields that were read back otherwise
    hint: str = ""  # the end that a code hinted at, or inactive: set aside, it may come alive yet
    cancels: int = 0
    cancel_ns: int = 0

    @property
    def is_live(self) -> bool:
        """May still fill, for all that is proven."""
        return not self.state.is_over

    @property
    def left(self) -> int:
        """The most that may still fill."""
        return max(0, self.contracts - self.filled) * (1 + self.doubles) if self.is_live else 0

    @property
    def is_proven(self) -> bool:
        """The broker has it, as it was sent."""
        resting = self.state in (OrderState.WORKING, OrderState.PARTLY_FILLED)
        return resting and bool(self.proof) and not self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """One trade from its entry to flat. `side` is the entry's; exits are on the other."""

    ref: str
    side: int
    contracts: int
    target_ticks: int
    stop_ticks: int
    since_ns: int
    orders: tuple[Order, ...]
    exit_reason: str = ""  # once it is to be closed at market: opposite or flatten
    bare_ns: int = 0  # since when what is held has no proven stop
    tries: int = 0  # at closing, protecting or resizing, since it was last in order
    tried_ns: int = 0
    ended: bool = False  # the gate has been told that its entry came to nothing

    def order(self, order_id: int) -> Order | None:
        """Its order of that id."""
        return next((order for order in self.orders if order.order_id == order_id), None)

    def live(self, *roles: Role) -> list[Order]:
        """Its orders that may still fill, of the roles named."""
        return [order for order in self.orders if order.is_live and order.role in roles]

    @property
    def exits(self) -> list[Order]:
        """All that may still reduce what is held."""
        return self.live(Role.TARGET, Role.STOP, Role.CLOSE)

    @property
    def entry(self) -> Order:
        """Its first order."""
        return self.orders[0]

    @property
    def is_over(self) -> bool:
        """Nothing of it may fill any more."""
        return not any(order.is_live for order in self.orders)

    def exit_group(self, side: int) -> str:
        """The group that a further exit joins: a new one once an order has used up the old, and none of it lives.

        Of the exit's own side: what closes a position of the wrong sign has nothing to do with what went too far.
        """
        exits = [order for order in self.orders if order.role is not Role.ENTRY]
        spent = [
            order for order in exits if order.state is OrderState.FILLED or order.hint == "filled"
        ]  # or taken back
        live = [order for order in self.exits if order.side == side]
        if live:
            return live[-1].group
        return f"{self.ref}.{len(spent)}" if spent else self.ref


def reference(number: int, now_ns: int) -> str:
    """A bracket's name, never used before or after."""
    return f"bn{number}-{now_ns}"


def bracket_of(
    *, ref: str, side: int, contracts: int, target_ticks: int, stop_ticks: int, entry_id: int, now_ns: int, seen: int
) -> Bracket:
    """A new bracket; target and stop take the ids after the entry's."""
    entry = Order(
        order_id=entry_id,
        role=Role.ENTRY,
        side=side,
        contracts=contracts,
        since_ns=now_ns,
        seen=seen,
        remaining=contracts,
    )
    target, stop = (
        replace(
            entry,
            order_id=entry_id + place,
            role=role,
            side=-side,
            price_ticks=price_ticks,
            group=ref,
            parent_id=entry_id,
        )
        for place, role, price_ticks in ((1, Role.TARGET, target_ticks), (2, Role.STOP, stop_ticks))
    )
    return Bracket(
        ref=ref,
        side=side,
        contracts=contracts,
        target_ticks=target_ticks,
        stop_ticks=stop_ticks,
        since_ns=now_ns,
        orders=(entry, target, stop),
    )


def terms(ref: str, order: Order) -> Terms:
    """How an order is sent. Its group is named; nothing is left to the client's or the account's defaults."""
    exit_at_price = order.role in (Role.TARGET, Role.STOP)
    types = {Role.TARGET: "LMT", Role.STOP: "STP"}
    return Terms(
        order_id=order.order_id,
        ref=ref,
        side=order.side,
        contracts=order.contracts,
        type=types.get(order.role, "MKT"),
        limit_ticks=order.price_ticks if order.role is Role.TARGET else 0,
        stop_ticks=order.price_ticks if order.role is Role.STOP else 0,
        tif="GTC" if exit_at_price else "DAY",
        group=order.group,
        group_type=REDUCE_WITH_BLOCK if order.group else 0,
        parent_id=order.parent_id,
    )


def is_moved(bracket: Bracket, order: Order) -> bool:
    """Whether a target has been moved through the market, as an exit."""
    return order.role is Role.TARGET and order.price_ticks != bracket.target_ticks


NOT_READ_BACK: Final = frozenset({"order_id", "parent_id", "contracts"})


def mistakes(sent: Terms, told: Terms) -> str:
    """The fields that rest at the broker otherwise than sent. Sizes may have shrunk with the group, never grown.

    The parent's id is not read back by every version. What triggers it says nothing of an order that is no stop.
    """
    ignored = NOT_READ_BACK if sent.type == "STP" else NOT_READ_BACK | {"trigger_method"}
    names = [field.name for field in fields(Terms) if field.name not in ignored]
    wrong = [name for name in names if getattr(sent, name) != getattr(told, name)]
    if told.contracts > sent.contracts:
        wrong.append("contracts")
    return " ".join(wrong)


def reason(bracket: Bracket, order: Order) -> Reason:
    """What a fill of an order is called in a result."""
    if order.role is Role.CLOSE or is_moved(bracket, order):
        return "opposite" if bracket.exit_reason == "opposite" else "flatten"
    reasons: dict[Role, Reason] = {Role.ENTRY: "entry", Role.TARGET: "target", Role.STOP: "stop"}
    return reasons[order.role]
