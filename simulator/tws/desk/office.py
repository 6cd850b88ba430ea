"""What all parts of the desk share: who is told what, the exchange, the orders, the accounts."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.exchange.venue import Exchange
from simulator.tws.account_notices import ExecDetails
from simulator.tws.codes import error
from simulator.tws.desk.executions import Executions, Fill
from simulator.tws.desk.ledger import Account, Marks, mark_ticks
from simulator.tws.desk.life import Event
from simulator.tws.desk.order import DeskOrder, Product, Shape
from simulator.tws.desk.registry import Registry
from simulator.tws.notices import NO_ID, Notice
from simulator.tws.terms import Contract

Addressed = tuple[int, Notice]  # client id, what it is told
Find = Callable[[Contract, int], Product | None]  # the one contract that a client means, at a time


@dataclass(slots=True, kw_only=True)
class Office:
    """`told` collects what is said until a door hands it out."""

    exchange: Exchange
    find: Find
    marks: Marks
    accounts: dict[str, Account]
    registry: Registry
    executions: Executions
    master_id: int | None = None
    told: list[Addressed] = field(default_factory=list)
    shelved: set[tuple[int, int]] = field(default_factory=set)  # new orders that TWS will put aside
    doomed: dict[tuple[int, int], tuple[str, Shape]] = field(default_factory=dict)  # new orders that IB will refuse

    def say(self, client_id: int, notice: Notice) -> None:
        """Tell one client."""
        self.told.append((client_id, notice))

    def say_of(self, order: DeskOrder, *notices: Notice) -> None:
        """Tell an order's owner, and the master client."""
        self._say_of_client(order.client_id, *notices)

    def _say_of_client(self, client_id: int, *notices: Notice) -> None:
        masters = () if self.master_id in (None, client_id) else (self.master_id,)
        for notice in notices:
            for listener in (client_id, *masters):
                self.say(listener, notice)

    def canceled(self, order: DeskOrder, ts_ns: int, why: str = "") -> None:
        """An order is gone, which is told by its status and then 202."""
        order.step(Event.CANCEL)
        order.ended_ns = ts_ns
        self.registry.ended(order)
        self.say_of(order, order.tell_status(), error(order.order_id, 202, why))

    def rejected(self, order: DeskOrder, ts_ns: int, why: str) -> None:
        """IB does not want an order, which is told by 201 and then its status, or by one of them."""
        order.step(Event.REJECT)
        order.ended_ns, order.why = ts_ns, why
        self.registry.ended(order)
        if order.refusal_shape != "inactive":
            self.say_of(order, error(order.order_id, 201, why))
        if order.refusal_shape != "error":
            self.say_of(order, order.tell_status())

    def refuse(self, client_id: int, req_id: int, code: int, *details: object) -> None:
        """Tell a client an error."""
        self.say(client_id, error(req_id, code, *details))

    def tell(self, order: DeskOrder, client_id: int | None = None) -> None:
        """Tell an order as it stands: to a client that asked, else to those who hear of it."""
        if order.ticket.trails:
            order.trailed_ticks = self.exchange.stop_ticks(order.perm_id)
        if client_id is None:
            self.say_of(order, order.tell_open(), order.tell_status())
        else:
            self.say(client_id, order.tell_open())
            self.say(client_id, order.tell_status())

    def tell_fill(self, order: DeskOrder, fill: Fill) -> None:
        """Tell a fill, the order as it stands after it, and the commission."""
        details = ExecDetails(req_id=NO_ID, contract=fill.contract, execution=fill.execution)
        self.say_of(order, details, order.tell_open(), order.tell_status(), fill.commission)

    def correct(self, exec_id: str, price_ticks: int) -> list[tuple[str, int]]:
        """Book a fill at another price, and tell it; whose position it was, none for a fill that is not known."""
        fill = self.executions.find(exec_id)
        if fill is None:
            return []
        product, signed = self._product(fill), fill.signed
        cents = signed * (price_ticks - fill.price_ticks) * product.instrument.tick_cents
        account = self.accounts[fill.execution.account]
        account.correct(product.con_id, signed, cents)
        order = self.registry.known(fill.execution.perm_id)
        if order is not None:
            order.value_ticks += abs(signed) * (price_ticks - fill.price_ticks)
        self._tell_again(self.executions.revise(fill, price_ticks, abs(signed)))
        return [(account.name, product.con_id)] if product.con_id in account.holdings else []

    def bust(self, exec_id: str) -> list[tuple[str, int]]:
        """Undo a fill, and tell it; whose position it was. Its order stays as filled as it is."""
        fill = self.executions.find(exec_id)
        if fill is None or not fill.signed:
            return []
        product, account = self._product(fill), self.accounts[fill.execution.account]
        account.undo(product, fill.signed, fill.price_ticks)
        self._tell_again(self.executions.revise(fill, fill.price_ticks, 0))
        return [(account.name, product.con_id)]

    def _product(self, fill: Fill) -> Product:
        product = self.find(fill.contract, fill.ts_ns)
        assert product is not None, "it was traded"
        return product

    def _tell_again(self, fill: Fill) -> None:
        said = ExecDetails(req_id=NO_ID, contract=fill.contract, execution=fill.execution)
        self._say_of_client(fill.execution.client_id, said, fill.commission)

    def collect(self) -> list[Addressed]:
        """What has been said since last asked."""
        told, self.told = self.told, []
        return told

    @property
    def is_night(self) -> bool:
        """Whether margins are those of the hours that are not regular."""
        return not self.exchange.is_regular

    @property
    def mark_ticks(self) -> int:
        """What positions are valued at."""
        return mark_ticks(self.marks)
