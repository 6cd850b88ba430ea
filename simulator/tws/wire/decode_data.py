"""Requests for contracts and market data as clients write them."""

from typing import Final

from simulator.tws.requests import (
    CancelMktDepth,
    ReqContractDetails,
    ReqHeadTimestamp,
    ReqHistogram,
    ReqHistoricalData,
    ReqHistoricalTicks,
    ReqMatchingSymbols,
    ReqMktData,
    ReqMktDepth,
    ReqRealTimeBars,
    ReqSecDefOptParams,
    ReqSmartComponents,
    ReqTickByTick,
)
from simulator.tws.wire.decode_orders import COMBO
from simulator.tws.wire.reader import Reader

COMBO_LEG_FIELDS: Final = 4  # conId, ratio, action, exchange


def contract_details(read: Reader, _version: int) -> ReqContractDetails:
    read.skip(1)
    return ReqContractDetails(req_id=read.id(), contract=read.contract(), include_expired=read.flag())


def matching_symbols(read: Reader, _version: int) -> ReqMatchingSymbols:
    return ReqMatchingSymbols(req_id=read.id(), pattern=read.text())


def option_parameters(read: Reader, _version: int) -> ReqSecDefOptParams:
    return ReqSecDefOptParams(
        req_id=read.id(), symbol=read.text(), exchange=read.text(), sec_type=read.text(), con_id=read.integer()
    )


def smart_components(read: Reader, _version: int) -> ReqSmartComponents:
    return ReqSmartComponents(req_id=read.id(), exchange=read.text())


def market_data(read: Reader, _version: int) -> ReqMktData:
    read.skip(1)
    req_id, contract = read.id(), read.contract()
    if contract.sec_type == COMBO:
        read.skip(COMBO_LEG_FIELDS * read.count())
    if read.flag():  # a delta-neutral contract
        read.skip(3)
    return ReqMktData(
        req_id=req_id,
        contract=contract,
        generic_ticks=read.text(),
        snapshot=read.flag(),
        regulatory=read.flag(),
    )


def tick_by_tick(read: Reader, _version: int) -> ReqTickByTick:
    return ReqTickByTick(
        req_id=read.id(),
        contract=read.contract(),
        kind=read.text(),
        ticks=read.integer(),
        ignore_size=read.flag(),
    )


def real_time_bars(read: Reader, _version: int) -> ReqRealTimeBars:
    read.skip(1)
    return ReqRealTimeBars(
        req_id=read.id(),
        contract=read.contract(),
        bar_s=read.integer(),
        what=read.text(),
        use_rth=read.flag(),
    )


def depth(read: Reader, _version: int) -> ReqMktDepth:
    read.skip(1)
    return ReqMktDepth(req_id=read.id(), contract=read.contract(), rows=read.integer(), smart=read.flag())


def cancel_depth(read: Reader, _version: int) -> CancelMktDepth:
    read.skip(1)
    return CancelMktDepth(req_id=read.id(), smart=read.flag())


def historical_data(read: Reader, _version: int) -> ReqHistoricalData:
    req_id, contract = read.id(), read.contract()
    include_expired, end, bar_size, duration = read.flag(), read.text(), read.text(), read.text()
    use_rth, what, format_date = read.flag(), read.text(), read.integer(1)
    if contract.sec_type == COMBO:
        read.skip(COMBO_LEG_FIELDS * read.count())
    return ReqHistoricalData(
        req_id=req_id,
        contract=contract,
        end=end,
        bar_size=bar_size,
        duration=duration,
        use_rth=use_rth,
        what=what,
        format_date=format_date,
        keep_up_to_date=read.flag(),
        include_expired=include_expired,
    )


def historical_ticks(read: Reader, _version: int) -> ReqHistoricalTicks:
    req_id, contract = read.id(), read.contract()
    read.skip(1)  # includeExpired
    return ReqHistoricalTicks(
        req_id=req_id,
        contract=contract,
        start=read.text(),
        end=read.text(),
        number=read.integer(),
        what=read.text(),
        use_rth=read.flag(),
        ignore_size=read.flag(),
    )


def head_timestamp(read: Reader, _version: int) -> ReqHeadTimestamp:
    req_id, contract = read.id(), read.contract()
    read.skip(1)  # includeExpired
    use_rth, what, format_date = read.flag(), read.text(), read.integer(1)
    return ReqHeadTimestamp(req_id=req_id, contract=contract, what=what, use_rth=use_rth, format_date=format_date)


def histogram(read: Reader, _version: int) -> ReqHistogram:
    req_id, contract = read.id(), read.contract()
    read.skip(1)  # includeExpired
    return ReqHistogram(req_id=req_id, contract=contract, use_rth=read.flag(), period=read.text())
