"""What TWS says, and what the clients' own decoders are to make of it: the calls of their wrappers, in order.

A dictionary stands for an object of the client's with at least these attributes; a set for any one of its members, as
where one client tells a time as text and another as a time. Values differ from field to field.
"""

from dataclasses import dataclass
from typing import Any

from simulator.tws import market_notices as market
from simulator.tws import notices as say
from simulator.tws.terms import Contract

ES = Contract(
    con_id=551_601_561,
    symbol="ES",
    sec_type="FUT",
    last_trade="20240621",
    strike=5.5,
    right="C",
    multiplier="50",
    exchange="CME",
    primary_exchange="GLOBEX",
    currency="USD",
    local_symbol="ESM4",
    trading_class="ESQ",
)
ES_HEARD = {
    "conId": 551_601_561,
    "symbol": "ES",
    "secType": "FUT",
    "lastTradeDateOrContractMonth": "20240621",
    "strike": 5.5,
    "right": "C",
    "multiplier": "50",
    "exchange": "CME",
    "currency": "USD",
    "localSymbol": "ESM4",
    "tradingClass": "ESQ",
}
TIME_S = 1_710_770_400
TIME = {TIME_S, "2024-03-18T14:00:00+00:00"}


@dataclass(frozen=True, slots=True)
class Said:
    """`official`: what ibapi calls, where it is another thing than what the other two call."""

    notice: say.Notice
    calls: list[tuple[Any, ...]]
    official: list[tuple[Any, ...]] | None = None


