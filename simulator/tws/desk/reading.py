"""From what a client wrote to an order that makes sense, or to what TWS says is wrong with it."""

from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Final, Literal

from simulator.exchange.book import OrderType, Trigger
from simulator.exchange.matching import trail_distance
from simulator.exchange.orders import FAR_TICKS
from simulator.tws.codes import error
from simulator.tws.desk.order import STOPS, Product, Ticket
from simulator.tws.moments import read_moment
from simulator.tws.notices import Error
from simulator.tws.terms import OrderTerms

KINDS: Final = {
    "MKT": OrderType.MARKET,
    "LMT": OrderType.LIMIT,
    "STP": OrderType.STOP,
    "STP LMT": OrderType.STOP_LIMIT,
    "STPLMT": OrderType.STOP_LIMIT,
    "TRAIL": OrderType.STOP,
    "TRAIL LIMIT": OrderType.STOP_LIMIT,
    "TRAILLMT": OrderType.STOP_LIMIT,
}
TIFS: Final = ("DAY", "GTC", "IOC", "FOK", "GTD")
SIDES: Final[dict[str, Literal[1, -1]]] = {"BUY": 1, "SELL": -1, "SSHORT": -1}
TRIGGERS: Final = {
    0: Trigger.LAST,
    1: Trigger.DOUBLE_BID_ASK,
    2: Trigger.LAST,
    3: Trigger.DOUBLE_LAST,
    4: Trigger.BID_ASK,
    7: Trigger.EITHER,
    8: Trigger.MIDDLE,
}
LARGEST: Final = 100_000  # contracts in one order
PPM: Final = 10_000  # a percent


