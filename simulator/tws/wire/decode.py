"""What a client's message asks: fields to a request, at the client's version.

The first field is the message's id. Most of the older messages have a version of their own next; how a message is laid
out we know from the client's version, so that one is passed over. Behind the last field that we know, anything may
follow.
"""

from collections.abc import Callable
from typing import Final

from simulator.tws import requests as ask
from simulator.tws.terms import ExecutionFilter
from simulator.tws.wire import decode_data as data
from simulator.tws.wire.decode_orders import place_order
from simulator.tws.wire.reader import NO_ID, READING_FAILED, BadMessage, Reader

__all__ = ["BadMessage", "decode"]

Decoder = Callable[[Reader, int], ask.Request]
# Messages that say nothing but that they are.
BARE: Final[dict[int, Callable[[], ask.Request]]] = {
    5: ask.ReqOpenOrders,
    8: ask.ReqIds,
    13: ask.CancelNewsBulletins,
    16: ask.ReqAllOpenOrders,
    17: ask.ReqManagedAccounts,
    24: ask.ReqScannerParameters,
    49: ask.ReqCurrentTime,
    58: ask.ReqGlobalCancel,
    61: ask.ReqPositions,
    64: ask.CancelPositions,
    80: ask.ReqFamilyCodes,
    82: ask.ReqMktDepthExchanges,
    85: ask.ReqNewsProviders,
}
# Messages of nothing but the id of a request: behind a version of their own, and without one.
ID_AFTER_VERSION: Final[dict[int, Callable[..., ask.Request]]] = {
    2: ask.CancelMktData,
    25: ask.CancelHistoricalData,
    51: ask.CancelRealTimeBars,
    63: ask.CancelAccountSummary,
    75: ask.CancelPositionsMulti,
    77: ask.CancelAccountUpdatesMulti,
}
ID_ALONE: Final[dict[int, Callable[..., ask.Request]]] = {
    79: ask.ReqSoftDollarTiers,
    89: ask.CancelHistogram,
    90: ask.CancelHeadTimestamp,
    93: ask.CancelPnL,
    95: ask.CancelPnLSingle,
    98: ask.CancelTickByTick,
    104: ask.ReqUserInfo,
}
# Messages that are not served: their name, and where the id of the request stands (0: nowhere).
UNSUPPORTED: Final = {
    18: ("requestFA", 0),
    19: ("replaceFA", 0),
    21: ("exerciseOptions", 2),
    22: ("reqScannerSubscription", 1),
    23: ("cancelScannerSubscription", 2),
    52: ("reqFundamentalData", 2),
    53: ("cancelFundamentalData", 2),
    54: ("calculateImpliedVolatility", 2),
    55: ("calculateOptionPrice", 2),
    56: ("cancelCalculateImpliedVolatility", 2),
    57: ("cancelCalculateOptionPrice", 2),
    65: ("verifyRequest", 0),
    66: ("verifyMessage", 0),
    67: ("queryDisplayGroups", 2),
    68: ("subscribeToGroupEvents", 2),
    69: ("updateDisplayGroup", 2),
    70: ("unsubscribeFromGroupEvents", 2),
    72: ("verifyAndAuthRequest", 0),
    73: ("verifyAndAuthMessage", 0),
    84: ("reqNewsArticle", 1),
    86: ("reqHistoricalNews", 1),
    100: ("reqWshMetaData", 1),
    101: ("cancelWshMetaData", 1),
    102: ("reqWshEventData", 1),
    103: ("cancelWshEventData", 1),
}


def decode(fields: list[str], version: int) -> ask.Request:
    """The request that `fields` write at `version`. Raises BadMessage where a field or the message cannot be read."""
    read = Reader(fields, 0)
    message_id = read.needed()
    if (bare := BARE.get(message_id)) is not None:
        return bare()
    if (decoder := DECODERS.get(message_id)) is not None:
        return decoder(read, version)
    if (with_id := ID_ALONE.get(message_id)) is not None:
        return with_id(req_id=read.id())
    if (with_id := ID_AFTER_VERSION.get(message_id)) is not None:
        read.skip(1)
        return with_id(req_id=read.id())
    if message_id in UNSUPPORTED:
        return _unsupported(read, message_id)
    text = f"Error reading request. Unknown message type {message_id}."
    raise BadMessage(NO_ID, READING_FAILED, text)


