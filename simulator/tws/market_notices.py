"""What TWS says of the market, one record a message; units as in `notices.py`."""

from simulator.tws.record import record


@record
class TickPrice:  # 1
    req_id: int
    tick_type: int  # 1 bid, 2 ask, 4 last, 6 high, 7 low, 9 close, 14 open; 66.. delayed
    price: float
    size: int = 0
    attributes: int = 0  # bits: can auto-execute, past limit, pre-open


@record
class TickSize:  # 2
    req_id: int
    tick_type: int  # 0 bid, 3 ask, 5 last, 8 volume; 69.. delayed
    size: int


@record
class TickGeneric:  # 45
    req_id: int
    tick_type: int  # 49 halted
    value: float


@record
class TickString:  # 46
    req_id: int
    tick_type: int  # 45 last timestamp, 48 RTVolume
    value: str


@record
class TickReqParams:  # 81
    req_id: int
    min_tick: float
    bbo_exchange: str
    snapshot_permissions: int


@record
class MarketDataType:  # 58
    req_id: int
    data_type: int


@record
class SnapshotEnd:  # 57
    req_id: int


@record
class TickByTickTrade:  # 99, types 1 and 2
    req_id: int
    all_last: bool
    time_s: int
    price: float
    size: int
    past_limit: bool = False
    unreported: bool = False
    exchange: str = ""
    conditions: str = ""


@record
class TickByTickQuote:  # 99, type 3
    req_id: int
    time_s: int
    bid: float
    ask: float
    bid_size: int
    ask_size: int
    bid_past_low: bool = False
    ask_past_high: bool = False


@record
class TickByTickMid:  # 99, type 4
    req_id: int
    time_s: int
    mid: float


@record
class RealTimeBar:  # 50
    req_id: int
    time_s: int
    open: float
    high: float
    low: float
    close: float
    volume: int
    wap: float
    count: int


@record
class Depth:  # 12, or 13 with a market maker
    req_id: int
    position: int
    operation: int  # 0 insert, 1 update, 2 delete
    side: int  # 0 ask, 1 bid
    price: float
    size: int
    market_maker: str = ""
    smart: bool = False


@record
class Bar:
    """One bar of history; `time` as the request's format asks. Volume and count -1 where `what` is no trades."""

    time: str
    open: float
    high: float
    low: float
    close: float
    volume: int
    wap: float
    count: int


@record
class HistoricalData:  # 17
    req_id: int
    start: str
    end: str
    bars: tuple[Bar, ...]


@record
class HistoricalDataUpdate:  # 90
    req_id: int
    bar: Bar


@record
class HistoricalTicksMid:  # 96
    req_id: int
    ticks: tuple[tuple[int, float, int], ...]  # time_s, price, size
    done: bool = True


@record
class HistoricalTicksQuote:  # 97
    req_id: int
    ticks: tuple[tuple[int, float, float, int, int], ...]  # time_s, bid, ask, bid size, ask size
    done: bool = True


@record
class HistoricalTicksTrade:  # 98
    req_id: int
    ticks: tuple[tuple[int, float, int], ...]  # time_s, price, size
    exchange: str = ""
    done: bool = True


@record
class HeadTimestamp:  # 88
    req_id: int
    time: str


@record
class Histogram:  # 89
    req_id: int
    bins: tuple[tuple[float, int], ...]  # price, volume