class RefusedError(Exception):
    """An order is wrong; `said` is what TWS says of it."""

    def __init__(self, code: int, *details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def said(self, order_id: int) -> Error:
        return error(order_id, self.code, *self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What an order is read against."""

    product: Product | None
    accounts: tuple[str, ...]
    last_ticks: int
    now_ns: int


def read(terms: OrderTerms, around: Circumstances) -> Ticket:
    """Read an order's terms. Raises RefusedError for what TWS would not take."""
    if around.product is None:
        raise RefusedError(200)
    _refuse_attributes(terms)
    side = SIDES.get(terms.action.strip().upper())
    if side is None:
        raise RefusedError(321, f"Invalid order action '{terms.action}'")
    kind, trails = _kind(terms)
    tif, until_ns = _tif(terms, kind, around.now_ns)
    tick = around.product.instrument.tick
    trail_ticks, trail_ppm = _trail(terms, tick) if trails else (0, 0)
    stop = _stop(terms, kind, tick, side, (trail_ticks, trail_ppm), around.last_ticks)
    return Ticket(
        product=around.product,
        account=_account(terms, around.accounts),
        side=side,
        contracts=_contracts(terms),
        type=kind,
        limit_ticks=_limit(terms, kind, tick, side, stop, trails=trails),
        stop_ticks=stop,
        trail_ticks=trail_ticks,
        trail_ppm=trail_ppm,
        trigger=TRIGGERS[terms.trigger_method] if kind in STOPS else Trigger.LAST,
        tif=tif,
        until_ns=until_ns,
        after_ns=_after(terms, around.now_ns),
        terms=terms,
    )


def _refuse_attributes(terms: OrderTerms) -> None:
    """Attributes that would change what an order does, and are not simulated, are never passed over."""
    if terms.e_trade_only:
        raise RefusedError(10268)
    if terms.firm_quote_only:
        raise RefusedError(10269)
    named = {
        "Algo": terms.algo_strategy,
        "Conditions": terms.has_conditions,
        "All or None": terms.all_or_none,
        "Minimum quantity": terms.min_quantity,
        "Cash quantity": terms.cash_quantity,
        "Discretionary amount": terms.discretionary,
    }
    for name, value in named.items():
        if value:
            raise RefusedError(10340, name)
    if terms.trigger_method not in TRIGGERS:
        raise RefusedError(321, "Invalid trigger method")


def _kind(terms: OrderTerms) -> tuple[OrderType, bool]:
    name = terms.order_type.strip().upper()
    if name not in KINDS:
        raise RefusedError(387)
    return KINDS[name], name.startswith("TRAIL")


def _tif(terms: OrderTerms, kind: OrderType, now_ns: int) -> tuple[str, int | None]:
    tif = terms.tif.strip().upper() or "DAY"
    if tif not in TIFS:
        raise RefusedError(391)
    if tif in ("IOC", "FOK") and kind in (OrderType.STOP, OrderType.STOP_LIMIT):
        raise RefusedError(111)
    if tif != "GTD":
        return tif, None
    moment = read_moment(terms.good_till_date, now_ns)
    if moment is None or moment.ts_ns <= now_ns:
        raise RefusedError(10314)
    return tif, moment.ts_ns


def _after(terms: OrderTerms, now_ns: int) -> int:
    if not terms.good_after_time.strip():
        return 0
    moment = read_moment(terms.good_after_time, now_ns)
    if moment is None:
        raise RefusedError(10314)
    return moment.ts_ns


def _account(terms: OrderTerms, accounts: tuple[str, ...]) -> str:
    if not terms.account and len(accounts) == 1:
        return accounts[0]
    if not terms.account:
        raise RefusedError(321, "You must specify an account")
    if terms.account not in accounts:
        raise RefusedError(321, "Invalid account code")
    return terms.account


def _contracts(terms: OrderTerms) -> int:
    if not isfinite(terms.quantity) or terms.quantity <= 0:
        raise RefusedError(434)
    if terms.quantity != int(terms.quantity):
        raise RefusedError(10243)
    if terms.quantity > LARGEST:
        raise RefusedError(201, "Order size exceeds the maximum allowed")
    return int(terms.quantity)


def ticks_of(price: float | None, tick: Decimal) -> int:
    """A price in ticks. Raises RefusedError where it is none, or off the grid."""
    if price is None or not isfinite(price) or not 0 < price < 1e9:
        raise RefusedError(463)
    ticks = Decimal(repr(price)) / tick
    if ticks != int(ticks):
        raise RefusedError(110)
    return int(ticks)


def _trail(terms: OrderTerms, tick: Decimal) -> tuple[int, int]:
    if terms.trailing_percent:
        if not 0 < terms.trailing_percent < 100:
            raise RefusedError(159)
        return 0, max(1, round(terms.trailing_percent * PPM))
    if not terms.aux_price:
        raise RefusedError(158)
    return ticks_of(terms.aux_price, tick), 0


def _stop(terms: OrderTerms, kind: OrderType, tick: Decimal, side: int, trail: tuple[int, int], last_ticks: int) -> int:
    if kind not in (OrderType.STOP, OrderType.STOP_LIMIT):
        return 0
    trail_ticks, trail_ppm = trail
    if not trail_ticks and not trail_ppm:
        return ticks_of(terms.aux_price, tick)
    if terms.trail_stop_price:
        return ticks_of(terms.trail_stop_price, tick)
    if terms.parent_id or not last_ticks:
        return side * FAR_TICKS  # the first trade sets it
    return last_ticks + side * int(trail_distance(last_ticks, trail_ticks, trail_ppm))


def _limit(terms: OrderTerms, kind: OrderType, tick: Decimal, side: int, stop: int, *, trails: bool) -> int:
    if kind not in (OrderType.LIMIT, OrderType.STOP_LIMIT):
        return 0
    if not trails or terms.limit_price:
        if abs(stop) >= FAR_TICKS // 2:
            raise RefusedError(463)  # a limit goes with a stop that is known
        return ticks_of(terms.limit_price, tick)
    if terms.limit_price_offset is None:
        raise RefusedError(463)
    offset = Decimal(repr(terms.limit_price_offset)) / tick
    if offset != int(offset):
        raise RefusedError(110)
    return stop + side * int(offset)