def _unsupported(read: Reader, message_id: int) -> ask.Unsupported:
    name, place = UNSUPPORTED[message_id]
    read.skip(place - 1)
    return ask.Unsupported(message_id=message_id, req_id=read.integer(NO_ID) if place else NO_ID, name=name)


def _start_api(read: Reader, _version: int) -> ask.StartApi:
    read.skip(1)
    return ask.StartApi(client_id=read.needed(), options=read.text())


def _log_level(read: Reader, _version: int) -> ask.SetServerLogLevel:
    read.skip(1)
    return ask.SetServerLogLevel(level=read.integer())


def _market_rule(read: Reader, _version: int) -> ask.ReqMarketRule:
    return ask.ReqMarketRule(rule_id=read.needed())


def _news_bulletins(read: Reader, _version: int) -> ask.ReqNewsBulletins:
    read.skip(1)
    return ask.ReqNewsBulletins(all_messages=read.flag())


def _market_data_type(read: Reader, _version: int) -> ask.ReqMarketDataType:
    read.skip(1)
    return ask.ReqMarketDataType(data_type=read.needed())


def _account_updates(read: Reader, _version: int) -> ask.ReqAccountUpdates:
    read.skip(1)
    return ask.ReqAccountUpdates(subscribe=read.flag(), account=read.text())


def _account_summary(read: Reader, _version: int) -> ask.ReqAccountSummary:
    read.skip(1)
    return ask.ReqAccountSummary(req_id=read.id(), group=read.text(), tags=read.text())


def _positions_multi(read: Reader, _version: int) -> ask.ReqPositionsMulti:
    read.skip(1)
    return ask.ReqPositionsMulti(req_id=read.id(), account=read.text(), model=read.text())


def _account_updates_multi(read: Reader, _version: int) -> ask.ReqAccountUpdatesMulti:
    read.skip(1)
    return ask.ReqAccountUpdatesMulti(
        req_id=read.id(), account=read.text(), model=read.text(), ledger_and_nlv=read.flag()
    )


def _pnl(read: Reader, _version: int) -> ask.ReqPnL:
    return ask.ReqPnL(req_id=read.id(), account=read.text(), model=read.text())


def _pnl_single(read: Reader, _version: int) -> ask.ReqPnLSingle:
    return ask.ReqPnLSingle(req_id=read.id(), account=read.text(), model=read.text(), con_id=read.integer())


def _cancel_order(read: Reader, _version: int) -> ask.CancelOrder:
    read.skip(1)
    return ask.CancelOrder(order_id=read.id())


def _auto_open_orders(read: Reader, _version: int) -> ask.ReqAutoOpenOrders:
    read.skip(1)
    return ask.ReqAutoOpenOrders(bind=read.flag())


def _completed_orders(read: Reader, _version: int) -> ask.ReqCompletedOrders:
    return ask.ReqCompletedOrders(api_only=read.flag())


def _executions(read: Reader, _version: int) -> ask.ReqExecutions:
    read.skip(1)
    return ask.ReqExecutions(
        req_id=read.id(),
        filter=ExecutionFilter(
            client_id=read.integer(),
            account=read.text(),
            time=read.text(),
            symbol=read.text(),
            sec_type=read.text(),
            exchange=read.text(),
            side=read.text(),
        ),
    )


DECODERS: Final[dict[int, Decoder]] = {
    1: data.market_data,
    3: place_order,
    4: _cancel_order,
    6: _account_updates,
    7: _executions,
    9: data.contract_details,
    10: data.depth,
    11: data.cancel_depth,
    12: _news_bulletins,
    14: _log_level,
    15: _auto_open_orders,
    20: data.historical_data,
    50: data.real_time_bars,
    59: _market_data_type,
    62: _account_summary,
    71: _start_api,
    74: _positions_multi,
    76: _account_updates_multi,
    78: data.option_parameters,
    81: data.matching_symbols,
    83: data.smart_components,
    87: data.head_timestamp,
    88: data.histogram,
    91: _market_rule,
    92: _pnl,
    94: _pnl_single,
    96: data.historical_ticks,
    97: data.tick_by_tick,
    99: _completed_orders,
}
