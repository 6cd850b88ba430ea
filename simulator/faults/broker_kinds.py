"""Faults of what TWS and IB do, in the same table as those of the wire."""

from typing import Final

from simulator.faults.arguments import Argument, Sort
from simulator.faults.kind import How, Kind

_ORDERS: Final = ("PlaceOrder", "CancelOrder", "ReqGlobalCancel")


def _whole(name: str, text: str, default: int | None, lowest: float, highest: float) -> Argument:
    return Argument(name=name, sort=Sort.WHOLE, default=default, lowest=lowest, highest=highest, text=text)


def _by(default: float, text: str) -> Argument:
    return Argument(name="by", sort=Sort.SECONDS, default=default, lowest=0.001, highest=1800.0, text=text)


def _span(name: str, text: str, *arguments: Argument, everybody: bool = False) -> Kind:
    return Kind(name=name, side="broker", how=How.SPAN, text=text, arguments=arguments, everybody=everybody)


def _instant(name: str, text: str, *arguments: Argument) -> Kind:
    return Kind(name=name, side="broker", how=How.INSTANT, text=text, arguments=arguments)


def _order(name: str, text: str, *arguments: Argument, of: tuple[str, ...] = ("PlaceOrder",)) -> Kind:
    return Kind(name=name, side="broker", how=How.REQUEST, text=text, arguments=arguments, of=of)


BROKER: Final = (
    # between TWS and IB
    _span(
        "1100",
        "TWS has lost IB: 1100, then nothing of orders, accounts or data until 1101 or 1102; fills in between are "
        "never told, orders sent never arrive",
        Argument(
            name="data",
            sort=Sort.CHOICE,
            default="kept",
            choices=("kept", "lost"),
            text="at the end 1102, or 1101 and every subscription is gone",
        ),
        everybody=True,
    ),
    _span("2110", "the same with the words 2110 and 1102", everybody=True),
    _span("2103", "the market data farm: 2103, no live data, then 2104", everybody=True),
    _span("2105", "the farm of history: 2105, no answers from history, then 2106", everybody=True),
    _span("2157", "the farm of contracts: 2157, no contract details, then 2158", everybody=True),
    _instant(
        "code",
        "TWS says a code and nothing else happens",
        _whole("code", "which", None, 1, 99_999),
        _whole("id", "about which request or order; -1: none", -1, -1, 2**31 - 1),
        Argument(name="text", sort=Sort.TEXT, default="injected", text="its words"),
    ),
    _span(
        "restart",
        "TWS restarts: connections are closed and none taken, what was not transmitted is lost",
        _whole("ids_lost", "how many order ids are given out again", 0, 0, 10_000),
        everybody=True,
    ),
    # market data
    _span("stall", "live data stops without a word", everybody=True),
    _span("sentinel", "prices are -1 and sizes 0 in ticks"),
    _span("crossed_book", "bid and ask are told the wrong way round"),
    _span(
        "entitlement",
        "what the login may see",
        Argument(
            name="data",
            sort=Sort.CHOICE,
            default="delayed",
            choices=("delayed", "none", "competing"),
            text="for requests from now on; competing: running ones fall silent with 10197",
        ),
        everybody=True,
    ),
    _span("halt", "the market stands still: no quotes, no trades, no fills", everybody=True),
    _instant("gap", "the price jumps", _whole("ticks", "by so many ticks", -80, -10_000, 10_000)),
    # orders
    _order("swallow", "an order or a cancel never reaches IB, and nothing is said", of=_ORDERS),
    _order("ack_late", "an order or a cancel reaches IB late", _by(10.0, "how late"), of=_ORDERS),
    _order("cancel_fill_race", "an order is filled just before its cancel arrives", of=("CancelOrder",)),
    _span("ack_lost", "openOrder and orderStatus are never told"),
    _order(
        "error",
        "a code about an order, which is placed all the same",
        _whole("code", "which", 399, 1, 99_999),
        Argument(name="text", sort=Sort.TEXT, default="injected", text="its words"),
        Argument(name="instead", sort=Sort.FLAG, default=False, text="the order is not placed"),
    ),
    _order(
        "reject",
        "IB rejects an order",
        Argument(name="reason", sort=Sort.TEXT, default="injected", text="the words after 201"),
        Argument(
            name="shape",
            sort=Sort.CHOICE,
            default="both",
            choices=("both", "error", "inactive"),
            text="201 and Inactive, or only one of them",
        ),
    ),
    _instant("unasked_cancel", "IB cancels every order of the client that works: Cancelled and 202"),
    _span(
        "commission",
        "commission reports",
        Argument(
            name="how",
            sort=Sort.CHOICE,
            default="absent",
            choices=("absent", "minus", "late"),
            text="absent, -1 or late",
        ),
        _by(30.0, "how late"),
    ),
    _span("position_lag", "positions come late", _by(5.0, "how late")),
    _span(
        "correction",
        "each fill is corrected at once: the same id with a higher last part, at another price",
        _whole("ticks", "how much higher", 1, -1000, 1000),
    ),
    # others
    _instant(
        "manual_trade",
        "somebody trades by hand in the same account",
        Argument(name="action", sort=Sort.CHOICE, default="BUY", choices=("BUY", "SELL"), text="which way"),
        _whole("contracts", "how many", 1, 1, 100),
    ),
    _instant(
        "foreign_order",
        "an order made by hand rests far from the market",
        Argument(name="action", sort=Sort.CHOICE, default="BUY", choices=("BUY", "SELL"), text="which way"),
        _whole("contracts", "how many", 1, 1, 100),
    ),
    _instant("liquidation", "IB closes every position at the market"),
)
