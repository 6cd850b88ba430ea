"""Orders that clients are made to place, and the terms that we are to read: each group of fields that comes and goes."""

from typing import Any

from simulator.tws.requests import PlaceOrder
from simulator.tws.terms import OrderTerms
from tests.contract.golden.asked import COMBO, COMBO_READ, ES, ES_READ, HEDGED, Asked

FIRM = {"eTradeOnly": False, "firmQuoteOnly": False, "openClose": ""}  # the official client says yes by default
# The client's name for each of our terms, and a value unlike the others.
TERMS: dict[str, tuple[str, Any]] = {
    "action": ("action", "BUY"),
    "quantity": ("totalQuantity", 3.0),
    "order_type": ("orderType", "STP LMT"),
    "limit_price": ("lmtPrice", 5000.25),
    "aux_price": ("auxPrice", 4999.5),
    "tif": ("tif", "GTC"),
    "oca_group": ("ocaGroup", "both"),
    "oca_type": ("ocaType", 2),
    "account": ("account", "DU1"),
    "order_ref": ("orderRef", "ref"),
    "transmit": ("transmit", False),
    "parent_id": ("parentId", 41),
    "outside_rth": ("outsideRth", True),
    "hidden": ("hidden", True),
    "trigger_method": ("triggerMethod", 7),
    "good_after_time": ("goodAfterTime", "20240318 10:00:00 UTC"),
    "good_till_date": ("goodTillDate", "20240319 10:00:00 UTC"),
    "open_close": ("openClose", "C"),
    "origin": ("origin", 1),
    "rule_80a": ("rule80A", "A"),
    "all_or_none": ("allOrNone", True),
    "min_quantity": ("minQty", 2),
    "percent_offset": ("percentOffset", 0.125),
    "trail_stop_price": ("trailStopPrice", 4990.0),
    "trailing_percent": ("trailingPercent", 0.75),
    "limit_price_offset": ("lmtPriceOffset", 1.5),
    "discretionary": ("discretionaryAmt", 0.5),
    "what_if": ("whatIf", True),
    "not_held": ("notHeld", True),
    "e_trade_only": ("eTradeOnly", True),
    "firm_quote_only": ("firmQuoteOnly", True),
    "model_code": ("modelCode", "model"),
    "solicited": ("solicited", True),
    "cash_quantity": ("cashQty", 250.5),
}
FULL = dict(TERMS.values())
FULL_READ = {ours: value for ours, (_, value) in TERMS.items()}
LAST = {"whatIf": True, "solicited": True, "cashQty": 250.5, "lmtPriceOffset": 1.5}  # behind all that comes and goes
LAST_READ = {"what_if": True, "solicited": True, "cash_quantity": 250.5, "limit_price_offset": 1.5}
TAGS = [{"@": "TagValue", "tag": "a", "value": "1"}, {"@": "TagValue", "tag": "b", "value": "2"}]
COMBO_ORDER = {
    "orderComboLegs": [{"@": "OrderComboLeg", "price": 1.25}, {"@": "OrderComboLeg", "price": 2.25}],
    "smartComboRoutingParams": TAGS,
}
VOLATILITY = {
    "orderType": "VOL",
    "volatility": 0.25,
    "volatilityType": 2,
    "deltaNeutralOrderType": "LMT",
    "deltaNeutralAuxPrice": 3.5,
    "deltaNeutralConId": 91,
    "deltaNeutralSettlingFirm": "f",
    "deltaNeutralClearingAccount": "a",
    "deltaNeutralClearingIntent": "i",
    "deltaNeutralOpenClose": "O",
    "deltaNeutralShortSale": True,
    "deltaNeutralShortSaleSlot": 2,
    "deltaNeutralDesignatedLocation": "l",
}
SCALE = {
    "scaleInitLevelSize": 3,
    "scaleSubsLevelSize": 2,
    "scalePriceIncrement": 0.25,
    "scalePriceAdjustValue": 0.5,
    "scalePriceAdjustInterval": 60,
    "scaleProfitOffset": 1.25,
    "scaleAutoReset": True,
    "scaleInitPosition": 4,
    "scaleInitFillQty": 5,
    "scaleRandomPercent": True,
}
PEG_BENCH = {
    "orderType": "PEG BENCH",
    "referenceContractId": 92,
    "isPeggedChangeAmountDecrease": True,
    "peggedChangeAmount": 0.5,
    "referenceChangeAmount": 0.75,
    "referenceExchangeId": "CME",
}
HEDGE = {"hedgeType": "B", "hedgeParam": "0.5"}
ALGO = {"algoStrategy": "Adaptive", "algoParams": TAGS}
CONDITIONS = {
    "conditionsIgnoreRth": True,
    "conditionsCancelOrder": True,
    "conditions": [
        {"@": "Condition", "type": 1, "isMore": True, "price": 5.5, "conId": 6, "exch": "CME", "triggerMethod": 3},
        {"@": "Condition", "type": 3, "isMore": False, "time": "20240318 10:00:00 UTC"},
        {"@": "Condition", "type": 4, "isMore": True, "percent": 40},
        {"@": "Condition", "type": 5, "secType": "FUT", "exch": "CME", "symbol": "ES"},
        {"@": "Condition", "type": 6, "isMore": True, "volume": 400, "conId": 6, "exch": "CME"},
        {"@": "Condition", "type": 7, "isMore": True, "changePercent": 4.5, "conId": 6, "exch": "CME"},
    ],
}
CONDITIONED = {"has_conditions": True}


