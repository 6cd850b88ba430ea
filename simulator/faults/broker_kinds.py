"""Faults of what TWS and IB do."""

from functools import partial
from typing import Final

from simulator.faults.kind import SHORTEST_S, How, choice, flag, kind, text, time, whole
from simulator.faults.which import ORDERS, WHICH_MESSAGE, WHICH_ORDER

SENTINELS: Final = ("minus", "zero", "huge", "nan", "size")
_ORDERS: Final = ("PlaceOrder", "CancelOrder", "ReqGlobalCancel")
_SPAN: Final = partial(kind, "broker", How.SPAN)
_INSTANT: Final = partial(kind, "broker", How.INSTANT)
_HEARD: Final = partial(kind, "broker", How.REQUEST)
_OWNER: Final = whole("owner", "the client that it is of; 0: made by hand", 0, 0, 2**31 - 1)

BROKER: Final = (
    # between TWS and IB
    _SPAN(
        "1100",
        (
            "TWS has lost IB: 1100, then nothing of orders, accounts or data until 1101 or 1102; fills in "
            "between are never told, orders sent never arrive"
        ),
        choice("data", "at the end 1102, or 1101 and every subscription is gone", "kept", "lost"),
        everybody=True,
    ),
    _SPAN("2110", "the same with the words 2110 and 1102", everybody=True),
    _SPAN(
        "2103",
        "the market data farm: 2103, no live data, then 2104",
        choice("data", "from then on live data comes again, or every subscription is gone", "kept", "lost"),
        everybody=True,
    ),
    _SPAN("2105", "the farm of history: 2105, no answers from history, then 2106", everybody=True),
    _SPAN("2157", "the farm of contracts: 2157, no contract details, then 2158", everybody=True),
    _INSTANT(
        "code",
        "TWS says a code and nothing else happens",
        whole("code", "which", None, 1, 99_999),
        whole("id", "about which request or order; -1: none", -1, -1, 2**31 - 1),
        choice("about", "or about each open order of a kind, of the client's or of all", "id", *ORDERS),
        text("text", "its words; without any, TWS's own", ""),
    ),
    _SPAN(
        "restart",
        "TWS restarts: connections are closed and none taken, what was not transmitted is lost",
        whole("ids_lost", "how many order ids are given out again", 0, 0, 10_000),
        of_world=True,
    ),
    # market data
    _SPAN("stall", "live data stops without a word", everybody=True),
    _SPAN(
        "sentinel",
        "ticks have values that stand for none",
        choice("value", "prices -1, 0, 1.8e308 or nan with sizes 0; size: right prices without a size", *SENTINELS),
        choice("what", "of which ticks", "quotes", "trades", "all"),
    ),
    _SPAN("crossed_book", "bid and ask are told the wrong way round"),
    _SPAN(
        "entitlement",
        "what the login may see",
        choice(
            "data",
            "for requests from now on; competing: running ones fall silent with 10197",
            "delayed",
            "none",
            "competing",
        ),
        of_world=True,
    ),
    _SPAN("halt", "nobody quotes and nobody trades; then the market opens where the tape is by then", of_world=True),
    _SPAN(
        "limit_lock",
        "the price is locked at its limit: nobody offers (up) or bids (down), and nobody trades",
        choice("side", "which", "up", "down"),
        of_world=True,
    ),
    _INSTANT("gap", "the price jumps", whole("ticks", "by so many ticks", -80, -10_000, 10_000), of_world=True),
    # orders
    _HEARD("swallow", "an order or a cancel never reaches IB, and nothing is said", WHICH_MESSAGE, of=_ORDERS),
    _HEARD("ack_late", "an order or a cancel reaches IB late", time("by", "how late", 10.0), WHICH_MESSAGE, of=_ORDERS),
    _HEARD(
        "cancel_fill_race",
        "an order is filled just before its cancel arrives",
        whole("contracts", "how many fill; 0: all, and the cancel comes too late", 0, 0, 100_000),
        flag("pending", "PendingCancel is told first, and the order works on for a while", default=False),
        time("by", "how long it does", 1.0),
        WHICH_ORDER,
        of=("CancelOrder",),
    ),
    _SPAN("ack_lost", "openOrder and orderStatus are never told"),
    _HEARD(
        "error",
        "a code about an order, which is placed all the same",
        whole("code", "which", 399, 1, 99_999),
        text("text", "its words; without any, TWS's own", ""),
        flag("instead", "the order is not placed", default=False),
        WHICH_MESSAGE,
        of=("PlaceOrder",),
    ),
    _HEARD(
        "reject",
        "IB rejects an order",
        text("reason", "the words after 201", "injected"),
        choice("shape", "201 and Inactive, or only one of them", "both", "error", "inactive"),
        WHICH_MESSAGE,
        of=("PlaceOrder",),
    ),
    _HEARD(
        "inactive",
        "TWS puts a new order aside, told as Inactive, with its children; later it comes alive",
        time("by", "how much later", 10.0),
        WHICH_ORDER,
        only="new",
        of=("PlaceOrder",),
    ),
    _HEARD(
        "preset",
        "a preset of TWS changes an order",
        choice("what", "10349 and a TIF of DAY, or 2109 and regular hours only", "day", "hours"),
        WHICH_MESSAGE,
        of=("PlaceOrder",),
    ),
    _INSTANT(
        "late_reject",
        "IB rejects orders that it had taken, such as the stop of an entry that has just filled: 201 and Inactive",
        text("reason", "the words after 201", "injected"),
        time("by", "how long after what it begins with", SHORTEST_S),
        WHICH_ORDER,
    ),
    _HEARD(
        "second_order",
        "new terms of an order make another one under the same id: two permIds, and both work",
        flag("alone", "whether it is neither a child nor in a group", default=False),
        only="modify",
        of=("PlaceOrder",),
    ),
    _INSTANT(
        "ids_back",
        "order ids are counted from a lower one",
        whole("ids", "how many fewer", 4, 1, 10_000),
        of_world=True,
    ),
    _INSTANT("unasked_cancel", "IB cancels orders of the client that work: Cancelled and 202", WHICH_ORDER),
    _SPAN("rest_canceled", "an order that fills in part is not left to rest: IB cancels what is left of it"),
    _SPAN(
        "fill_first",
        "nothing is told of an order before its first fill",
        time("within", "how long that is waited for", 30.0),
    ),
    _SPAN(
        "commission",
        "commission reports",
        choice("how", "absent, -1, 1.8e308, late, or ahead of its fill", "absent", "minus", "huge", "late", "early"),
        time("by", "how late", 30.0),
    ),
    _SPAN("position_lag", "positions come late", time("by", "how late", 5.0)),
    _SPAN(
        "correction",
        "each fill is corrected: the same id with a higher last part, at another price",
        whole("ticks", "how much higher", 1, -1000, 1000),
        time("by", "how long after", SHORTEST_S),
    ),
    _INSTANT(
        "bust",
        "the latest fill is taken back: the same id with a higher last part and no contracts, and the position moves",
        time("by", "how long after what it begins with", SHORTEST_S),
    ),
    # others
    _INSTANT(
        "manual_trade",
        "somebody else trades in the same account",
        choice("action", "which way", "BUY", "SELL"),
        whole("contracts", "how many", 1, 1, 100),
        _OWNER,
        of_world=True,
    ),
    _INSTANT(
        "foreign_order",
        "an order of somebody else's rests far from the market",
        choice("action", "which way", "BUY", "SELL"),
        whole("contracts", "how many", 1, 1, 100),
        _OWNER,
        of_world=True,
    ),
    _INSTANT("liquidation", "IB closes every position at the market; the executions are marked as such", of_world=True),
)
