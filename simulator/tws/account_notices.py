"""What TWS says of accounts, orders and executions, one record a message; units as in `notices.py`."""

from simulator.tws.record import record
from simulator.tws.terms import Contract, OrderTerms

# the account


@record
class AccountValue:  # 6
    key: str
    value: str
    currency: str
    account: str


@record
class PortfolioValue:  # 7
    contract: Contract
    position: int
    market_price: float
    market_value: float
    average_cost: float
    unrealized_pnl: float
    realized_pnl: float
    account: str


@record
class AccountTime:  # 8
    time: str  # HH:MM


@record
class AccountDownloadEnd:  # 54
    account: str


@record
class AccountSummary:  # 63
    req_id: int
    account: str
    tag: str
    value: str
    currency: str


@record
class AccountSummaryEnd:  # 64
    req_id: int


@record
class AccountUpdateMulti:  # 73
    req_id: int
    account: str
    model: str
    key: str
    value: str
    currency: str


@record
class AccountUpdateMultiEnd:  # 74
    req_id: int


@record
class Position:  # 61
    account: str
    contract: Contract
    position: int
    average_cost: float


@record
class PositionEnd:  # 62
    pass


@record
class PositionMulti:  # 71
    req_id: int
    account: str
    model: str
    contract: Contract
    position: int
    average_cost: float


@record
class PositionMultiEnd:  # 72
    req_id: int


@record
class PnL:  # 94
    req_id: int
    daily: float
    unrealized: float | None
    realized: float | None


@record
class PnLSingle:  # 95
    req_id: int
    position: int
    daily: float
    unrealized: float | None
    realized: float | None
    value: float


# orders


@record
class OrderState:
    """What openOrder says of an order beyond its terms; the margins only for a what-if order."""

    status: str
    init_margin_before: float | None = None
    maint_margin_before: float | None = None
    equity_before: float | None = None
    init_margin_change: float | None = None
    maint_margin_change: float | None = None
    equity_change: float | None = None
    init_margin_after: float | None = None
    maint_margin_after: float | None = None
    equity_after: float | None = None
    commission: float | None = None
    commission_currency: str = ""
    warning: str = ""
    completed_time: str = ""
    completed_status: str = ""


@record
class OpenOrder:  # 5
    order_id: int
    contract: Contract
    terms: OrderTerms
    client_id: int
    perm_id: int
    state: OrderState


@record
class OpenOrderEnd:  # 53
    pass


@record
class OrderStatus:  # 3
    order_id: int
    status: str
    filled: int
    remaining: int
    average_price: float
    perm_id: int
    parent_id: int
    last_price: float
    client_id: int
    why_held: str = ""


@record
class Execution:
    """One fill, told live and again when asked for."""

    order_id: int
    client_id: int
    perm_id: int
    exec_id: str
    time: str
    account: str
    exchange: str
    side: str  # BOT, SLD
    quantity: int
    price: float
    cumulative: int
    average_price: float
    order_ref: str
    liquidation: int = 0
    last_liquidity: int = 0


@record
class ExecDetails:  # 11
    req_id: int  # -1: unasked
    contract: Contract
    execution: Execution


@record
class ExecDetailsEnd:  # 55
    req_id: int


@record
class CommissionReport:  # 59
    exec_id: str
    commission: float
    currency: str
    realized_pnl: float | None  # None: the fill opened a position


@record
class CompletedOrder:  # 101
    contract: Contract
    terms: OrderTerms
    perm_id: int
    filled: int
    state: OrderState


@record
class CompletedOrdersEnd:  # 102
    pass
