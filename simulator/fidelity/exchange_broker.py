"""The actors' broker with nothing between it and the exchange: what TWS would say, as records, with no wire.

It knows one account, holds to METHOD.md 7 alone (no margin, no expiry, no hours), and takes what the live system sends
in a run without faults: anything else is a mistake of somebody's, and raises.
"""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

import trio

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Accepted, Canceled, Filled, HoursChanged, Order, Refused, Report, Triggered
from simulator.exchange.venue import Exchange
from system.domain import link_events as link
from system.domain import order_events as order
from system.domain.instrument import ContractMonth
from system.domain.order_events import Terms
from system.domain.road import AskSeed, BrokerCommand, ContractTold, Packet, Record
from system.domain.settings import DAY_S, SECOND_NS

PACKETS: Final = 1000
TYPES: Final = {"MKT": OrderType.MARKET, "LMT": OrderType.LIMIT, "STP": OrderType.STOP}


@dataclass(slots=True)
class Resting:
    """An order as the broker knows it. `contracts` shrinks with its group."""

    terms: Terms
    contracts: int
    status: str = "PreSubmitted"
    filled: int = 0
    is_over: bool = False


class ExchangeBroker:
    """`on_due` is called when an order is on its way; `clock` is the market's."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        month: ContractMonth,
        client_id: int,
        commission_cents: int,
        clock: Callable[[], int],
        on_due: Callable[[], None],
    ) -> None:
        self._exchange = exchange
        self._month = month
        self._client_id = client_id
        self._commission_cents = commission_cents  # a contract and side
        self._clock = clock
        self._on_due = on_due
        self._in, self.records = trio.open_memory_channel[Packet](PACKETS)
        self.generation = 0
        self._orders: dict[int, Resting] = {}  # those that are not over
        self._groups: dict[str, int] = {}
        self._executions: deque[order.ExecutionTold] = deque()
        self._fills = 0
        self._position = 0
        self._highest_id = 0

    def post(self, record: Record) -> None:
        """Put a record of the actors' own on the road."""
        self.tell([record])

    def tell(self, records: list[Record]) -> None:
        """Put a packet on the road."""
        if records:
            self._in.send_nowait(Packet(now_ns=self._clock(), records=tuple(records)))

    @property
    def stamp(self) -> dict[str, int]:
        """What every record of this connection has."""
        return {"now_ns": self._clock(), "generation": self.generation}

    def do(self, command: BrokerCommand) -> None:
        """See the port in `system.actors.ports`."""
        match command:
            case link.Dial():
                self._connect(command.generation)
            case link.Abort():
                raise AssertionError("a run without faults ends no connection")
            case link.Probe():
                self.tell([link.HeartbeatAnswered(**self.stamp, server_ns=self._clock())])
            case link.Subscribe() | link.Resubscribe():
                self.tell([link.DataFlowing(**self.stamp, stream=command.stream)])
            case AskSeed():
                raise AssertionError("a tape's seeds are on the tape")
            case order.Place():
                self.tell(self._place(command.orders))
            case order.Cancel():
                self._exchange.cancel(command.order_id, self._clock())
                self._on_due()
            case order.Ask():
                self.tell([self._answer(command)])
            case order.AskMargin():
                raise AssertionError("METHOD.md 7 knows no margin, and no run on a tape asks for it")
            case _:
                assert_never(command)

    def _connect(self, generation: int) -> None:
        self.generation = generation
        told = ContractTold(**self.stamp, month=self._month, con_id=1, local_symbol=str(self._month))
        self.tell([link.Connected(**self.stamp)])
        next_id = order.NextIdTold(**self.stamp, order_id=self._highest_id + 1)
        self.tell([next_id, told, link.Verified(**self.stamp)])

    # orders

    def _place(self, placed: tuple[Terms, ...]) -> list[Record]:
        told: list[Record] = [
            order.PlacementAnswered(
                now_ns=self._clock(), order_ids=tuple(terms.order_id for terms in placed), sent=True
            )
        ]
        for terms in placed:
            assert terms.order_id > self._highest_id, "new terms, in a run without faults"
            if terms.type == "MKT" and terms.group:
                assert terms.side * terms.contracts == -self._position, "an exit at market is for all that is held"
            self._highest_id = terms.order_id
            resting = self._orders[terms.order_id] = Resting(terms, terms.contracts)
            told += self._tell_order(resting)
        self._exchange.submit(tuple(self._for_exchange(terms) for terms in placed), self._clock())
        self._on_due()
        return told

    def _for_exchange(self, terms: Terms) -> Order:
        assert terms.side in (1, -1)
        return Order(
            order_id=terms.order_id,
            side=1 if terms.side > 0 else -1,
            contracts=terms.contracts,
            type=TYPES[terms.type],
            limit_ticks=terms.limit_ticks,
            stop_ticks=terms.stop_ticks,
            group=self._groups.setdefault(terms.group, len(self._groups) + 1) if terms.group else 0,
            parent=terms.parent_id,
            waits=bool(terms.group),
        )

    def heed(self, reports: list[Report]) -> list[Record]:
        """What the exchange reports of one instant, as TWS would tell it."""
        told: list[Record] = []
        fills = [report for report in reports if isinstance(report, Filled)]
        to_come = sum((Counter({fill.order_id: fill.contracts}) for fill in fills), Counter[int]())
        for report in reports:
            match report:
                case Filled():
                    to_come[report.order_id] -= report.contracts
                    told += self._fill(report, to_come[report.order_id])
                case Canceled():
                    if not self._exchange.left(report.order_id) and not to_come[report.order_id]:
                        told += self._end(report.order_id, "Cancelled")
                case Accepted():
                    told += self._accept(self._orders[report.order_id])
                case Refused():
                    error = order.ErrorTold(**self.stamp, order_id=report.order_id, code=10148, text="Filled")
                    told.append(error)
                case Triggered() | HoursChanged():
                    raise AssertionError("no order of ours is a stop-limit, or sleeps")
                case _:
                    assert_never(report)
        return told + self._even_out()

    def _accept(self, resting: Resting) -> list[Record]:
        resting.status = "PreSubmitted" if resting.terms.type == "STP" else "Submitted"
        return self._tell_order(resting)

    def _fill(self, report: Filled, to_come: int) -> list[Record]:
        resting = self._orders[report.order_id]
        terms = resting.terms
        resting.filled += report.contracts
        self._fills += 1
        self._position += terms.side * report.contracts
        execution = order.ExecutionTold(
            **self.stamp,
            client_id=self._client_id,
            order_id=terms.order_id,
            perm_id=terms.order_id,
            ref=terms.ref,
            exec_id=f"bn{self._fills}.01",
            side=terms.side,
            contracts=report.contracts,
            price_ticks=report.price_ticks,
            ts_ns=report.ts_ns,
        )
        self._executions.append(execution)
        left = self._exchange.left(terms.order_id) + to_come
        resting.contracts = resting.filled + left
        position = order.PositionTold(**self.stamp, contracts=self._position)
        told = self._tell_order(resting) if left else self._end(terms.order_id, "Filled")
        commission = order.CommissionTold(
            **self.stamp, exec_id=execution.exec_id, cents=report.contracts * self._commission_cents
        )
        return [execution, *told, commission, position]

    def _end(self, order_id: int, status: str) -> list[Record]:
        resting = self._orders.pop(order_id, None)
        if resting is None:
            return []
        resting.status = status
        return [self._status(resting)]

    def _even_out(self) -> list[Record]:
        """Tell of orders that others of their group have reduced."""
        told: list[Record] = []
        for resting in self._orders.values():
            contracts = resting.filled + self._exchange.left(resting.terms.order_id)
            if contracts != resting.contracts:
                resting.contracts = contracts
                told += self._tell_order(resting)
        return told

    def _todays(self) -> tuple[order.ExecutionTold, ...]:
        """Those of the last 24 hours; older ones nobody asks for."""
        since_ns = self._clock() - DAY_S * SECOND_NS
        while self._executions and self._executions[0].ts_ns <= since_ns:
            self._executions.popleft()
        return tuple(self._executions)

    # what is told

    def _tell_order(self, resting: Resting) -> list[Record]:
        return [self._open_order(resting), self._status(resting)]

    def _open_order(self, resting: Resting) -> order.OpenOrderTold:
        return order.OpenOrderTold(
            **self.stamp,
            client_id=self._client_id,
            perm_id=resting.terms.order_id,
            terms=replace(resting.terms, contracts=resting.contracts),
            status=resting.status,
        )

    def _status(self, resting: Resting) -> order.StatusTold:
        return order.StatusTold(
            **self.stamp,
            client_id=self._client_id,
            order_id=resting.terms.order_id,
            perm_id=resting.terms.order_id,
            status=resting.status,
            filled=resting.filled,
            remaining=resting.contracts - resting.filled,
        )

    def _answer(self, asked: order.Ask) -> order.Answered:
        common: dict[str, Any] = {**self.stamp, "number": asked.number, "known": True}
        match asked.question:
            case "open_orders":
                told = tuple(self._open_order(resting) for resting in self._orders.values())
                return order.OpenOrdersAnswered(**common, orders=told)
            case "executions":
                return order.ExecutionsAnswered(**common, executions=self._todays())
            case "positions":
                return order.PositionsAnswered(**common, contracts=self._position)
            case _:
                assert_never(asked.question)
