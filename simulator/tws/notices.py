"""What TWS says to a client, one record a message; the number behind each is its id on the wire.

Prices in points, sizes in contracts, money in dollars; times are texts as TWS writes them or whole seconds since 1970.
"""

from simulator.tws.account_notices import (
    AccountDownloadEnd,
    AccountSummary,
    AccountSummaryEnd,
    AccountTime,
    AccountUpdateMulti,
    AccountUpdateMultiEnd,
    AccountValue,
    CommissionReport,
    CompletedOrder,
    CompletedOrdersEnd,
    ExecDetails,
    ExecDetailsEnd,
    OpenOrder,
    OpenOrderEnd,
    OrderStatus,
    PnL,
    PnLSingle,
    PortfolioValue,
    Position,
    PositionEnd,
    PositionMulti,
    PositionMultiEnd,
)
from simulator.tws.market_notices import (
    Depth,
    HeadTimestamp,
    Histogram,
    HistoricalData,
    HistoricalDataUpdate,
    HistoricalTicksMid,
    HistoricalTicksQuote,
    HistoricalTicksTrade,
    MarketDataType,
    RealTimeBar,
    SnapshotEnd,
    TickByTickMid,
    TickByTickQuote,
    TickByTickTrade,
    TickGeneric,
    TickPrice,
    TickReqParams,
    TickSize,
    TickString,
)
from simulator.tws.record import record
from simulator.tws.terms import Contract

NO_ID = -1

# the connection


@record
class NextValidId:  # 9
    order_id: int


@record
class ManagedAccounts:  # 15
    accounts: str


@record
class CurrentTime:  # 49
    time_s: int


@record
class Error:  # 4
    req_id: int  # -1: about no request
    code: int
    text: str
    reject_json: str = ""


@record
class UserInfo:  # 107
    req_id: int
    white_branding: str = ""


# contracts


@record
class ContractDetails:  # 10
    req_id: int
    contract: Contract
    market_name: str
    min_tick: float
    order_types: str
    exchanges: str
    price_magnifier: int
    under_con_id: int
    long_name: str
    contract_month: str
    time_zone: str
    trading_hours: str
    liquid_hours: str
    under_symbol: str
    under_sec_type: str
    market_rule_ids: str
    real_expiration: str
    agg_group: int


@record
class ContractDetailsEnd:  # 52
    req_id: int


@record
class SymbolSamples:  # 79
    req_id: int
    contracts: tuple[Contract, ...]


@record
class MarketRule:  # 93
    rule_id: int
    increments: tuple[tuple[float, float], ...]  # low edge, increment


@record
class OptParamsEnd:  # 76
    req_id: int


@record
class SmartComponents:  # 82
    req_id: int


@record
class MktDepthExchanges:  # 80
    exchanges: tuple[tuple[str, str, str, str, int | None], ...]  # exchange, secType, listing, service, aggregation


@record
class FamilyCodes:  # 78
    codes: tuple[tuple[str, str], ...]


@record
class SoftDollarTiers:  # 77
    req_id: int


@record
class NewsProviders:  # 85
    pass


@record
class ScannerParameters:  # 19
    xml: str


Notice = (
    NextValidId | ManagedAccounts | CurrentTime | Error | UserInfo | ContractDetails | ContractDetailsEnd
    | SymbolSamples | MarketRule | OptParamsEnd | SmartComponents | MktDepthExchanges | FamilyCodes | SoftDollarTiers
    | NewsProviders | ScannerParameters | TickPrice | TickSize | TickGeneric | TickString | TickReqParams
    | MarketDataType | SnapshotEnd | TickByTickTrade | TickByTickQuote | TickByTickMid | RealTimeBar | Depth
    | HistoricalData | HistoricalDataUpdate | HistoricalTicksMid | HistoricalTicksQuote | HistoricalTicksTrade
    | HeadTimestamp | Histogram | AccountValue | PortfolioValue | AccountTime | AccountDownloadEnd | AccountSummary
    | AccountSummaryEnd | AccountUpdateMulti | AccountUpdateMultiEnd | Position | PositionEnd | PositionMulti
    | PositionMultiEnd | PnL | PnLSingle | OpenOrder | OpenOrderEnd | OrderStatus | ExecDetails | ExecDetailsEnd
    | CommissionReport | CompletedOrder | CompletedOrdersEnd
)  # fmt: skip