CONNECTION = [
    Said(say.NextValidId(order_id=41), [("nextValidId", 41)]),
    Said(say.ManagedAccounts(accounts="DU1,DU2"), [("managedAccounts", "DU1,DU2")]),
    Said(say.CurrentTime(time_s=TIME_S), [("currentTime", TIME_S)]),
    Said(
        say.Error(req_id=-1, code=2104, text="Market data farm connection is OK:usfuture"),
        [("error", -1, 2104, "Market data farm connection is OK:usfuture", "")],
        [("error", -1, 2104, "Market data farm connection is OK:usfuture")],
    ),
    Said(say.UserInfo(req_id=1, white_branding="w"), [("userInfo", 1, "w")], []),
]
CONTRACTS = [
    Said(
        say.ContractDetails(
            req_id=1,
            contract=ES,
            market_name="ESN",
            min_tick=0.25,
            order_types="LMT,MKT",
            exchanges="CME,QBALGO",
            price_magnifier=2,
            under_con_id=11_004_968,
            long_name="E-mini S&P 500",
            contract_month="202406",
            time_zone="US/Central",
            trading_hours="20240318:1700-20240319:1600",
            liquid_hours="20240319:0830-20240319:1500",
            under_symbol="ESU",
            under_sec_type="IND",
            market_rule_ids="67,68",
            real_expiration="20240622",
            agg_group=2_147_483_647,
        ),
        [
            (
                "contractDetails",
                1,
                {
                    "contract": ES_HEARD | {"primaryExchange": "GLOBEX"},
                    "marketName": "ESN",
                    "minTick": 0.25,
                    "orderTypes": "LMT,MKT",
                    "validExchanges": "CME,QBALGO",
                    "priceMagnifier": 2,
                    "underConId": 11_004_968,
                    "longName": "E-mini S&P 500",
                    "contractMonth": "202406",
                    "timeZoneId": "US/Central",
                    "tradingHours": "20240318:1700-20240319:1600",
                    "liquidHours": "20240319:0830-20240319:1500",
                    "underSymbol": "ESU",
                    "underSecType": "IND",
                    "marketRuleIds": "67,68",
                    "realExpirationDate": "20240622",
                    "aggGroup": 2_147_483_647,
                },
            )
        ],
    ),
    Said(say.ContractDetailsEnd(req_id=1), [("contractDetailsEnd", 1)]),
    Said(
        say.SymbolSamples(req_id=1, contracts=(ES, ES)),
        [
            (
                "symbolSamples",
                1,
                [
                    {
                        "contract": {
                            "conId": 551_601_561,
                            "symbol": "ES",
                            "secType": "FUT",
                            "primaryExchange": "GLOBEX",
                            "currency": "USD",
                        },
                        "derivativeSecTypes": [],
                    }
                ]
                * 2,
            )
        ],
    ),
    Said(
        say.MarketRule(rule_id=67, increments=((0.0, 0.25), (100.0, 0.5))),
        [("marketRule", 67, [{"lowEdge": 0.0, "increment": 0.25}, {"lowEdge": 100.0, "increment": 0.5}])],
    ),
    Said(say.OptParamsEnd(req_id=1), [("securityDefinitionOptionParameterEnd", 1)]),
    Said(say.SmartComponents(req_id=1), [("smartComponents", 1, [])]),
    Said(
        say.MktDepthExchanges(exchanges=(("CME", "FUT", "L", "Deep", 4), ("CBOT", "FUT", "M", "Deep2", None))),
        [
            (
                "mktDepthExchanges",
                [
                    {"exchange": "CME", "secType": "FUT", "listingExch": "L", "serviceDataType": "Deep", "aggGroup": 4},
                    {
                        "exchange": "CBOT",
                        "secType": "FUT",
                        "listingExch": "M",
                        "serviceDataType": "Deep2",
                        "aggGroup": 2_147_483_647,
                    },
                ],
            )
        ],
    ),
    Said(
        say.FamilyCodes(codes=(("DU1", "F1"), ("DU2", ""))),
        [
            (
                "familyCodes",
                [{"accountID": "DU1", "familyCodeStr": "F1"}, {"accountID": "DU2", "familyCodeStr": ""}],
            )
        ],
    ),
    Said(say.SoftDollarTiers(req_id=1), [("softDollarTiers", 1, [])]),
    Said(say.NewsProviders(), [("newsProviders", [])]),
    Said(say.ScannerParameters(xml="<x/>"), [("scannerParameters", "<x/>")]),
]
NO_ATTRIBUTES = {"canAutoExecute": False, "pastLimit": False, "preOpen": False}
TICKS = [
    Said(
        market.TickPrice(req_id=1, tick_type=2, price=5000.25, size=7, attributes=3),
        [("priceSizeTick", 1, 2, 5000.25, 7)],
        [
            ("tickPrice", 1, 2, 5000.25, NO_ATTRIBUTES | {"canAutoExecute": True, "pastLimit": True}),
            ("tickSize", 1, 3, 7),
        ],
    ),
    Said(
        market.TickPrice(req_id=1, tick_type=6, price=5010.5, attributes=4),
        [("priceSizeTick", 1, 6, 5010.5, 0)],
        [("tickPrice", 1, 6, 5010.5, NO_ATTRIBUTES | {"preOpen": True})],
    ),
    Said(market.TickSize(req_id=1, tick_type=8, size=1_234_567), [("tickSize", 1, 8, 1_234_567)]),
    Said(market.TickGeneric(req_id=1, tick_type=49, value=0.5), [("tickGeneric", 1, 49, 0.5)]),
    Said(
        market.TickString(req_id=1, tick_type=48, value="5000.25;3;1710770400123;999;5000.5;true"),
        [("tickString", 1, 48, "5000.25;3;1710770400123;999;5000.5;true")],
    ),
    Said(
        market.TickReqParams(req_id=1, min_tick=0.25, bbo_exchange="a6", snapshot_permissions=3),
        [("tickReqParams", 1, 0.25, "a6", 3)],
    ),
    Said(market.MarketDataType(req_id=1, data_type=3), [("marketDataType", 1, 3)]),
    Said(market.SnapshotEnd(req_id=1), [("tickSnapshotEnd", 1)]),
    Said(
        market.TickByTickTrade(req_id=1, all_last=False, time_s=TIME_S, price=5000.25, size=3, past_limit=True),
        [("tickByTickAllLast", 1, 1, TIME_S, 5000.25, 3, {"pastLimit": True, "unreported": False}, "", "")],
    ),
    Said(
        market.TickByTickTrade(
            req_id=1,
            all_last=True,
            time_s=TIME_S,
            price=5000.0,
            size=3,
            unreported=True,
            exchange="CME",
            conditions="T",
        ),
        [("tickByTickAllLast", 1, 2, TIME_S, 5000.0, 3, {"pastLimit": False, "unreported": True}, "CME", "T")],
    ),
    Said(
        market.TickByTickQuote(
            req_id=1, time_s=TIME_S, bid=5000.25, ask=5000.75, bid_size=3, ask_size=4, bid_past_low=True
        ),
        [("tickByTickBidAsk", 1, TIME_S, 5000.25, 5000.75, 3, 4, {"bidPastLow": True, "askPastHigh": False})],
    ),
    Said(
        market.TickByTickQuote(req_id=1, time_s=TIME_S, bid=-0.25, ask=0.0, bid_size=0, ask_size=4, ask_past_high=True),
        [("tickByTickBidAsk", 1, TIME_S, -0.25, 0.0, 0, 4, {"bidPastLow": False, "askPastHigh": True})],
    ),
    Said(market.TickByTickMid(req_id=1, time_s=TIME_S, mid=5000.125), [("tickByTickMidPoint", 1, TIME_S, 5000.125)]),
    Said(
        market.Depth(req_id=1, position=2, operation=1, side=0, price=5000.25, size=9),
        [("updateMktDepth", 1, 2, 1, 0, 5000.25, 9)],
    ),
    Said(
        market.Depth(req_id=1, position=2, operation=1, side=0, price=5000.25, size=9, market_maker="CME", smart=True),
        [("updateMktDepthL2", 1, 2, "CME", 1, 0, 5000.25, 9, True)],
    ),
]
BARS = tuple(
    market.Bar(
        time=f"20240318 10:0{at}:00 US/Eastern",
        open=5000.25,
        high=5001.5,
        low=4999.0,
        close=5000.75,
        volume=100 + at,
        wap=5000.3125,
        count=40 + at,
    )
    for at in range(3)
)
BARS_HEARD = [
    {
        "date": f"20240318 10:0{at}:00 US/Eastern",
        "open": 5000.25,
        "high": 5001.5,
        "low": 4999.0,
        "close": 5000.75,
        "volume": 100 + at,
        "average": 5000.3125,
        "barCount": 40 + at,
    }
    for at in range(3)
]
HISTORY = [
    Said(
        market.RealTimeBar(
            req_id=1,
            time_s=TIME_S,
            open=5000.25,
            high=5001.5,
            low=4999.0,
            close=5000.75,
            volume=100,
            wap=5000.3125,
            count=40,
        ),
        [("realtimeBar", 1, TIME_S, 5000.25, 5001.5, 4999.0, 5000.75, 100, 5000.3125, 40)],
    ),
    Said(
        market.HistoricalData(req_id=1, start="20240318  09:00:00", end="20240318  10:00:00", bars=BARS),
        [
            *(("historicalData", 1, bar) for bar in BARS_HEARD),
            ("historicalDataEnd", 1, "20240318  09:00:00", "20240318  10:00:00"),
        ],
    ),
    Said(market.HistoricalData(req_id=1, start="", end="", bars=()), [("historicalDataEnd", 1, "", "")]),
    Said(market.HistoricalDataUpdate(req_id=1, bar=BARS[1]), [("historicalDataUpdate", 1, BARS_HEARD[1])]),
    Said(
        market.HistoricalTicksMid(req_id=1, ticks=((TIME_S, 5000.25, 0), (TIME_S, 5000.5, 1))),
        [
            (
                "historicalTicks",
                1,
                [{"time": TIME, "price": 5000.25, "size": 0}, {"time": TIME, "price": 5000.5, "size": 1}],
                True,
            )
        ],
    ),
    Said(
        market.HistoricalTicksQuote(req_id=1, ticks=((TIME_S, 5000.25, 5000.75, 3, 4),), done=False),
        [
            (
                "historicalTicksBidAsk",
                1,
                [{"time": TIME, "priceBid": 5000.25, "priceAsk": 5000.75, "sizeBid": 3, "sizeAsk": 4}],
                False,
            )
        ],
    ),
    Said(
        market.HistoricalTicksTrade(req_id=1, ticks=((TIME_S, 5000.25, 3), (TIME_S, 5000.5, 4)), exchange="CME"),
        [
            (
                "historicalTicksLast",
                1,
                [
                    {"time": TIME, "price": 5000.25, "size": 3, "exchange": "CME", "specialConditions": ""},
                    {"time": TIME, "price": 5000.5, "size": 4, "exchange": "CME", "specialConditions": ""},
                ],
                True,
            )
        ],
    ),
    Said(market.HeadTimestamp(req_id=1, time="20240101-14:30:00"), [("headTimestamp", 1, "20240101-14:30:00")]),
    Said(
        market.Histogram(req_id=1, bins=((5000.25, 3), (5000.5, 4))),
        [("histogramData", 1, [{"price": 5000.25, "count": 3}, {"price": 5000.5, "count": 4}])],
    ),
]
SAID = [*CONNECTION, *CONTRACTS, *TICKS, *HISTORY]
