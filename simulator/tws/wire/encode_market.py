"""Market data to bytes. Ticks come by the ten thousand a second, so theirs are written out; the rest is put together.

Sizes are whole numbers without a decimal point: before version 163 clients read nothing else, and later ones take them.
"""

from typing import Final

from simulator.tws import market_notices as say
from simulator.tws.wire.framing import LENGTH_BYTES, frame

TRADES_LAST: Final = 1  # kinds of tick by tick
TRADES_ALL: Final = 2


def _framed(text: str) -> bytes:
    payload = text.encode()
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def tick_price(tick: say.TickPrice, _version: int) -> bytes:
    return _framed(
        f"1\x006\x00{tick.req_id}\x00{tick.tick_type}\x00{tick.price}\x00{tick.size}\x00{tick.attributes}\x00"
    )


def tick_size(tick: say.TickSize, _version: int) -> bytes:
    return _framed(f"2\x006\x00{tick.req_id}\x00{tick.tick_type}\x00{tick.size}\x00")


def tick_generic(tick: say.TickGeneric, _version: int) -> bytes:
    return _framed(f"45\x006\x00{tick.req_id}\x00{tick.tick_type}\x00{tick.value}\x00")


def tick_string(tick: say.TickString, _version: int) -> bytes:
    return _framed(f"46\x006\x00{tick.req_id}\x00{tick.tick_type}\x00{tick.value}\x00")


def trade(tick: say.TickByTickTrade, _version: int) -> bytes:
    kind = TRADES_ALL if tick.all_last else TRADES_LAST
    mask = tick.past_limit | tick.unreported << 1
    return _framed(
        f"99\x00{tick.req_id}\x00{kind}\x00{tick.time_s}\x00{tick.price}\x00{tick.size}\x00{mask}"
        f"\x00{tick.exchange}\x00{tick.conditions}\x00"
    )


def quote(tick: say.TickByTickQuote, _version: int) -> bytes:
    mask = tick.bid_past_low | tick.ask_past_high << 1
    return _framed(
        f"99\x00{tick.req_id}\x003\x00{tick.time_s}\x00{tick.bid}\x00{tick.ask}\x00{tick.bid_size}"
        f"\x00{tick.ask_size}\x00{mask}\x00"
    )


def mid(tick: say.TickByTickMid, _version: int) -> bytes:
    return _framed(f"99\x00{tick.req_id}\x004\x00{tick.time_s}\x00{tick.mid}\x00")


def depth(row: say.Depth, _version: int) -> bytes:
    """Message 13 where a market maker is named or the book is put together from exchanges, else 12."""
    if row.market_maker or row.smart:
        place = (row.position, row.market_maker, row.operation, row.side)
        return frame(13, 1, row.req_id, *place, row.price, row.size, row.smart)
    return frame(12, 1, row.req_id, row.position, row.operation, row.side, row.price, row.size)


def tick_req_params(said: say.TickReqParams, _version: int) -> bytes:
    return frame(81, said.req_id, said.min_tick, said.bbo_exchange, said.snapshot_permissions)


def market_data_type(said: say.MarketDataType, _version: int) -> bytes:
    return frame(58, 1, said.req_id, said.data_type)


def snapshot_end(said: say.SnapshotEnd, _version: int) -> bytes:
    return frame(57, 1, said.req_id)


def real_time_bar(bar: say.RealTimeBar, _version: int) -> bytes:
    prices = (bar.open, bar.high, bar.low, bar.close)
    return frame(50, 3, bar.req_id, bar.time_s, *prices, bar.volume, bar.wap, bar.count)


def historical_data(said: say.HistoricalData, _version: int) -> bytes:
    bars = (
        field
        for bar in said.bars
        for field in (bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.wap, bar.count)
    )
    return frame(17, said.req_id, said.start, said.end, len(said.bars), *bars)


def historical_data_update(said: say.HistoricalDataUpdate, _version: int) -> bytes:
    """Fields in another order than in a bar of history: the close before the high, the volume last."""
    bar = said.bar
    prices = (bar.open, bar.close, bar.high, bar.low)
    return frame(90, said.req_id, bar.count, bar.time, *prices, bar.wap, bar.volume)


def historical_mids(said: say.HistoricalTicksMid, _version: int) -> bytes:
    ticks = (field for time_s, price, size in said.ticks for field in (time_s, 0, price, size))
    return frame(96, said.req_id, len(said.ticks), *ticks, said.done)


def historical_quotes(said: say.HistoricalTicksQuote, _version: int) -> bytes:
    ticks = (field for time_s, *quoted in said.ticks for field in (time_s, 0, *quoted))
    return frame(97, said.req_id, len(said.ticks), *ticks, said.done)


def historical_trades(said: say.HistoricalTicksTrade, _version: int) -> bytes:
    ticks = (field for time_s, *traded in said.ticks for field in (time_s, 0, *traded, said.exchange, ""))
    return frame(98, said.req_id, len(said.ticks), *ticks, said.done)


def head_timestamp(said: say.HeadTimestamp, _version: int) -> bytes:
    return frame(88, said.req_id, said.time)


def histogram(said: say.Histogram, _version: int) -> bytes:
    return frame(89, said.req_id, len(said.bins), *(field for entry in said.bins for field in entry))
