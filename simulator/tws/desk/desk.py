"""The back office of IB on top of our exchange: orders, executions, accounts, and who is told what.

Every door returns what is to be told, to whom, in order. Time is handed in. The exchange is asked to keep regular
hours; its reports come in by `take`, all of one instant at a time.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from simulator.exchange.orders import Report
from simulator.exchange.venue import Exchange
from simulator.tws.account_notices import (
    CommissionReport,
    CompletedOrdersEnd,
    ExecDetails,
    ExecDetailsEnd,
    OpenOrderEnd,
)
from simulator.tws.data import hours
from simulator.tws.data.contracts import listed
from simulator.tws.desk.accounts import Accounts
from simulator.tws.desk.canceling import Canceling
from simulator.tws.desk.executions import Executions, midnight_ns
from simulator.tws.desk.ledger import Account, Holding, Marks
from simulator.tws.desk.life import Life
from simulator.tws.desk.office import Addressed, Find, Office
from simulator.tws.desk.order import DeskOrder, Product, Shape
from simulator.tws.desk.placing import BINDER, Placing
from simulator.tws.desk.registry import KEPT, Registry
from simulator.tws.desk.taking import Taking
from simulator.tws.desk.validity import regular_at
from simulator.tws.moments import in_chicago
from simulator.tws.notices import NO_ID
from simulator.tws.requests import (
    PlaceOrder,
    ReqAllOpenOrders,
    ReqAutoOpenOrders,
    ReqCompletedOrders,
    ReqExecutions,
    ReqOpenOrders,
    Request,
)
from simulator.tws.terms import Contract, OrderTerms

PAPER: Final = "DU"  # how the names of paper accounts begin
FIRST_PERM_ID: Final = 1_370_000_000
FIRST_EXECUTION: Final = 0x65F1_0000


def account_name(seed: int) -> str:
    """The name of a paper account, always the same for a seed."""
    return f"{PAPER}{np.random.default_rng(seed).integers(1_000_000, 10_000_000)}"


def the_listed(contract: Contract, now_ns: int) -> Product | None:
    """The one listed contract that a client's words mean."""
    return listed(hours.trading_day(now_ns)).one(contract)


