"""What clients are made to ask: a method of theirs, its arguments as JSON, and the request that we are to read.

`{"@": "Contract", ...}` is an object of the client's, made by its script. Values differ from field to field, so that two
fields mistaken for each other show.
"""

from dataclasses import dataclass
from typing import Any

from simulator.tws import requests as ask
from simulator.tws.terms import Contract, ExecutionFilter

IB = ("ib_insync", "ib_async")
ALL = (*IB, "ibapi")
ES = {
    "@": "Contract",
    "conId": 551_601_561,
    "symbol": "ES",
    "secType": "FUT",
    "lastTradeDateOrContractMonth": "202406",
    "strike": 5.5,
    "right": "C",
    "multiplier": "50",
    "exchange": "CME",
    "primaryExchange": "GLOBEX",
    "currency": "USD",
    "localSymbol": "ESM4",
    "tradingClass": "ESQ",
}
ES_READ = Contract(
    con_id=551_601_561,
    symbol="ES",
    sec_type="FUT",
    last_trade="202406",
    strike=5.5,
    right="C",
    multiplier="50",
    exchange="CME",
    primary_exchange="GLOBEX",
    currency="USD",
    local_symbol="ESM4",
    trading_class="ESQ",
)
LEGS = [
    {"@": "ComboLeg", "conId": 11, "ratio": 1, "action": "BUY", "exchange": "CME", "exemptCode": -1},
    {"@": "ComboLeg", "conId": 12, "ratio": 2, "action": "SELL", "exchange": "CME", "exemptCode": -1},
]
COMBO = ES | {"secType": "BAG", "comboLegs": LEGS}
COMBO_READ = Contract(
    **{name: getattr(ES_READ, name) for name in ES_READ.__slots__} | {"sec_type": "BAG"},
)
HEDGED = ES | {"deltaNeutralContract": {"@": "DeltaNeutralContract", "conId": 13, "delta": 0.5, "price": 4.25}}
FILTER = {
    "@": "ExecutionFilter",
    "clientId": 4,
    "acctCode": "DU1",
    "time": "20240318-14:00:00",
    "symbol": "ES",
    "secType": "FUT",
    "exchange": "CME",
    "side": "BUY",
}
SCAN = {"@": "ScannerSubscription", "instrument": "FUT.US", "locationCode": "FUT.CME", "scanCode": "TOP_PERC_GAIN"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of a client's method."""

    method: str
    arguments: list[Any]
    read: ask.Request
    clients: tuple[str, ...] = ALL


def unsupported(
    method: str, arguments: list[Any], message_id: int, req_id: int, clients: tuple[str, ...] = ALL
) -> Asked:
    read = ask.Unsupported(message_id=message_id, req_id=req_id, name=method)
    return Asked(method, arguments, read, clients)


CONNECTION = [
    Asked("startApi", [], ask.StartApi(client_id=7)),
    Asked("reqCurrentTime", [], ask.ReqCurrentTime()),
    Asked("setServerLogLevel", [5], ask.SetServerLogLevel(level=5)),
    Asked("reqManagedAccts", [], ask.ReqManagedAccounts()),
    Asked("reqIds", [1], ask.ReqIds()),
    Asked("reqUserInfo", [3], ask.ReqUserInfo(req_id=3), IB),
]
CONTRACTS = [
    Asked("reqContractDetails", [1, ES], ask.ReqContractDetails(req_id=1, contract=ES_READ)),
    Asked(
        "reqContractDetails",
        [1, ES | {"includeExpired": True, "secIdType": "CUSIP", "secId": "9"}],
        ask.ReqContractDetails(req_id=1, contract=ES_READ, include_expired=True),
    ),
    Asked("reqMatchingSymbols", [1, "E S"], ask.ReqMatchingSymbols(req_id=1, pattern="E S")),
    Asked("reqMarketRule", [67], ask.ReqMarketRule(rule_id=67)),
    Asked(
        "reqSecDefOptParams",
        [1, "ES", "CME", "FUT", 77],
        ask.ReqSecDefOptParams(req_id=1, symbol="ES", exchange="CME", sec_type="FUT", con_id=77),
    ),
    Asked("reqSmartComponents", [1, "a6"], ask.ReqSmartComponents(req_id=1, exchange="a6")),
    Asked("reqMktDepthExchanges", [], ask.ReqMktDepthExchanges()),
    Asked("reqFamilyCodes", [], ask.ReqFamilyCodes()),
    Asked("reqSoftDollarTiers", [1], ask.ReqSoftDollarTiers(req_id=1)),
    Asked("reqNewsProviders", [], ask.ReqNewsProviders()),
    Asked("reqNewsBulletins", [True], ask.ReqNewsBulletins(all_messages=True)),
    Asked("reqNewsBulletins", [False], ask.ReqNewsBulletins(all_messages=False)),
    Asked("cancelNewsBulletins", [], ask.CancelNewsBulletins()),
    Asked("reqScannerParameters", [], ask.ReqScannerParameters()),
]
MARKET = [
    Asked(
        "reqMktData",
        [1, ES, "233,318", False, False, []],
        ask.ReqMktData(req_id=1, contract=ES_READ, generic_ticks="233,318"),
    ),
    Asked("reqMktData", [1, ES, "", True, False, []], ask.ReqMktData(req_id=1, contract=ES_READ, snapshot=True)),
    Asked("reqMktData", [1, ES, "", False, True, []], ask.ReqMktData(req_id=1, contract=ES_READ, regulatory=True)),
    Asked(
        "reqMktData",
        [1, COMBO, "9", True, False, []],
        ask.ReqMktData(req_id=1, contract=COMBO_READ, generic_ticks="9", snapshot=True),
    ),
    Asked(
        "reqMktData",
        [1, HEDGED, "9", True, False, []],
        ask.ReqMktData(req_id=1, contract=ES_READ, generic_ticks="9", snapshot=True),
    ),
    Asked("cancelMktData", [1], ask.CancelMktData(req_id=1)),
    Asked("reqMarketDataType", [3], ask.ReqMarketDataType(data_type=3)),
    Asked(
        "reqTickByTickData",
        [1, ES, "BidAsk", 9, True],
        ask.ReqTickByTick(req_id=1, contract=ES_READ, kind="BidAsk", ticks=9, ignore_size=True),
    ),
    Asked("cancelTickByTickData", [1], ask.CancelTickByTick(req_id=1)),
    Asked(
        "reqRealTimeBars",
        [1, ES, 5, "TRADES", True, []],
        ask.ReqRealTimeBars(req_id=1, contract=ES_READ, bar_s=5, what="TRADES", use_rth=True),
    ),
    Asked("cancelRealTimeBars", [1], ask.CancelRealTimeBars(req_id=1)),
    Asked("reqMktDepth", [1, ES, 5, True, []], ask.ReqMktDepth(req_id=1, contract=ES_READ, rows=5, smart=True)),
    Asked("cancelMktDepth", [1, True], ask.CancelMktDepth(req_id=1, smart=True)),
    Asked("cancelMktDepth", [1, False], ask.CancelMktDepth(req_id=1)),
]
HISTORY = [
    Asked(
        "reqHistoricalData",
        [1, contract, "20240318 10:00:00 UTC", "3600 S", "1 min", "TRADES", True, 2, True, []],
        ask.ReqHistoricalData(
            req_id=1,
            contract=read,
            end="20240318 10:00:00 UTC",
            bar_size="1 min",
            duration="3600 S",
            use_rth=True,
            what="TRADES",
            format_date=2,
            keep_up_to_date=True,
            include_expired=expired,
        ),
    )
    for contract, read, expired in (
        (ES, ES_READ, False),
        (ES | {"includeExpired": True}, ES_READ, True),
        (COMBO, COMBO_READ, False),
    )
] + [
    Asked("cancelHistoricalData", [1], ask.CancelHistoricalData(req_id=1)),
    Asked(
        "reqHistoricalTicks",
        [1, ES, "20240318 10:00:00 UTC", "", 100, "BID_ASK", True, False, []],
        ask.ReqHistoricalTicks(
            req_id=1,
            contract=ES_READ,
            start="20240318 10:00:00 UTC",
            end="",
            number=100,
            what="BID_ASK",
            use_rth=True,
        ),
    ),
    Asked(
        "reqHistoricalTicks",
        [1, ES, "", "20240318 10:00:00 UTC", 100, "BID_ASK", False, True, []],
        ask.ReqHistoricalTicks(
            req_id=1,
            contract=ES_READ,
            start="",
            end="20240318 10:00:00 UTC",
            number=100,
            what="BID_ASK",
            use_rth=False,
            ignore_size=True,
        ),
    ),
    Asked(
        "reqHeadTimeStamp",
        [1, ES, "TRADES", True, 2],
        ask.ReqHeadTimestamp(req_id=1, contract=ES_READ, what="TRADES", use_rth=True, format_date=2),
    ),
    Asked("cancelHeadTimeStamp", [1], ask.CancelHeadTimestamp(req_id=1)),
    Asked(
        "reqHistogramData",
        [1, ES, True, "3 days"],
        ask.ReqHistogram(req_id=1, contract=ES_READ, use_rth=True, period="3 days"),
    ),
    Asked("cancelHistogramData", [1], ask.CancelHistogram(req_id=1)),
]
ACCOUNT = [
    Asked("reqAccountUpdates", [True, "DU1"], ask.ReqAccountUpdates(subscribe=True, account="DU1")),
    Asked("reqAccountUpdates", [False, ""], ask.ReqAccountUpdates(subscribe=False)),
    Asked(
        "reqAccountSummary",
        [1, "All", "NetLiquidation,$LEDGER:ALL"],
        ask.ReqAccountSummary(req_id=1, group="All", tags="NetLiquidation,$LEDGER:ALL"),
    ),
    Asked("cancelAccountSummary", [1], ask.CancelAccountSummary(req_id=1)),
    Asked("reqPositions", [], ask.ReqPositions()),
    Asked("cancelPositions", [], ask.CancelPositions()),
    Asked("reqPositionsMulti", [1, "DU1", "m"], ask.ReqPositionsMulti(req_id=1, account="DU1", model="m")),
    Asked("cancelPositionsMulti", [1], ask.CancelPositionsMulti(req_id=1)),
    Asked(
        "reqAccountUpdatesMulti",
        [1, "DU1", "m", True],
        ask.ReqAccountUpdatesMulti(req_id=1, account="DU1", model="m", ledger_and_nlv=True),
    ),
    Asked("cancelAccountUpdatesMulti", [1], ask.CancelAccountUpdatesMulti(req_id=1)),
    Asked("reqPnL", [1, "DU1", "m"], ask.ReqPnL(req_id=1, account="DU1", model="m")),
    Asked("cancelPnL", [1], ask.CancelPnL(req_id=1)),
    Asked("reqPnLSingle", [1, "DU1", "m", 77], ask.ReqPnLSingle(req_id=1, account="DU1", model="m", con_id=77)),
    Asked("cancelPnLSingle", [1], ask.CancelPnLSingle(req_id=1)),
]
ORDERS = [
    Asked("cancelOrder", [5], ask.CancelOrder(order_id=5)),
    Asked("reqGlobalCancel", [], ask.ReqGlobalCancel()),
    Asked("reqOpenOrders", [], ask.ReqOpenOrders()),
    Asked("reqAllOpenOrders", [], ask.ReqAllOpenOrders()),
    Asked("reqAutoOpenOrders", [True], ask.ReqAutoOpenOrders(bind=True)),
    Asked("reqCompletedOrders", [True], ask.ReqCompletedOrders(api_only=True)),
    Asked("reqCompletedOrders", [False], ask.ReqCompletedOrders(api_only=False)),
    Asked("reqExecutions", [1, {"@": "ExecutionFilter"}], ask.ReqExecutions(req_id=1, filter=ExecutionFilter())),
    Asked(
        "reqExecutions",
        [1, FILTER],
        ask.ReqExecutions(
            req_id=1,
            filter=ExecutionFilter(
                client_id=4,
                account="DU1",
                time="20240318-14:00:00",
                symbol="ES",
                sec_type="FUT",
                exchange="CME",
                side="BUY",
            ),
        ),
    ),
]
UNSUPPORTED = [
    unsupported("requestFA", [1], 18, -1),
    unsupported("replaceFA", [1, 2, "<x/>"], 19, -1),
    unsupported("exerciseOptions", [1, ES, 1, 2, "DU1", 0], 21, 1),
    unsupported("cancelScannerSubscription", [1], 23, 1),
    unsupported("reqScannerSubscription", [1, SCAN, [], []], 22, 1),
    unsupported("reqFundamentalData", [1, ES, "x", []], 52, 1),
    unsupported("cancelFundamentalData", [1], 53, 1),
    unsupported("calculateImpliedVolatility", [1, ES, 2.0, 3.0, []], 54, 1),
    unsupported("calculateOptionPrice", [1, ES, 2.0, 3.0, []], 55, 1),
    unsupported("cancelCalculateImpliedVolatility", [1], 56, 1),
    unsupported("cancelCalculateOptionPrice", [1], 57, 1),
    unsupported("queryDisplayGroups", [1], 67, 1),
    unsupported("subscribeToGroupEvents", [1, 2], 68, 1),
    unsupported("updateDisplayGroup", [1, "x"], 69, 1),
    unsupported("unsubscribeFromGroupEvents", [1], 70, 1),
    unsupported("reqNewsArticle", [1, "x", "y", []], 84, 1),
    unsupported("reqHistoricalNews", [1, 2, "x", "", "", 3, []], 86, 1),
    unsupported("reqWshMetaData", [1], 100, 1, IB),
    unsupported("cancelWshMetaData", [1], 101, 1, IB),
    unsupported("reqWshEventData", [1, {"@": "WshEventData"}], 102, 1, IB),
    unsupported("cancelWshEventData", [1], 103, 1, IB),
]
ASKED = [*CONNECTION, *CONTRACTS, *MARKET, *HISTORY, *ACCOUNT, *ORDERS, *UNSUPPORTED]
