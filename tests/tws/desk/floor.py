"""A trading floor for tests: a market one event at a time, the desk on it, and all that clients hear."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from simulator.exchange.venue import Exchange
from simulator.tws.account_notices import ExecDetails, OpenOrder, OrderStatus
from simulator.tws.desk.desk import Desk
from simulator.tws.desk.ledger import Account
from simulator.tws.desk.office import Addressed
from simulator.tws.desk.registry import KEPT
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import PlaceOrder, Request
from simulator.tws.terms import Contract, OrderTerms
from system.domain.instrument import ES, MES, Instrument
from system.domain.session import CHICAGO, Calendar, utc_ns
from system.domain.ticks import QUOTE, TRADE, empty_batch

MS: Final = 1_000_000
LATENCY_MS: Final = 50
ME: Final = 7
ES_ID, MES_ID = 649180671, 649180672
DU: Final = "DU1234567"


@dataclass(frozen=True)
class Future:
    """ES or MES of June 2024."""

    con_id: int
    instrument: Instrument

    @property
    def ends_ns(self) -> int:
        return chicago("2024-06-21 08:30")

    def contract(self) -> Contract:
        return Contract(
            con_id=self.con_id,
            symbol=self.instrument.symbol,
            sec_type="FUT",
            last_trade="20240621",
            multiplier=str(self.instrument.usd_per_point),
            exchange="CME",
            currency="USD",
            local_symbol=f"{self.instrument.symbol}M4",
            trading_class=self.instrument.symbol,
        )


PRODUCTS: Final = {"ES": Future(ES_ID, ES), "MES": Future(MES_ID, MES)}


def find(contract: Contract, now_ns: int) -> Future | None:
    return PRODUCTS.get(contract.symbol)


@dataclass
class Touch:
    """The board."""

    bid_ticks: int = 0
    ask_ticks: int = 0
    bid_size: int = 0
    ask_size: int = 0
    last_ticks: int = 0


def chicago(text: str) -> int:
    """`2024-03-12 10:00` on Chicago's clock in nanoseconds."""
    return utc_ns(datetime.fromisoformat(text).replace(tzinfo=CHICAGO))


