"""A contract and an order as a client writes them on the wire. Prices in points; an absent number is None."""

from dataclasses import dataclass
from typing import Final

ANY_CLIENT: Final = 0  # of an execution filter: no filter


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a client says to name a contract, and what TWS says back; empty: not said."""

    con_id: int = 0
    symbol: str = ""
    sec_type: str = ""
    last_trade: str = ""  # YYYYMM or YYYYMMDD
    strike: float = 0.0
    right: str = ""
    multiplier: str = ""
    exchange: str = ""
    primary_exchange: str = ""
    currency: str = ""
    local_symbol: str = ""
    trading_class: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What a client says of an order. Sizes in contracts; whatever is not here is taken and forgotten."""

    action: str = ""  # BUY, SELL, or anything a client wrote
    quantity: float = 0.0
    order_type: str = ""
    limit_price: float | None = None
    aux_price: float | None = None  # a stop's trigger, a trail's distance
    tif: str = ""
    oca_group: str = ""
    oca_type: int = 0
    account: str = ""
    order_ref: str = ""
    transmit: bool = True
    parent_id: int = 0
    outside_rth: bool = False
    hidden: bool = False
    trigger_method: int = 0
    good_after_time: str = ""
    good_till_date: str = ""
    open_close: str = ""
    origin: int = 0
    rule_80a: str = ""
    all_or_none: bool = False
    min_quantity: int | None = None
    percent_offset: float | None = None
    trail_stop_price: float | None = None
    trailing_percent: float | None = None
    limit_price_offset: float | None = None
    discretionary: float = 0.0
    what_if: bool = False
    not_held: bool = False
    e_trade_only: bool = False
    firm_quote_only: bool = False
    model_code: str = ""
    algo_strategy: str = ""
    has_conditions: bool = False
    solicited: bool = False
    cash_quantity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionFilter:
    """Which executions a client asks for; empty or 0: all."""

    client_id: int = ANY_CLIENT
    account: str = ""
    time: str = ""  # not before this, `YYYYMMDD-HH:MM:SS` (UTC) or `YYYYMMDD HH:MM:SS [zone]`
    symbol: str = ""
    sec_type: str = ""
    exchange: str = ""
    side: str = ""  # BUY, SELL, BOT, SLD
