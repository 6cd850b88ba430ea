"""Which contracts are listed: ES and MES, quarterly months, as TWS names and describes them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from simulator.tws.data import hours
from simulator.tws.moments import CONTRACT_ZONE
from simulator.tws.notices import ContractDetails
from simulator.tws.terms import Contract
from system.domain.holidays import HOLIDAYS
from system.domain.instrument import ES, MES, MONTH_CODES, ContractMonth, Instrument, front_month

EXCHANGE: Final = "CME"
FUTURE: Final = "FUT"
CONTINUOUS: Final = "CONTFUT"
CURRENCY: Final = "USD"
RULE_ID: Final = 67
ROLL_DAYS: Final = 8  # before the third Friday the continuous contract becomes the next month
EXPIRED_MONTHS: Final = 8  # two years
STOCKS_CLOSED_S: Final = 12 * 3600  # an early close up to this Chicago time: a holiday of the stock exchanges
LETTERS: Final = {month: letter for letter, month in MONTH_CODES.items()}
FIRST_YEAR: Final = 1997  # ES's first contract was of this year
FIRST_CON_ID: Final = 510_000_000
ORDER_TYPES: Final = (
    "ACTIVETIM,AD,ADJUST,ALERT,ALGO,ALLOC,AVGCOST,BASKET,BENCHPX,COND,CONDORDER,DAY,DEACT,DEACTDIS,DEACTEOD,GAT,GTC,"
    "GTD,GTT,HID,ICE,IOC,LIT,LMT,LTH,MIT,MKT,MKTPROT,MTL,NGCOMB,NONALGO,OCA,PEGBENCH,RFQ,SCALE,SCALERST,SNAPMID,"
    "SNAPMKT,SNAPREL,STP,STPLMT,STPPROT,TRAIL,TRAILLIT,TRAILLMT,TRAILMIT,WHATIF"
)
NO_GROUP: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What TWS knows of ES or MES whatever the month."""

    instrument: Instrument
    long_name: str
    under_con_id: int
    months: int  # listed at a time


PRODUCTS: Final = (
    Product(instrument=ES, long_name="E-mini S&P 500", under_con_id=11_004_968, months=9),
    Product(instrument=MES, long_name="Micro E-Mini S&P 500 Stock Price Index", under_con_id=362_687_422, months=5),
)


@lru_cache(maxsize=256)
def last_trade(month: ContractMonth) -> date:
    """The third Friday, or the trading day before it where the stock exchanges are closed."""
    day = month.third_friday
    while not hours.day(day).trades or HOLIDAYS.get(day, STOCKS_CLOSED_S + 1) <= STOCKS_CLOSED_S:  # type: ignore[operator]
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class Listed:
    """One contract month of one product. `continuous`: it was asked for as the front month, whichever that is."""

    product: Product
    month: ContractMonth
    continuous: bool = False

    @property
    def instrument(self) -> Instrument:
        return self.product.instrument

    @property
    def con_id(self) -> int:
        """The same whatever the day."""
        quarter = (self.month.year - FIRST_YEAR) * 4 + self.month.month // 3
        return FIRST_CON_ID + quarter * len(PRODUCTS) + PRODUCTS.index(self.product)

    @property
    def local_symbol(self) -> str:
        return f"{self.instrument.symbol}{LETTERS[self.month.month]}{self.month.year % 10}"

    @property
    def expiry(self) -> date:
        return last_trade(self.month)

    @property
    def ends_ns(self) -> int:
        """When it has traded for the last time: as regular hours begin on its last day."""
        return hours.day(self.expiry).rth_open_ns

    def contract(self) -> Contract:
        """As TWS names it."""
        return Contract(
            con_id=self.con_id,
            symbol=self.instrument.symbol,
            sec_type=CONTINUOUS if self.continuous else FUTURE,
            last_trade=f"{self.expiry:%Y%m%d}",
            multiplier=str(self.instrument.usd_per_point),
            exchange=EXCHANGE,
            currency=CURRENCY,
            local_symbol=self.local_symbol,
            trading_class=self.instrument.symbol,
        )

    def details(self, req_id: int, day: date) -> ContractDetails:
        """As TWS describes it; the hours from the session of `day` on."""
        return ContractDetails(
            req_id=req_id,
            contract=self.contract(),
            market_name=self.instrument.symbol,
            min_tick=float(self.instrument.tick),
            order_types=ORDER_TYPES,
            exchanges=EXCHANGE,
            price_magnifier=1,
            under_con_id=self.product.under_con_id,
            long_name=self.product.long_name,
            contract_month=f"{self.month.year}{self.month.month:02d}",
            time_zone=CONTRACT_ZONE,
            trading_hours=hours.trading_hours(day),
            liquid_hours=hours.liquid_hours(day),
            under_symbol=self.instrument.symbol,
            under_sec_type="IND",
            market_rule_ids=str(RULE_ID),
            real_expiration=f"{self.expiry:%Y%m%d}",
            agg_group=NO_GROUP,
        )