class Desk:
    """`marks` says where prices are: the board that clients see. Without accounts one is made up from `seed`.

    Of the orders that are over the newest `orders_kept` are known.
    """

    def __init__(
        self,
        exchange: Exchange,
        marks: Marks,
        seed: int,
        *,
        accounts: Sequence[Account] = (),
        find: Find = the_listed,
        master_id: int | None = None,
        orders_kept: int = KEPT,
    ) -> None:
        exchange.keep_hours(regular_at)
        accounts = accounts or (Account(name=account_name(seed)),)
        self._office = Office(
            exchange=exchange,
            find=find,
            marks=marks,
            accounts={account.name: account for account in accounts},
            registry=Registry(FIRST_PERM_ID, orders_kept),
            executions=Executions(FIRST_EXECUTION),
            master_id=master_id,
        )
        self._placing = Placing(self._office)
        self._canceling = Canceling(self._office)
        self._taking = Taking(self._office)
        self._accounts = Accounts(self._office)
        self._binds = False
        self._bound = 0  # orders made by hand that client 0 has got an id for

    @property
    def account(self) -> str:
        """The accounts' names, with commas between."""
        return ",".join(self._office.accounts)

    # orders

    def place(self, client_id: int, request: PlaceOrder, now_ns: int) -> list[Addressed]:
        """Message 3: a new order, or new terms of one."""
        self._placing.place(client_id, request, now_ns)
        return self._office.collect()

    def cancel(self, client_id: int, order_id: int, now_ns: int) -> list[Addressed]:
        """Message 4."""
        self._canceling.cancel(client_id, order_id, now_ns)
        return self._office.collect()

    def cancel_all(self, now_ns: int) -> list[Addressed]:
        """Message 58."""
        self._canceling.cancel_all(now_ns)
        return self._office.collect()

    def by_hand(
        self, contract: Contract, terms: OrderTerms, now_ns: int, *, forced: bool = False
    ) -> tuple[int, list[Addressed]]:
        """An order made by hand in TWS; return its permId too. Raises RefusedError for one that TWS would not take.

        `forced`: IB has made it, to close a position.
        """
        request = PlaceOrder(order_id=0, contract=contract, terms=terms)
        order = self._placing.by_hand(request, self._new_bound_id() if self._binds else 0, now_ns)
        order.forced = forced
        return order.perm_id, self._office.collect()

    def cancel_by_hand(self, perm_id: int, now_ns: int) -> list[Addressed]:
        """Any order cancelled by hand in TWS."""
        self._canceling.cancel_by_hand(perm_id, now_ns)
        return self._office.collect()

    def reject(self, perm_id: int, reason: str, now_ns: int) -> list[Addressed]:
        """IB takes back an open order: 201 and Inactive, once the exchange has let it go."""
        self._canceling.reject(perm_id, reason, now_ns)
        return self._office.collect()

    # what goes wrong

    def find(self, client_id: int, order_id: int) -> DeskOrder | None:
        """A client's order, also one that is over; None where there is none."""
        return self._office.registry.of_client(client_id, order_id)

    def doom(self, client_id: int, order_id: int, reason: str, shape: Shape) -> None:
        """IB will refuse a new order of that id when it is transmitted, alone with its children."""
        self._office.doomed[client_id, order_id] = reason, shape

    def shelve(self, client_id: int, order_id: int) -> None:
        """TWS will put a new order of that id aside once it is transmitted, with its children."""
        self._office.shelved.add((client_id, order_id))

    def wake(self, client_id: int, order_id: int, now_ns: int) -> list[Addressed]:
        """An order that was put aside goes to IB after all."""
        order = self.find(client_id, order_id)
        self._office.shelved.discard((client_id, order_id))
        if order is not None and order.state is Life.SHELVED:
            self._placing.transmit(order, now_ns)
        return self._office.collect()

    def place_again(self, client_id: int, request: PlaceOrder, now_ns: int) -> list[Addressed]:
        """New terms of an order make another one under the same id."""
        self._placing.place_again(client_id, request, now_ns)
        return self._office.collect()

    def roll_ids_back(self, count: int) -> None:
        """The highest ids of every client are given out again."""
        self._office.registry.roll_back(count)

    def last_fill(self, client_id: int | None) -> str | None:
        """The execution id of a client's latest fill of today that stands, or of anybody's."""
        return self._office.executions.last(client_id)

    def commission(self, exec_id: str) -> CommissionReport | None:
        """What goes along with a fill."""
        fill = self._office.executions.find(exec_id)
        return None if fill is None else fill.commission

    def bust(self, exec_id: str, now_ns: int) -> list[Addressed]:
        """The exchange takes a fill of today's back: told again with no contracts, a higher last part of its id."""
        self._accounts.moved(self._office.bust(exec_id), now_ns)
        return self._office.collect()

    def correct(self, exec_id: str, price_ticks: int, now_ns: int) -> list[Addressed]:
        """The exchange corrects a fill of today's to another price: told again, with a higher last part of its id."""
        self._accounts.moved(self._office.correct(exec_id, price_ticks), now_ns)
        return self._office.collect()

    def _new_bound_id(self) -> int:
        self._bound -= 1
        return self._bound

    def _bind(self) -> None:
        """Client 0 asks for its open orders: those made by hand get negative ids."""
        for order in self._office.registry.live():
            if not order.order_id:
                self._office.registry.bind(order, self._new_bound_id())

    def take(self, reports: Sequence[Report], now_ns: int) -> list[Addressed]:
        """The exchange's reports of one instant."""
        moved = self._taking.take(reports)
        self._accounts.moved(moved, now_ns)
        return self._office.collect()

    # time

    @property
    def next_due_ns(self) -> int:
        """When the clock makes something due next."""
        live = self._office.registry.live()
        ends = [order.expires_ns for order in live if not (order.state is Life.CANCELING or order.state.is_unsent)]
        ends += [order.ticket.after_ns for order in self.orders if order.state is Life.WAITING]
        ends += [order.wakes_ns for order in self.orders if order.state is Life.ASLEEP]
        ends += [holding.product.ends_ns for _, holding in self._held()]
        return min([end for end in ends if end is not None] + [self._accounts.next_due_ns])

    def clock(self, now_ns: int) -> list[Addressed]:
        """Do what is due."""
        self._canceling.expire(now_ns)
        self._placing.go_out(now_ns)
        self._taking.wake(now_ns)
        self._settle(now_ns)
        self._accounts.clock(now_ns)
        return self._office.collect()

    def _settle(self, now_ns: int) -> None:
        """Close what is held of contracts that have come to their end."""
        moved = []
        for account, holding in self._held():
            if holding.product.ends_ns <= now_ns:
                account.settle(holding.product.con_id, self._office.mark_ticks)
                moved.append((account.name, holding.product.con_id))
        self._accounts.moved(moved, now_ns)

    def _held(self) -> list[tuple[Account, Holding]]:
        """All positions."""
        accounts = self._office.accounts.values()
        return [(account, held) for account in accounts for held in account.holdings.values() if held.contracts]

    # questions

    def ask(self, client_id: int, request: Request, now_ns: int) -> list[Addressed]:
        """Answer a request about orders, executions or accounts; one that is about nothing of it gets no answer."""
        match request:
            case ReqOpenOrders():
                if client_id == BINDER:
                    self._bind()
                self._tell_open(client_id, own=True)
            case ReqAllOpenOrders():
                self._tell_open(client_id, own=False)
            case ReqAutoOpenOrders():
                if client_id == BINDER:
                    self._binds = request.bind
                elif request.bind:
                    self._office.refuse(client_id, NO_ID, 321, "Only the default client (i.e 0) can auto bind orders")
            case ReqCompletedOrders():
                self._tell_completed(client_id, now_ns, api_only=request.api_only)
            case ReqExecutions():
                self._tell_executions(client_id, request, now_ns)
            case _:
                self._accounts.ask(client_id, request, now_ns)
        return self._office.collect()

    def next_id(self, client_id: int) -> int:
        """The first order id that a client may use."""
        return self._office.registry.next_id(client_id)

    def _tell_open(self, client_id: int, *, own: bool) -> None:
        office = self._office
        for order in office.registry.live():
            if order.is_open and (order.client_id == client_id or not own):
                office.tell(order, client_id)
        office.say(client_id, OpenOrderEnd())

    def _tell_completed(self, client_id: int, now_ns: int, *, api_only: bool) -> None:
        office, since_ns = self._office, midnight_ns(now_ns)
        for order in office.registry.done():
            if order.ended_ns >= since_ns and not (api_only and order.order_id <= 0):
                office.say(client_id, order.tell_completed(in_chicago(order.ended_ns)))
        office.say(client_id, CompletedOrdersEnd())

    def _tell_executions(self, client_id: int, request: ReqExecutions, now_ns: int) -> None:
        office = self._office
        for fill in office.executions.ask(request.filter, now_ns):
            office.say(client_id, ExecDetails(req_id=request.req_id, contract=fill.contract, execution=fill.execution))
            office.say(client_id, fill.commission)
        office.say(client_id, ExecDetailsEnd(req_id=request.req_id))

    # clients and restarts

    def client_left(self, client_id: int) -> None:
        """A client has gone: its orders stay, its subscriptions do not."""
        self._accounts.forget(client_id)
        if client_id == BINDER:
            self._binds = False

    def restart(self, *, ids_lost: int = 0) -> None:
        """TWS has been restarted: what was not transmitted is gone without a word, subscriptions too."""
        for order in list(self._office.registry.live()):
            if order.state in (Life.UNTRANSMITTED, Life.SHELVED) and not order.waits_with_parent:
                self._office.registry.drop(order)
        self._office.registry.roll_back(ids_lost)
        self._accounts.forget_all()

    def positions(self) -> list[tuple[Contract, int]]:
        """What is held in all accounts: contract, and contracts with their sign."""
        return [(holding.product.contract(), holding.contracts) for _, holding in self._held()]

    def contracts_of(self, con_id: int) -> int:
        """What is held of one contract in all accounts, with its sign."""
        return sum(holding.contracts for _, holding in self._held() if holding.product.con_id == con_id)

    @property
    def equity_cents(self) -> int:
        """What all accounts are worth."""
        return sum(account.equity_cents(self._office.mark_ticks) for account in self._office.accounts.values())

    @property
    def orders(self) -> list[DeskOrder]:
        """Orders that are not over."""
        return list(self._office.registry.live())


__all__ = ["Addressed", "Desk"]
