"""Requests that are answered once: contracts and what belongs to them, the earliest data, histograms."""

import re
from collections import Counter
from datetime import timedelta
from typing import Final

from simulator.tws import requests as ask
from simulator.tws.data import hours
from simulator.tws.data.asking import denied, resolve
from simulator.tws.data.bars import TICK, WHATS
from simulator.tws.data.contracts import CURRENCY, EXCHANGE, FUTURE, PRODUCTS, RULE_ID
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.source import DataDesk
from simulator.tws.market_notices import HeadTimestamp, Histogram
from simulator.tws.moments import in_utc
from simulator.tws.notices import (
    NO_ID,
    ContractDetailsEnd,
    Error,
    MarketRule,
    MktDepthExchanges,
    Notice,
    OptParamsEnd,
    SmartComponents,
    SymbolSamples,
)
from simulator.tws.requests import ReqHeadTimestamp, ReqHistogram
from simulator.tws.terms import Contract
from system.domain.settings import SECOND_NS

PERIODS: Final = {"second": 0, "minute": 0, "hour": 0, "day": 1, "week": 7, "month": 31, "year": 366}  # in days
NUMBER: Final = re.compile(r"\d{1,99}", re.ASCII)
DEEP: Final = "Deep"
TEXT, EPOCH = 1, 2


def look_up(desk: DataDesk, request: ask.Request, now_ns: int) -> list[Notice]:
    """Answer a request that no subscription comes of; any other kind is a mistake of the caller."""
    match request:
        case ask.ReqContractDetails():
            return _details(desk, request, now_ns)
        case ask.ReqHeadTimestamp():
            return _head(desk, request, now_ns)
        case ask.ReqHistogram():
            return _histogram(desk, request, now_ns)
        case ask.CancelHeadTimestamp() | ask.CancelHistogram():
            return []  # it has been answered
        case _:
            return [_constant(request)]


def _constant(request: ask.Request) -> Notice:
    """The answers that no market changes."""
    match request:
        case ask.ReqMatchingSymbols():
            return SymbolSamples(req_id=request.req_id, contracts=_matching(request.pattern))
        case ask.ReqMarketRule() if request.rule_id == RULE_ID:
            return MarketRule(rule_id=RULE_ID, increments=((0.0, TICK),))
        case ask.ReqMarketRule():
            return invalid(NO_ID, f"Market rule {request.rule_id} is not known")
        case ask.ReqSecDefOptParams():
            return OptParamsEnd(req_id=request.req_id)
        case ask.ReqSmartComponents():
            return SmartComponents(req_id=request.req_id)
        case ask.ReqMktDepthExchanges():
            return MktDepthExchanges(exchanges=((EXCHANGE, FUTURE, EXCHANGE, DEEP, None),))
        case _:
            raise AssertionError(f"{type(request).__name__} is no request for market data")


def _details(desk: DataDesk, request: ask.ReqContractDetails, now_ns: int) -> list[Notice]:
    req_id, contract = request.req_id, request.contract
    if not contract.con_id and not contract.sec_type:
        return [invalid(req_id, "Please enter a valid security type")]
    found = desk.listing(now_ns).find(contract, include_expired=request.include_expired)
    if not found:
        return [refusal(req_id, "unknown_contract")]
    day = hours.trading_day(now_ns)
    return [*(listed.details(req_id, day) for listed in found), ContractDetailsEnd(req_id=req_id)]


def _matching(pattern: str) -> tuple[Contract, ...]:
    """The underlyings whose symbol begins, or whose name has a word that begins, as the pattern says."""
    text = pattern.strip().upper()
    found = [
        product
        for product in PRODUCTS
        if text
        and (
            product.instrument.symbol.startswith(text)
            or any(word.startswith(text) for word in product.long_name.upper().split())
        )
    ]
    return tuple(
        Contract(
            con_id=product.under_con_id,
            symbol=product.instrument.symbol,
            sec_type="IND",
            primary_exchange=EXCHANGE,
            currency=CURRENCY,
        )
        for product in found
    )


def _head(desk: DataDesk, request: ReqHeadTimestamp, now_ns: int) -> list[Notice]:
    """The beginning of the first session that is kept."""
    req_id = request.req_id
    if request.what.upper() not in WHATS:
        return [invalid(req_id, "What to show field is missing or incorrect.")]
    if request.format_date not in (TEXT, EPOCH):
        return [invalid(req_id, f"Date formatting selection of {request.format_date} rejected")]
    listed = resolve(desk, req_id, request.contract, now_ns, history=True, expired=True)
    if isinstance(listed, Error):
        return [listed]
    error = denied(desk, req_id, "history_rights")
    if error is not None:
        return [error]
    starts = [day.rth_open_ns if request.use_rth else day.open_ns for day in desk.history.days() if day.trades]
    if not starts:
        return [refusal(req_id, "no_history", listed.local_symbol, EXCHANGE, request.what.capitalize())]
    time = in_utc(starts[0]) if request.format_date == TEXT else str(starts[0] // SECOND_NS)
    return [HeadTimestamp(req_id=req_id, time=time)]


def _histogram(desk: DataDesk, request: ReqHistogram, now_ns: int) -> list[Notice]:
    """Contracts by price over the last sessions."""
    req_id = request.req_id
    words = request.period.lower().split()
    unit = words[1].removesuffix("s") if len(words) == 2 else ""
    if len(words) != 2 or not NUMBER.fullmatch(words[0]) or unit not in PERIODS:
        return [invalid(req_id, f"Histogram period is invalid: {request.period}")]
    listed = resolve(desk, req_id, request.contract, now_ns, history=True, expired=True)
    if isinstance(listed, Error):
        return [listed]
    error = denied(desk, req_id, "history_rights")
    if error is not None:
        return [error]
    last = hours.at(now_ns).session.day
    span = min(max(1, int(words[0]) * PERIODS[unit]), (last - last.min).days)
    volumes: Counter[int] = Counter()
    for day in desk.history.days():
        if day.session.day > last - timedelta(days=span):
            kept = desk.history.volumes(day)
            volumes.update(kept.regular if request.use_rth else kept.all_hours)
    bins = tuple((price * TICK, size) for price, size in sorted(volumes.items()))
    return [Histogram(req_id=req_id, bins=bins)]
