"""What a client may ask, one record a message; the number behind each is its id on the wire."""

from simulator.tws.record import record
from simulator.tws.terms import Contract, ExecutionFilter, OrderTerms

# the connection


@record
class StartApi:  # 71
    client_id: int
    options: str = ""


@record
class ReqCurrentTime:  # 49
    pass


@record
class SetServerLogLevel:  # 14
    level: int


@record
class ReqManagedAccounts:  # 17
    pass


@record
class ReqIds:  # 8
    pass


@record
class ReqUserInfo:  # 104
    req_id: int


# contracts


@record
class ReqContractDetails:  # 9
    req_id: int
    contract: Contract
    include_expired: bool = False


@record
class ReqMatchingSymbols:  # 81
    req_id: int
    pattern: str


@record
class ReqMarketRule:  # 91
    rule_id: int


@record
class ReqSecDefOptParams:  # 78
    req_id: int
    symbol: str
    exchange: str
    sec_type: str
    con_id: int


@record
class ReqSmartComponents:  # 83
    req_id: int
    exchange: str


@record
class ReqMktDepthExchanges:  # 82
    pass


@record
class ReqFamilyCodes:  # 80
    pass


@record
class ReqSoftDollarTiers:  # 79
    req_id: int


@record
class ReqNewsProviders:  # 85
    pass


@record
class ReqNewsBulletins:  # 12
    all_messages: bool


@record
class CancelNewsBulletins:  # 13
    pass


@record
class ReqScannerParameters:  # 24
    pass


# market data


@record
class ReqMktData:  # 1
    req_id: int
    contract: Contract
    generic_ticks: str = ""  # numbers with commas, such as 233
    snapshot: bool = False
    regulatory: bool = False


@record
class CancelMktData:  # 2
    req_id: int


@record
class ReqMarketDataType:  # 59
    data_type: int  # 1 live, 2 frozen, 3 delayed, 4 delayed frozen


@record
class ReqTickByTick:  # 97
    req_id: int
    contract: Contract
    kind: str  # Last, AllLast, BidAsk, MidPoint
    ticks: int = 0  # of history to begin with
    ignore_size: bool = False


@record
class CancelTickByTick:  # 98
    req_id: int


@record
class ReqRealTimeBars:  # 50
    req_id: int
    contract: Contract
    bar_s: int
    what: str  # TRADES, MIDPOINT, BID, ASK
    use_rth: bool


@record
class CancelRealTimeBars:  # 51
    req_id: int


@record
class ReqMktDepth:  # 10
    req_id: int
    contract: Contract
    rows: int
    smart: bool = False


@record
class CancelMktDepth:  # 11
    req_id: int
    smart: bool = False


@record
class ReqHistoricalData:  # 20
    req_id: int
    contract: Contract
    end: str
    bar_size: str
    duration: str
    use_rth: bool
    what: str
    format_date: int
    keep_up_to_date: bool = False
    include_expired: bool = False


@record
class CancelHistoricalData:  # 25
    req_id: int


@record
class ReqHistoricalTicks:  # 96
    req_id: int
    contract: Contract
    start: str
    end: str
    number: int
    what: str  # TRADES, BID_ASK, MIDPOINT
    use_rth: bool
    ignore_size: bool = False


@record
class ReqHeadTimestamp:  # 87
    req_id: int
    contract: Contract
    what: str
    use_rth: bool
    format_date: int


@record
class CancelHeadTimestamp:  # 90
    req_id: int


@record
class ReqHistogram:  # 88
    req_id: int
    contract: Contract
    use_rth: bool
    period: str


@record
class CancelHistogram:  # 89
    req_id: int


# the account


@record
class ReqAccountUpdates:  # 6
    subscribe: bool
    account: str = ""


@record
class ReqAccountSummary:  # 62
    req_id: int
    group: str
    tags: str


@record
class CancelAccountSummary:  # 63
    req_id: int


@record
class ReqPositions:  # 61
    pass


@record
class CancelPositions:  # 64
    pass


@record
class ReqPositionsMulti:  # 74
    req_id: int
    account: str
    model: str


@record
class CancelPositionsMulti:  # 75
    req_id: int


@record
class ReqAccountUpdatesMulti:  # 76
    req_id: int
    account: str
    model: str
    ledger_and_nlv: bool = False


@record
class CancelAccountUpdatesMulti:  # 77
    req_id: int


@record
class ReqPnL:  # 92
    req_id: int
    account: str
    model: str


@record
class CancelPnL:  # 93
    req_id: int


@record
class ReqPnLSingle:  # 94
    req_id: int
    account: str
    model: str
    con_id: int


@record
class CancelPnLSingle:  # 95
    req_id: int


# orders


@record
class PlaceOrder:  # 3
    order_id: int
    contract: Contract
    terms: OrderTerms


@record
class CancelOrder:  # 4
    order_id: int


@record
class ReqGlobalCancel:  # 58
    pass


@record
class ReqOpenOrders:  # 5
    pass


@record
class ReqAllOpenOrders:  # 16
    pass


@record
class ReqAutoOpenOrders:  # 15
    bind: bool


@record
class ReqCompletedOrders:  # 99
    api_only: bool


@record
class ReqExecutions:  # 7
    req_id: int
    filter: ExecutionFilter


# all else


@record
class Unsupported:
    """A message that TWS knows and this one does not serve; `req_id` is -1 where it has none."""

    message_id: int
    req_id: int = -1
    name: str = ""


Request = (
    StartApi | ReqCurrentTime | SetServerLogLevel | ReqManagedAccounts | ReqIds | ReqUserInfo | ReqContractDetails
    | ReqMatchingSymbols | ReqMarketRule | ReqSecDefOptParams | ReqSmartComponents | ReqMktDepthExchanges
    | ReqFamilyCodes | ReqSoftDollarTiers | ReqNewsProviders | ReqNewsBulletins | CancelNewsBulletins
    | ReqScannerParameters | ReqMktData | CancelMktData | ReqMarketDataType | ReqTickByTick | CancelTickByTick
    | ReqRealTimeBars | CancelRealTimeBars | ReqMktDepth | CancelMktDepth | ReqHistoricalData | CancelHistoricalData
    | ReqHistoricalTicks | ReqHeadTimestamp | CancelHeadTimestamp | ReqHistogram | CancelHistogram | ReqAccountUpdates
    | ReqAccountSummary | CancelAccountSummary | ReqPositions | CancelPositions | ReqPositionsMulti
    | CancelPositionsMulti | ReqAccountUpdatesMulti | CancelAccountUpdatesMulti | ReqPnL | CancelPnL | ReqPnLSingle
    | CancelPnLSingle | PlaceOrder | CancelOrder | ReqGlobalCancel | ReqOpenOrders | ReqAllOpenOrders
    | ReqAutoOpenOrders | ReqCompletedOrders | ReqExecutions | Unsupported
)  # fmt: skip
