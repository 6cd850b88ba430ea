"""What is on its way to the exchange, and children there that wait for their entry."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from simulator.exchange.orders import Order
from system.domain.settings import FOREVER_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Orders that arrive together."""

    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """An end to what is left of an order."""

    order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """New terms. `stop_ticks` None: the stop stays where it is, or where it has trailed to; so with `regular_only`."""

    order_id: int
    contracts: int
    limit_ticks: int
    stop_ticks: int | None
    trail_ticks: int
    trail_ppm: int
    regular_only: bool | None = None


Command = Submit | Cancel | Replace


@dataclass(slots=True)
class Child:
    """An order whose entry may still fill; `rested` of its contracts have been put at rest so far."""

    order: Order
    rested: int = 0

    def let(self, contracts: int) -> int:
        """How many more contracts may rest now that its entry has filled this many more."""
        more = min(contracts, self.order.contracts - self.rested)
        self.rested += more
        return more

    def change(self, terms: Replace, resting: int) -> int:
        """Take new terms, `resting` of its contracts being at rest; return how many of these may stay."""
        stays = min(resting, terms.contracts)
        stop_ticks = self.order.stop_ticks if terms.stop_ticks is None else terms.stop_ticks
        self.order = replace(
            self.order,
            contracts=self.rested + terms.contracts - stays,
            limit_ticks=terms.limit_ticks,
            stop_ticks=stop_ticks,
            trail_ticks=terms.trail_ticks,
            trail_ppm=terms.trail_ppm,
            regular_only=self.order.regular_only if terms.regular_only is None else terms.regular_only,
        )
        return stays


class Children:
    """Children by the entry that they wait for."""

    def __init__(self) -> None:
        self._of: dict[int, dict[int, Child]] = {}
        self._entry: dict[int, int] = {}  # of a child

    def __len__(self) -> int:
        return len(self._entry)

    def hold(self, child: Child) -> None:
        """Let a child wait."""
        self._of.setdefault(child.order.parent, {})[child.order.order_id] = child
        self._entry[child.order.order_id] = child.order.parent

    def find(self, order_id: int) -> Child | None:
        """A child that waits, or None."""
        entry = self._entry.get(order_id)
        return None if entry is None else self._of[entry][order_id]

    def of(self, entry_id: int) -> Iterator[Child]:
        """The children of an entry, in the order in which they came."""
        return iter(tuple(self._of.get(entry_id, {}).values()))

    def drop(self, order_id: int) -> bool:
        """Wait no longer; whether it did."""
        entry = self._entry.pop(order_id, None)
        if entry is None:
            return False
        del self._of[entry][order_id]
        if not self._of[entry]:
            del self._of[entry]
        return True


class InFlight:
    """Commands by their arrival."""

    def __init__(self) -> None:
        self._queue: deque[tuple[int, Command]] = deque()  # one latency, so in order
        self.named: Counter[int] = Counter()  # entries of children that follow without them
        self.used: Counter[int] = Counter()  # of such a child: what its group has filled meanwhile

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def next_ns(self) -> int:
        """When the next arrives, or FOREVER_NS."""
        return self._queue[0][0] if self._queue else FOREVER_NS

    def send(self, command: Command, arrival_ns: int) -> None:
        """Let a command be on its way."""
        assert not self._queue or self._queue[-1][0] <= arrival_ns, "commands are issued in time order"
        if isinstance(command, Submit):
            self.named.update(order.parent for order in _followers(command))
        self._queue.append((arrival_ns, command))

    def pop(self) -> tuple[int, Command]:
        """The next arrival."""
        arrival_ns, command = self._queue.popleft()
        if isinstance(command, Submit):
            self._forget(_followers(command))
        return arrival_ns, command

    def _forget(self, followers: list[Order]) -> None:
        self.named -= Counter(order.parent for order in followers)

    def left(self, order_id: int) -> int:
        """Contracts of an order that is on its way, or 0."""
        submits = (command for _, command in self._queue if isinstance(command, Submit))
        sent = (order for submit in submits for order in submit.orders)
        return sum(order.contracts for order in sent if order.order_id == order_id)

    def shrink(self, members: set[int], group: int, contracts: int) -> list[tuple[int, Literal["group", "parent"]]]:
        """Let a fill count against new terms of `members` and all of their group; return the orders that ends."""
        gone: list[tuple[int, Literal["group", "parent"]]] = []
        for _ in range(len(self._queue)):
            arrival_ns, command = self._queue.popleft()
            if isinstance(command, Submit) and group:
                members |= {order.order_id for order in command.orders if order.group == group}
                command = self._shrunk(command, group, contracts, gone)
                if not command.orders:
                    continue
            elif isinstance(command, Replace) and command.order_id in members:
                command = replace(command, contracts=max(0, command.contracts - contracts))
            self._queue.append((arrival_ns, command))
        return gone

    def _shrunk(
        self, command: Submit, group: int, contracts: int, gone: list[tuple[int, Literal["group", "parent"]]]
    ) -> Submit:
        """What is left of orders. Children have no size before their entry fills, and go with it."""
        left = []
        followers = {order.order_id for order in _followers(command)}
        for order in command.orders:
            follows = order.order_id in followers
            if any(order.parent == order_id for order_id, _ in gone):
                gone.append((order.order_id, "parent"))
                self._forget([order] if follows else [])
            elif order.group != group or (order.parent and not follows):
                left.append(order)
            elif order.contracts > contracts and not order.group_cancels:
                self.used[order.order_id] += contracts if follows else 0
                left.append(replace(order, contracts=order.contracts - contracts))
            else:
                gone.append((order.order_id, "group"))
                self._forget([order] if follows else [])
        return Submit(orders=tuple(left))


def _followers(command: Submit) -> list[Order]:
    """Children that are sent without their entry."""
    sent = {0, *(order.order_id for order in command.orders)}
    return [order for order in command.orders if order.parent not in sent]
