"""A small model of the broker for the order brain: one account, exact groups, and reports that wait to be delivered."""

from dataclasses import dataclass, field, replace
from typing import Any

from system.domain.order_events import (
    Ask,
    CommissionTold,
    ErrorTold,
    ExecutionsAnswered,
    ExecutionTold,
    OpenOrdersAnswered,
    OpenOrderTold,
    PositionsAnswered,
    PositionTold,
    StatusTold,
    Terms,
)

CLIENT = 1
ENDED = ("Filled", "Cancelled", "Inactive")


@dataclass
class Resting:
    """An order at the broker. `contracts` shrinks with its group."""

    terms: Terms
    perm_id: int
    contracts: int
    filled: int = 0
    status: str = "Submitted"

    @property
    def is_live(self) -> bool:
        return self.status not in ENDED

    @property
    def left(self) -> int:
        return self.contracts - self.filled if self.is_live else 0


@dataclass
class Broker:
    """What is true. `mail` holds reports that are not delivered yet, oldest first."""

    generation: int = 0
    orders: dict[int, Resting] = field(default_factory=dict)
    executions: list[ExecutionTold] = field(default_factory=list)
    foreign: dict[int, OpenOrderTold] = field(default_factory=dict)
    own: int = 0  # contracts that orders of ours have brought
    others: int = 0
    other_months: tuple[str, ...] = ()
    mail: list[Any] = field(default_factory=list)
    spent: set[str] = field(default_factory=set)
    refuse_next: bool = False
    lose_next: bool = False
    now_ns: int = 0

    @property
    def position(self) -> int:
        return self.own + self.others

    def live(self) -> list[Resting]:
        return [order for order in self.orders.values() if order.is_live]

    # what it is told to do

    def place(self, batch: tuple[Terms, ...]) -> None:
        if self.lose_next:
            self.lose_next = False
            return
        refused, self.refuse_next = self.refuse_next, False
        for terms in batch:
            order_id = terms.order_id
            if order_id in self.orders:
                self._modify(self.orders[order_id], terms)
                continue
            order = Resting(terms, 1000 + order_id, terms.contracts)
            self.orders[order_id] = order
            if refused:
                order.status = "Inactive"
                self.mail += [self.error(order_id, 201), self.status(order)]
            elif terms.group in self.spent:
                self.end(order)
            else:
                order.status = "PreSubmitted" if terms.type == "STP" or terms.parent_id else "Submitted"
                self.tell(order)

    def _modify(self, order: Resting, terms: Terms) -> None:
        if order.is_live and terms.contracts > order.filled:
            order.contracts = terms.contracts
            order.terms = replace(order.terms, limit_ticks=terms.limit_ticks)
            self.tell(order)
        else:
            self.mail.append(self.error(terms.order_id, 104))

    def cancel(self, order_id: int) -> None:
        order = self.orders.get(order_id)
        if order is None:
            self.mail.append(self.error(order_id, 10147))
        elif not order.is_live:
            self.mail.append(self.error(order_id, 10148, f"state: {order.status}"))
        else:
            self.end(order)

    def end(self, order: Resting) -> None:
        """Cancel an order, and the children of an entry with what it has not filled."""
        order.status = "Cancelled"
        self.mail += [self.status(order), self.error(order.terms.order_id, 202)]
        for child in self.live():
            if child.terms.parent_id == order.terms.order_id:
                child.contracts = min(child.contracts, max(order.filled, child.filled))
                if child.left:
                    self.tell(child)
                else:
                    self.end(child)

    def can_fill(self, order: Resting) -> int:
        """Contracts of an order that may fill: of a child no more than its entry has."""
        parent = self.orders.get(order.terms.parent_id)
        most = order.left if parent is None else min(order.left, parent.filled - order.filled - self._exited(order))
        return max(0, most)

    def _exited(self, order: Resting) -> int:
        """Filled by others of its group."""
        group = [other for other in self.orders.values() if other.terms.group == order.terms.group]
        return sum(other.filled for other in group if other is not order)

    def fill(self, order: Resting, contracts: int, price_ticks: int = 4000) -> None:
        terms = order.terms
        order.filled += contracts
        self.own += terms.side * contracts
        if not order.left:
            order.status = "Filled"
        execution = ExecutionTold(
            now_ns=self.now_ns,
            generation=self.generation,
            client_id=CLIENT,
            order_id=terms.order_id,
            perm_id=order.perm_id,
            ref=terms.ref,
            exec_id=f"0001.{len(self.executions):04d}.01",
            side=terms.side,
            contracts=contracts,
            price_ticks=price_ticks,
            ts_ns=self.now_ns,
        )
        self.executions.append(execution)
        commission = CommissionTold(
            now_ns=0, generation=self.generation, exec_id=execution.exec_id, cents=225 * contracts
        )
        self.mail += [execution, self.open_order(order), self.status(order), self.told_position(), commission]
        if terms.group:
            self._reduce(order, contracts)

    def _reduce(self, filled: Resting, contracts: int) -> None:
        if not filled.left:
            self.spent.add(filled.terms.group)
        for order in self.live():
            if order is not filled and order.terms.group == filled.terms.group:
                order.contracts = max(order.filled, order.contracts - contracts)
                if order.left:
                    self.tell(order)
                else:
                    self.end(order)

    def trade_by_hand(self, contracts: int) -> None:
        self.others += contracts
        self.mail.append(self.told_position())

    # what it says

    def tell(self, order: Resting) -> None:
        self.mail += [self.open_order(order), self.status(order)]

    def open_order(self, order: Resting) -> OpenOrderTold:
        terms = replace(order.terms, contracts=order.contracts)
        return OpenOrderTold(
            now_ns=self.now_ns,
            generation=self.generation,
            client_id=CLIENT,
            perm_id=order.perm_id,
            terms=terms,
            status=order.status,
        )

    def status(self, order: Resting) -> StatusTold:
        return StatusTold(
            now_ns=self.now_ns,
            generation=self.generation,
            client_id=CLIENT,
            order_id=order.terms.order_id,
            perm_id=order.perm_id,
            status=order.status,
            filled=order.filled,
            remaining=order.contracts - order.filled,
        )

    def error(self, order_id: int, code: int, text: str = "") -> ErrorTold:
        return ErrorTold(now_ns=self.now_ns, generation=self.generation, order_id=order_id, code=code, text=text)

    def told_position(self) -> PositionTold:
        return PositionTold(now_ns=self.now_ns, generation=self.generation, contracts=self.position)

    def answer(self, ask: Ask, *, known: bool = True) -> Any:
        common: dict[str, Any] = {
            "now_ns": self.now_ns,
            "generation": self.generation,
            "number": ask.number,
            "known": known,
        }
        if ask.question == "open_orders":
            told = tuple(self.open_order(order) for order in self.live())
            return OpenOrdersAnswered(orders=(*told, *self.foreign.values()) if known else (), **common)
        if ask.question == "executions":
            return ExecutionsAnswered(executions=tuple(self.executions) if known else (), **common)
        others = self.other_months if known else ()
        return PositionsAnswered(contracts=self.position if known else 0, others=others, **common)
