"""A trading desk for tests: a tape and commands in milliseconds, and what the exchange reports as plain tuples."""

from collections.abc import Sequence
from typing import Any

from simulator.exchange.book import OrderType
from simulator.exchange.orders import Accepted, Canceled, Filled, HoursChanged, Order, Refused, Report, Triggered
from simulator.exchange.venue import Exchange
from system.domain.settings import FOREVER_NS
from system.domain.ticks import GAP, QUOTE, SEED, TRADE, Batch, empty_batch

MS = 1_000_000
LATENCY_MS = 50
BUY, SELL = 1, -1
ENTRY, STOP, TARGET, EXIT = 1, 2, 3, 4
Row = tuple[Any, ...]


def order(order_id: int, side: int, contracts: int, *, limit: int = 0, stop: int = 0, **more: Any) -> Order:
    """An order of the type its prices say: none, a limit, a stop, or both."""
    kinds = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    kind = kinds[limit != 0, stop != 0]
    assert side in (1, -1)
    return Order(
        order_id=order_id, side=side, contracts=contracts, type=kind, limit_ticks=limit, stop_ticks=stop, **more
    )  # type: ignore[arg-type]


def bracket(side: int, contracts: int, *, stop: int, target: int, **entry: Any) -> tuple[Order, Order, Order]:
    """An entry with its stop and its target, ids 1, 2 and 3, the exits in group 1."""
    return (
        order(ENTRY, side, contracts, **entry),
        order(STOP, -side, contracts, stop=stop, group=1, parent=ENTRY),
        order(TARGET, -side, contracts, limit=target, group=1, parent=ENTRY),
    )


def plain(report: Report) -> Row:
    """A report as a tuple, its time in milliseconds."""
    at = report.ts_ns / MS
    match report:
        case Filled():
            return ("filled", report.order_id, at, report.contracts, report.price_ticks)
        case Canceled():
            return ("canceled", report.order_id, at, report.reason)
        case Triggered():
            return ("triggered", report.order_id, at)
        case Accepted():
            return ("accepted", report.order_id, at)
        case Refused():
            return ("refused", report.order_id, at)
        case HoursChanged():
            return ("regular" if report.regular else "not regular", 0, at)


class Desk:
    """Collects events and commands; `run` plays them. A command issued at t follows the events at t, as a strategy's do."""

    def __init__(self) -> None:
        self.events: list[dict[str, int]] = []
        self.commands: list[tuple[int, str, tuple[Any, ...], dict[str, Any]]] = []
        self.exchange = Exchange(latency_ns=LATENCY_MS * MS)
        self.hours_ms: Sequence[int] = ()  # when regular hours end and begin; they are on before

    def _event(self, at: float, kind: int, **columns: int) -> "Desk":
        self.events.append({"ts_ns": round(at * MS), "kind": kind, **columns})
        return self

    def quote(self, at: float, bid: int, ask: int, bid_size: int = 100, ask_size: int = 100) -> "Desk":
        """A size of 0: that side is absent."""
        return self._event(at, QUOTE, bid_ticks=bid, ask_ticks=ask, bid_size=bid_size, ask_size=ask_size)

    def trade(self, at: float, price: int, size: int = 1) -> "Desk":
        return self._event(at, TRADE, price_ticks=price, size=size)

    def gap(self, at: float) -> "Desk":
        return self._event(at, GAP)

    def seed(self, at: float) -> "Desk":
        return self._event(at, SEED, seed_size=1, seed_price_size=1000)

    def submit(self, at: int, *orders: Order) -> "Desk":
        self.commands.append((at, "submit", (orders,), {}))
        return self

    def cancel(self, at: int, order_id: int) -> "Desk":
        self.commands.append((at, "cancel", (order_id,), {}))
        return self

    def replace(
        self, at: int, order_id: int, contracts: int, *, limit: int = 0, stop: int | None = 0, **more: Any
    ) -> "Desk":
        terms: dict[str, Any] = {"contracts": contracts, "limit_ticks": limit, "stop_ticks": stop, **more}
        self.commands.append((at, "replace", (order_id,), terms))
        return self

    def batch(self) -> Batch:
        batch = empty_batch(len(self.events))
        for row, columns in zip(batch, self.events, strict=True):
            for name, value in columns.items():
                row[name] = value
        return batch

    def run(self, cuts: Sequence[int] = (), break_ns: int = FOREVER_NS) -> list[Row]:
        """All reports in order, the tape handed over in pieces that end at `cuts`."""
        self.exchange = Exchange(latency_ns=LATENCY_MS * MS)
        self.exchange.begin_session(break_ns)
        if self.hours_ms:
            self.exchange.keep_hours(self._hours)
        batch, reports = self.batch(), list[Report]()
        ends = sorted({*cuts, len(batch)})
        commands = list(self.commands)
        start = 0
        while commands or start < len(batch):
            issued = commands[0][0] * MS if commands else FOREVER_NS
            stop = int((batch["ts_ns"] <= issued).sum())
            piece = min(stop, *(end for end in ends if end > start)) if start < len(batch) else stop
            start, found = self.exchange.advance(batch, start, piece)
            reports += found
            if not found and start == stop and commands:
                _, name, arguments, terms = commands.pop(0)
                if name == "submit" and not self._has_entries(arguments[0]):
                    continue
                getattr(self.exchange, name)(*arguments, issued, **terms)
        return [plain(report) for report in reports]

    def _hours(self, ts_ns: int) -> tuple[bool, int]:
        changes = [at * MS for at in self.hours_ms]
        before = sum(at <= ts_ns for at in changes)
        return before % 2 == 0, changes[before] if before < len(changes) else FOREVER_NS

    def _has_entries(self, orders: Sequence[Order]) -> bool:
        """Children may follow an entry that is open, and none that is over."""
        sent = {0, *(order.order_id for order in orders)}
        return all(order.parent in sent or self.exchange.left(order.parent) for order in orders)

    def fills(self) -> list[Row]:
        """(order, time, contracts, price) of every fill."""
        return [row[1:] for row in self.run() if row[0] == "filled"]

    def fills_of(self, *order_ids: int) -> list[Row]:
        """(time, contracts, price) of the fills of these orders."""
        return [row[1:] for row in self.fills() if row[0] in order_ids]


def long_entry(contracts: int = 1) -> Desk:
    """Bought at 1001 at 1,050 ms, stop at 993, target at 1017; 100 shown a side."""
    return Desk().quote(0, 1000, 1001).submit(1000, *bracket(BUY, contracts, stop=993, target=1017))


def short_entry(contracts: int = 1) -> Desk:
    """Sold at 1000 at 1,050 ms, stop at 1008, target at 984; 100 shown a side."""
    return Desk().quote(0, 1000, 1001).submit(1000, *bracket(SELL, contracts, stop=1008, target=984))


def exits(desk: Desk) -> list[Row]:
    """(order, time, contracts, price) of what closed the position."""
    return [row for row in desk.fills() if row[0] != ENTRY]
