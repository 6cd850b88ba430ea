"""All orders that TWS knows, by permId and by each client's own ids; groups by name."""

from collections.abc import Iterator
from typing import Final

from simulator.tws.desk.order import DeskOrder

FIRST_ID: Final = 1
KEPT: Final = 10_000  # orders that are over; older ones are forgotten


class Registry:
    """Orders in the order in which they came."""

    def __init__(self, first_perm_id: int, kept: int = KEPT) -> None:
        self._kept = kept
        self._next_perm_id = first_perm_id
        self._all: dict[int, DeskOrder] = {}
        self._live: dict[int, DeskOrder] = {}
        self._by_client: dict[tuple[int, int], DeskOrder] = {}
        self._highest: dict[int, int] = {}  # order id by client
        self._over: dict[int, None] = {}
        self._groups: dict[tuple[str, str], int] = {}  # by account and name
        self._group_type: dict[int, int] = {}
        self._spent: dict[int, None] = {}

    def new_perm_id(self) -> int:
        """The next permId; it is the order's id at the exchange, and names a group of children."""
        self._next_perm_id += 1
        return self._next_perm_id

    def add(self, order: DeskOrder) -> None:
        """Know an order from now on."""
        self._all[order.perm_id] = self._live[order.perm_id] = order
        if order.order_id:
            self._by_client[order.client_id, order.order_id] = order
            self.see_id(order.client_id, order.order_id)

    def bind(self, order: DeskOrder, order_id: int) -> None:
        """Give an order made by hand an id that a client can use."""
        assert not order.order_id
        order.order_id = order_id
        self._by_client[order.client_id, order_id] = order

    def drop(self, order: DeskOrder) -> None:
        """Know it no longer."""
        del self._all[order.perm_id]
        self._live.pop(order.perm_id, None)
        if self._by_client.get((order.client_id, order.order_id)) is order:
            del self._by_client[order.client_id, order.order_id]

    def ended(self, order: DeskOrder) -> None:
        """Note that an order is over; the oldest such are forgotten."""
        del self._live[order.perm_id]
        self._over[order.perm_id] = None
        self._give_id_to_twin(order)
        while len(self._over) > self._kept:
            oldest = next(iter(self._over))
            del self._over[oldest]
            gone = self._all[oldest]
            self.drop(gone)
            if gone.group and all(other.group != gone.group for other in self._all.values()):
                self._groups.pop((gone.ticket.account, gone.group_name), None)
                self._group_type.pop(gone.group, None)
                self._spent.pop(gone.group, None)

    def _give_id_to_twin(self, order: DeskOrder) -> None:
        """Where two orders live under one id and one of them ends, the id is the other's."""
        key = order.client_id, order.order_id
        twin = next((other for other in self._live.values() if (other.client_id, other.order_id) == key), None)
        if twin is not None and order.order_id:
            self._by_client[key] = twin

    def see_id(self, client_id: int, order_id: int) -> None:
        """Note that a client has used an order id."""
        self._highest[client_id] = max(self._highest.get(client_id, FIRST_ID - 1), order_id)

    def next_id(self, client_id: int) -> int:
        """The first order id that a client has not used."""
        return self._highest.get(client_id, FIRST_ID - 1) + 1

    def roll_back(self, count: int) -> None:
        """Forget the highest `count` ids of every client, as a restart of TWS has been seen to do.

        An order that lives keeps its id: whoever places it again gives that order new terms.
        """
        self._highest = {client: max(FIRST_ID - 1, high - count) for client, high in self._highest.items()}
        self._by_client = {
            (client, order_id): order
            for (client, order_id), order in self._by_client.items()
            if not order.state.is_over or order_id <= self._highest.get(client, FIRST_ID - 1)
        }

    def of_exchange(self, order_id: int) -> DeskOrder:
        """The order that the exchange knows by that id."""
        return self._all[order_id]

    def known(self, perm_id: int) -> DeskOrder | None:
        """The order of that permId, unless it is forgotten."""
        return self._all.get(perm_id)

    def of_client(self, client_id: int, order_id: int) -> DeskOrder | None:
        """A client's order."""
        return self._by_client.get((client_id, order_id))

    def is_used(self, client_id: int, order_id: int) -> bool:
        """Whether a new order may not have this id."""
        return order_id <= self._highest.get(client_id, FIRST_ID - 1)

    def live(self) -> Iterator[DeskOrder]:
        """Orders that are not over, in the order in which they came."""
        return iter(tuple(self._live.values()))

    def done(self) -> Iterator[DeskOrder]:
        """Orders that are over."""
        return iter([self._all[perm_id] for perm_id in self._over])

    def children(self, parent: DeskOrder) -> list[DeskOrder]:
        """Orders attached to this one that are not over."""
        return [order for order in self.live() if order.parent is parent]

    def group(self, account: str, name: str, kind: int) -> tuple[int, int]:
        """The group of that name in an account, and its type: that of the first order in it."""
        if (account, name) not in self._groups:
            self._groups[account, name] = self.new_perm_id()
            self._group_type[self._groups[account, name]] = kind
        group = self._groups[account, name]
        return group, self._group_type[group]

    def spend(self, group: int) -> None:
        """Note that a group has had its fill: who joins it later is canceled."""
        self._spent[group] = None

    def is_spent(self, group: int) -> bool:
        """Whether it has."""
        return group in self._spent