@dataclass
class Floor:
    """Time passes with `wait` and `until`; every command and event is at `now_ns`. Prices in points."""

    start: str = "2024-03-12 10:00"
    accounts: tuple[str, ...] = (DU,)
    cash_cents: int = 100_000_000
    master_id: int | None = None
    orders_kept: int = KEPT
    heard: list[Addressed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now_ns = chicago(self.start)
        self.exchange = Exchange(latency_ns=LATENCY_MS * MS)
        self.touch = Touch()
        self.calendar = Calendar()
        self.exchange.begin_session(self.calendar.at(self.now_ns).break_ns)
        self.desk = Desk(
            self.exchange,
            self.touch,
            1,
            find=find,
            accounts=[Account(name=name, cash_cents=self.cash_cents) for name in self.accounts],
            master_id=self.master_id,
            orders_kept=self.orders_kept,
        )

    # time and market

    def until(self, to_ns: int) -> "Floor":
        """Let time pass without events."""
        while (due_ns := min(self.exchange.next_arrival_ns, self.desk.next_due_ns)) <= to_ns:
            self._session(due_ns)
            self.now_ns = max(self.now_ns, due_ns)
            if self.exchange.next_arrival_ns <= self.desk.next_due_ns:
                self.heard += self.desk.take(self.exchange.arrive(), self.now_ns)
            else:
                self.heard += self.desk.clock(self.now_ns)
        self._session(to_ns)
        self.now_ns = to_ns
        return self

    def _session(self, ts_ns: int) -> None:
        now, then = self.calendar.at(self.now_ns), self.calendar.at(ts_ns)
        if then.open_ns != now.open_ns:
            self.exchange.begin_session(then.break_ns)

    def at(self, text: str) -> "Floor":
        return self.until(chicago(text))

    def wait(self, ms: int = LATENCY_MS) -> "Floor":
        return self.until(self.now_ns + ms * MS)

    def _event(self, kind: int, **columns: int) -> "Floor":
        self.until(self.now_ns + 1)
        batch = empty_batch(1)
        batch["ts_ns"], batch["kind"] = self.now_ns, kind
        for name, value in columns.items():
            batch[name] = value
        start = 0
        while start < 1:
            start, reports = self.exchange.advance(batch, start, 1)
            if reports:
                self.heard += self.desk.take(reports, self.now_ns)
        return self

    def quote(self, bid: float, ask: float, bid_size: int = 100, ask_size: int = 100) -> "Floor":
        touch = self.touch
        touch.bid_ticks, touch.ask_ticks = int(bid * 4), int(ask * 4)
        touch.bid_size, touch.ask_size = bid_size, ask_size
        return self._event(QUOTE, bid_ticks=int(bid * 4), ask_ticks=int(ask * 4), bid_size=bid_size, ask_size=ask_size)

    def trade(self, price: float, size: int = 1) -> "Floor":
        self.touch.last_ticks = int(price * 4)
        return self._event(TRADE, price_ticks=int(price * 4), size=size)

    # clients

    def place(self, order_id: int, action: str, quantity: float, *, client: int = ME, **terms: Any) -> "Floor":
        """`lmt`, `stp` give the order type where none is named."""
        symbol, exchange = terms.pop("symbol", "ES"), terms.pop("exchange", "CME")
        limit, stop = terms.pop("lmt", None), terms.pop("stp", None)
        kinds = {(False, False): "MKT", (True, False): "LMT", (False, True): "STP", (True, True): "STP LMT"}
        terms.setdefault("order_type", kinds[limit is not None, stop is not None])
        terms.setdefault("outside_rth", True)
        terms.setdefault("aux_price", stop)
        order = OrderTerms(action=action, quantity=quantity, limit_price=limit, **terms)
        request = PlaceOrder(order_id=order_id, contract=Contract(symbol=symbol, exchange=exchange), terms=order)
        self.heard += self.desk.place(client, request, self.now_ns)
        return self

    def bracket(
        self, first_id: int, action: str, quantity: float, *, stop: float, target: float, **entry: Any
    ) -> "Floor":
        """Entry, stop and target, sent one by one; the target transmits them."""
        other = "SELL" if action == "BUY" else "BUY"
        self.place(first_id, action, quantity, transmit=False, **entry)
        self.place(first_id + 1, other, quantity, stp=stop, parent_id=first_id, transmit=False)
        return self.place(first_id + 2, other, quantity, lmt=target, parent_id=first_id)

    def cancel(self, order_id: int, client: int = ME) -> "Floor":
        self.heard += self.desk.cancel(client, order_id, self.now_ns)
        return self

    def ask(self, request: Request, client: int = ME) -> list[Notice]:
        """The answers to a request."""
        told = self.desk.ask(client, request, self.now_ns)
        assert all(who == client for who, _ in told)
        return [notice for _, notice in told]

    # what was heard

    def hear(self, client: int = ME) -> list[Notice]:
        """What a client has heard since it last listened."""
        mine = [notice for who, notice in self.heard if who == client]
        self.heard = [told for told in self.heard if told[0] != client]
        return mine

    def story(self, client: int = ME) -> list[str]:
        """The same in short, of orders and errors."""
        return [line for line in map(short, self.hear(client)) if line]

    def heard_errors(self, code: int, client: int = ME) -> list[Error]:
        """Errors of one code."""
        return [notice for notice in self.hear(client) if isinstance(notice, Error) and notice.code == code]

    def statuses(self, client: int = ME) -> list[str]:
        """Only orderStatus and errors."""
        return [line for line in self.story(client) if line.split()[0] in ("status", "error")]


def short(notice: Notice) -> str:
    """One line: `status 1 Filled 2/0`, `open 1 Submitted`, `fill 1 BOT 2@5000.25`, `error 1 202`."""
    match notice:
        case OrderStatus():
            held = f" ({notice.why_held})" if notice.why_held else ""
            return f"status {notice.order_id} {notice.status} {notice.filled}/{notice.remaining}{held}"
        case OpenOrder():
            return f"open {notice.order_id} {notice.state.status}"
        case ExecDetails():
            done = notice.execution
            return f"fill {done.order_id} {done.side} {done.quantity}@{done.price}"
        case Error():
            return f"error {notice.req_id} {notice.code}"
        case _:
            return type(notice).__name__