def _same_number(text: str, number: int) -> bool:
    try:
        return Decimal(text) == number
    except InvalidOperation:
        return False


def _fits(listed: Listed, asked: Contract) -> bool:
    """Whether everything that was said of a contract is so; what was not said fits anything."""
    if asked.exchange not in ("", EXCHANGE):
        return False
    if asked.con_id:
        return asked.con_id == listed.con_id
    own = listed.contract()
    month = f"{listed.month.year}{listed.month.month:02d}"
    return (
        asked.symbol.upper() in ("", own.symbol)
        and asked.local_symbol.upper() in ("", own.local_symbol)
        and asked.trading_class.upper() in ("", own.trading_class)
        and asked.currency.upper() in ("", CURRENCY)
        and asked.last_trade in ("", month, own.last_trade)
        and (not asked.multiplier or _same_number(asked.multiplier, listed.instrument.usd_per_point))
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """The contracts listed on one day, each product's by expiry."""

    live: tuple[Listed, ...]
    expired: tuple[Listed, ...]
    front: tuple[Listed, ...]  # of each product

    def find(self, contract: Contract, *, include_expired: bool = False) -> list[Listed]:
        """All that fit a client's words, the nearest expiry first; none for words that say nothing of a contract."""
        said = contract.con_id or contract.symbol or contract.local_symbol
        kind = contract.sec_type.upper()
        if not said or kind not in (FUTURE, CONTINUOUS, "") or (not kind and not contract.con_id):
            return []
        if kind == CONTINUOUS:
            pool: tuple[Listed, ...] = self.front
        else:
            pool = (*self.expired, *self.live) if include_expired else self.live
        return [listed for listed in pool if _fits(listed, contract)]

    def one(self, contract: Contract) -> Listed | None:
        """The one contract meant that can be traded, or None: the continuous one cannot."""
        if contract.sec_type.upper() == CONTINUOUS:
            return None
        found = self.find(contract)
        return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4)  # nobody asks for other days than those around now
def listed(day: date) -> Listing:
    """What is listed in the session of `day`; a contract is, on its last day still."""
    live, expired, front = [], [], []
    for product in PRODUCTS:
        month = front_month(day, 0)  # the first whose third Friday is later than `day`
        if last_trade(before := _before(month)) >= day:
            month = before
        gone = month
        for _ in range(EXPIRED_MONTHS):
            gone = _before(gone)
            expired.append(Listed(product, gone))
        for _ in range(product.months):
            live.append(Listed(product, month))
            month = month.next()
        front.append(Listed(product, front_month(day, ROLL_DAYS), continuous=True))
    expired.sort(key=lambda contract: (PRODUCTS.index(contract.product), contract.month))
    return Listing(tuple(live), tuple(expired), tuple(front))


def _before(month: ContractMonth) -> ContractMonth:
    return ContractMonth(month.year - 1, 12) if month.month == 3 else ContractMonth(month.year, month.month - 3)
