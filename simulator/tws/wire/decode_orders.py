"""Orders as clients write them: a long row of fields, of which some are there only if others say so."""

from typing import Any, Final

from simulator.tws.requests import PlaceOrder
from simulator.tws.terms import OrderTerms
from simulator.tws.wire.reader import Reader
from simulator.tws.wire.versions import Gate

# A condition's type, and how many fields follow it: price, time, margin, execution, volume, change in percent.
CONDITION_FIELDS: Final = {1: 6, 3: 3, 4: 3, 5: 4, 6: 5, 7: 5}
PEG_BENCH: Final = ("PEG BENCH", "PEGBENCH")
COMBO: Final = "BAG"


def place_order(read: Reader, version: int) -> PlaceOrder:
    """The order as far as its cash quantity; what follows says nothing that we keep."""
    order_id = read.id()
    contract = read.contract()
    read.skip(2)  # secIdType, secId
    # Each of these reads on where the one before it stopped.
    terms: dict[str, Any] = _main(read)
    if contract.sec_type == COMBO:
        _skip_combo(read)
    terms |= _timing(read, version)
    terms |= _limits(read)
    _skip_volatility(read)
    terms["trail_stop_price"], terms["trailing_percent"] = read.number(), read.number()
    _skip_scale(read)
    terms |= _clearing(read)
    terms |= _algo(read)
    if terms["order_type"] in PEG_BENCH:
        read.skip(5)
    terms["has_conditions"] = _skip_conditions(read)
    read.skip(2)  # adjustedOrderType, triggerPrice
    terms["limit_price_offset"] = read.number()
    read.skip(7)  # adjustedStopPrice to the soft dollar tier's two
    terms["cash_quantity"] = read.number()
    return PlaceOrder(order_id=order_id, contract=contract, terms=OrderTerms(**terms))


def _main(read: Reader) -> dict[str, Any]:
    terms = {
        "action": read.text(),
        "quantity": read.number() or 0.0,
        "order_type": read.text(),
        "limit_price": read.number(),
        "aux_price": read.number(),
        "tif": read.text(),
        "oca_group": read.text(),
        "account": read.text(),
        "open_close": read.text(),
        "origin": read.integer(),
        "order_ref": read.text(),
        "transmit": read.flag(default=True),
        "parent_id": read.integer(),
    }
    read.skip(3)  # blockOrder, sweepToFill, displaySize
    return terms | {"trigger_method": read.integer(), "outside_rth": read.flag(), "hidden": read.flag()}


def _skip_combo(read: Reader) -> None:
    read.skip(8 * read.count())  # legs
    read.skip(read.count())  # prices of legs
    read.skip(2 * read.count())  # routing parameters


def _timing(read: Reader, version: int) -> dict[str, Any]:
    read.skip(1)  # shares allocation
    terms = {
        "discretionary": read.number() or 0.0,
        "good_after_time": read.text(),
        "good_till_date": read.text(),
    }
    read.skip(3 if version >= Gate.NO_FA_PROFILE else 4)  # faGroup, faMethod, faPercentage, faProfile
    terms["model_code"] = read.text()
    read.skip(3)  # shortSaleSlot, designatedLocation, exemptCode
    return terms | {"oca_type": read.integer(), "rule_80a": read.text()}


def _limits(read: Reader) -> dict[str, Any]:
    read.skip(1)  # settlingFirm
    terms = {
        "all_or_none": read.flag(),
        "min_quantity": read.whole(),
        "percent_offset": read.number(),
        "e_trade_only": read.flag(),
        "firm_quote_only": read.flag(),
    }
    read.skip(8)  # nbboPriceCap to overridePercentageConstraints
    return terms


def _skip_volatility(read: Reader) -> None:
    read.skip(2)  # volatility and its type
    hedged = read.text()
    read.skip(1)
    if hedged:  # also where it says None, as TWS tells of orders and clients send back
        read.skip(8)
    read.skip(2)  # continuousUpdate, referencePriceType


def _skip_scale(read: Reader) -> None:
    read.skip(2)  # sizes of levels
    increment = read.number()
    if increment is not None and increment > 0:
        read.skip(7)
    read.skip(3)  # scaleTable, activeStartTime, activeStopTime


def _clearing(read: Reader) -> dict[str, Any]:
    if read.text():  # hedgeType
        read.skip(1)
    read.skip(3)  # optOutSmartRouting, clearingAccount, clearingIntent
    terms = {"not_held": read.flag()}
    if read.flag():  # a delta-neutral contract
        read.skip(3)
    return terms


def _algo(read: Reader) -> dict[str, Any]:
    strategy = read.text()
    if strategy:
        read.skip(2 * read.count())
    read.skip(1)  # algoId
    what_if = read.flag()
    read.skip(1)  # options
    solicited = read.flag()
    read.skip(2)  # randomizeSize, randomizePrice
    return {"algo_strategy": strategy, "what_if": what_if, "solicited": solicited}


def _skip_conditions(read: Reader) -> bool:
    """Whether there are any."""
    count = read.count()
    for _ in range(min(count, read.left)):
        kind = read.integer()
        if kind not in CONDITION_FIELDS:
            raise read.bad(str(kind))
        read.skip(CONDITION_FIELDS[kind])
    if count:
        read.skip(2)  # conditionsIgnoreRth, conditionsCancelOrder
    return count > 0