def placed(order: dict[str, Any], read: dict[str, Any], contract: Any = ES, contract_read: Any = ES_READ) -> Asked:
    arguments = [5, contract, {"@": "Order"} | FIRM | LAST | order]
    terms = OrderTerms(**LAST_READ | read)
    return Asked("placeOrder", arguments, PlaceOrder(order_id=5, contract=contract_read, terms=terms))


def one_by_one() -> list[Asked]:
    """Each term alone, so that no two can have changed places."""
    return [
        Asked(
            "placeOrder",
            [5, ES, {"@": "Order"} | FIRM | {theirs: value}],
            PlaceOrder(order_id=5, contract=ES_READ, terms=OrderTerms(**{ours: value})),
        )
        for ours, (theirs, value) in TERMS.items()
    ]


ASKED_ORDERS = [
    Asked(
        "placeOrder",
        [5, ES, {"@": "Order"} | FIRM],
        PlaceOrder(order_id=5, contract=ES_READ, terms=OrderTerms()),
    ),
    *one_by_one(),
    placed(FULL, FULL_READ),
    placed(COMBO_ORDER, {}, COMBO, COMBO_READ),
    placed({}, {}, COMBO, COMBO_READ),
    placed({}, {}, COMBO | {"comboLegs": []}, COMBO_READ),
    placed(VOLATILITY, {"order_type": "VOL"}),
    placed({"deltaNeutralOrderType": "None", "adjustedOrderType": "None"}, {}),
    placed(SCALE, {}),
    placed({"scalePriceIncrement": 0.0}, {}),
    placed(HEDGE, {}),
    placed({}, {}, HEDGED, ES_READ),
    placed(ALGO, {"algo_strategy": "Adaptive"}),
    placed({"algoStrategy": "Adaptive"}, {"algo_strategy": "Adaptive"}),
    placed(PEG_BENCH, {"order_type": "PEG BENCH"}),
    placed(CONDITIONS, CONDITIONED),
    placed(
        FULL | SCALE | HEDGE | ALGO | CONDITIONS | COMBO_ORDER | VOLATILITY | PEG_BENCH,
        FULL_READ | CONDITIONED | {"algo_strategy": "Adaptive", "order_type": "PEG BENCH"},
        COMBO | HEDGED | {"secType": "BAG"},
        COMBO_READ,
    ),
]
