"""Orders to bytes: the longest of all messages, of which each version adds some fields or takes one away.

What an order says nothing of is written as TWS does, so that an order that a client takes from here and sends back
changed is read as the same order: zero for the prices, None for what hedges it, the largest numbers for what is unset.
"""

from typing import Final

from simulator.tws import account_notices as say
from simulator.tws.terms import OrderTerms
from simulator.tws.wire.decode_orders import PEG_BENCH
from simulator.tws.wire.encode_account import UNSET, known, named
from simulator.tws.wire.framing import frame
from simulator.tws.wire.versions import Gate

UNSET_SIZE: Final = 2_147_483_647
NO_OCA_TYPE: Final = 3  # what TWS tells of orders that are in no group
EXEMPT_CODE: Final = -1
Fields = tuple[object, ...]


def whole(quantity: float) -> float:
    """Without a decimal point where it says nothing."""
    return int(quantity) if quantity == int(quantity) else quantity


def order_status(said: say.OrderStatus, _version: int) -> bytes:
    """The last is the price that a market order is capped at."""
    return frame(
        *(3, said.order_id, said.status, said.filled, said.remaining, said.average_price, said.perm_id),
        *(said.parent_id, said.last_price, said.client_id, said.why_held, 0),
    )


def open_order_end(_said: say.OpenOrderEnd, _version: int) -> bytes:
    return frame(53, 1)


def completed_orders_end(_said: say.CompletedOrdersEnd, _version: int) -> bytes:
    return frame(102)


def open_order(said: say.OpenOrder, version: int) -> bytes:
    terms = said.terms
    return frame(
        *(5, said.order_id, *named(said.contract), *_main(terms), said.client_id, said.perm_id),
        *(terms.outside_rth, terms.hidden, terms.discretionary, terms.good_after_time),
        "",  # shares allocation
        *_advisor(version),
        *(terms.model_code, terms.good_till_date, terms.rule_80a, terms.percent_offset),
        *("", 0, "", EXEMPT_CODE, 0),  # settlingFirm, short sale's slot, location and code, auctionStrategy
        *("", "", "", "", ""),  # startingPrice, stockRefPrice, delta, range's two ends
        *(UNSET_SIZE, 0, 0, terms.all_or_none, terms.min_quantity, _oca_type(terms)),  # display, block, sweep
        *(terms.e_trade_only, terms.firm_quote_only, ""),  # nbboPriceCap
        *(terms.parent_id, terms.trigger_method),
        *("", 0, "None", "", 0, "", "", "", "", 0, 0, ""),  # volatility and its hedge
        *(0, 0, terms.trail_stop_price, terms.trailing_percent),  # continuousUpdate, referencePriceType
        *("", "", "", 0, 0, 0),  # basisPoints and type; combo: text, legs, prices, routing
        *("", "", "", "", 0),  # scale: sizes, increment; hedgeType, optOutSmartRouting
        *("", "IB", terms.not_held, 0),  # clearing account and intent; no delta-neutral contract
        *_algo(terms),
        *(terms.solicited, terms.what_if, *_state(said.state)),
        *(0, 0, *_pegged(terms), 0),  # randomize size, price; no conditions
        *("None", UNSET, known(terms.trail_stop_price), known(terms.limit_price_offset)),  # adjusted: type, trigger
        *(UNSET, UNSET, UNSET, 0, "", "", ""),  # adjusted: stop, its limit, trail, unit; soft dollar tier
        *(terms.cash_quantity or 0, 0, 0, 0, 0),  # hedge by own price, container, to limit, price management
        *_since(version),
    )


def completed_order(said: say.CompletedOrder, version: int) -> bytes:
    terms = said.terms
    return frame(
        *(101, *named(said.contract), *_main(terms), said.perm_id),
        *(terms.outside_rth, terms.hidden, terms.discretionary, terms.good_after_time),
        *_advisor(version),
        *(terms.model_code, terms.good_till_date, terms.rule_80a, terms.percent_offset),
        *("", 0, "", EXEMPT_CODE),  # settlingFirm, short sale's slot, location and code
        *("", "", "", "", ""),  # startingPrice, stockRefPrice, delta, range's two ends
        *(UNSET_SIZE, 0, terms.all_or_none, terms.min_quantity, _oca_type(terms)),  # display, sweep
        terms.trigger_method,
        *("", 0, "None", "", 0, 0, 0, ""),  # volatility and its hedge
        *(0, 0, terms.trail_stop_price, terms.trailing_percent),  # continuousUpdate, referencePriceType
        *("", 0, 0, 0),  # combo: text, legs, prices, routing
        *("", "", "", ""),  # scale: sizes, increment; hedgeType
        *("", "IB", terms.not_held, 0),  # clearing account and intent; no delta-neutral contract
        *_algo(terms),
        *(terms.solicited, said.state.status),
        *(0, 0, *_pegged(terms), 0),  # randomize size, price; no conditions
        *(known(terms.trail_stop_price), known(terms.limit_price_offset)),
        *(terms.cash_quantity or 0, 0, 0),  # hedge by own price, container
        *("", said.filled, 0, 0),  # autoCancelDate, filled, futures' conId, autoCancelParent
        *("Not an insider or substantial shareholder", 0, 0, 0),  # imbalanceOnly, routeMarketableToBbo, parent's permId
        *(said.state.completed_time, said.state.completed_status),
        *(_PEG_FIELDS if version >= Gate.PEG_FIELDS else ()),
    )


_PEG_FIELDS: Final[Fields] = ("", "", UNSET, UNSET, UNSET)  # least trade, least rival, offsets: best, whole, half


def _main(terms: OrderTerms) -> Fields:
    return (
        *(terms.action, whole(terms.quantity), terms.order_type, terms.limit_price or 0.0, terms.aux_price or 0.0),
        *(terms.tif, terms.oca_group, terms.account, terms.open_close, terms.origin, terms.order_ref),
    )


def _advisor(version: int) -> Fields:
    return ("", "", "") if version >= Gate.NO_FA_PROFILE else ("", "", "", "")


def _oca_type(terms: OrderTerms) -> int:
    return terms.oca_type if terms.oca_group or terms.oca_type else NO_OCA_TYPE


def _algo(terms: OrderTerms) -> Fields:
    return (terms.algo_strategy, 0) if terms.algo_strategy else ("",)


def _pegged(terms: OrderTerms) -> Fields:
    return (0, 0, 0, 0, "") if terms.order_type in PEG_BENCH else ()


def _state(state: say.OrderState) -> Fields:
    return (
        state.status,
        *(known(state.init_margin_before), known(state.maint_margin_before), known(state.equity_before)),
        *(known(state.init_margin_change), known(state.maint_margin_change), known(state.equity_change)),
        *(known(state.init_margin_after), known(state.maint_margin_after), known(state.equity_after)),
        *(state.commission, "", "", state.commission_currency, state.warning),  # least and most of commission
    )


def _since(version: int) -> Fields:
    """What later versions add at the end: duration, postToAts, autoCancelParent, and pegs."""
    fields: list[object] = []
    if version >= Gate.DURATION:
        fields.append(UNSET_SIZE)
    if version >= Gate.POST_TO_ATS:
        fields.append(UNSET_SIZE)
    if version >= Gate.AUTO_CANCEL_PARENT:
        fields.append(0)
    if version >= Gate.PEG_FIELDS:
        fields += _PEG_FIELDS
    return tuple(fields)
