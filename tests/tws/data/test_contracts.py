"""Which contracts are listed, how they are found, and how they are described (F50, F51)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.data.contracts import Listing, last_trade, listed
from simulator.tws.notices import ContractDetails, ContractDetailsEnd, MarketRule, SymbolSamples
from simulator.tws.requests import (
    CancelHeadTimestamp,
    ReqContractDetails,
    ReqMarketRule,
    ReqMatchingSymbols,
    ReqMktDepthExchanges,
    ReqPositions,
    ReqSecDefOptParams,
    ReqSmartComponents,
)
from simulator.tws.terms import Contract
from system.domain.instrument import ContractMonth
from tests.tws.data.floor import ESM4, NOON, Floor, quote

DAY = date(2024, 3, 18)
ES = Contract(symbol="ES", sec_type="FUT", exchange="CME", currency="USD")


def floor() -> Floor:
    floor = Floor([quote(NOON)])
    floor.go(NOON)
    return floor


def names(contract: Contract, day: date = DAY, *, include_expired: bool = False) -> list[str]:
    return [found.local_symbol for found in listed(day).find(contract, include_expired=include_expired)]


def test_all_quarterly_months_of_a_product_are_found_by_its_symbol() -> None:
    assert names(ES) == ["ESM4", "ESU4", "ESZ4", "ESH5", "ESM5", "ESU5", "ESZ5", "ESH6", "ESM6"]
    assert names(replace(ES, symbol="mes")) == ["MESM4", "MESU4", "MESZ4", "MESH5", "MESM5"]


@pytest.mark.parametrize(
    "words",
    [
        {"last_trade": "202406"},
        {"last_trade": "20240621"},
        {"local_symbol": "ESM4", "symbol": ""},
        {"last_trade": "202406", "multiplier": "50"},
        {"last_trade": "202406", "multiplier": "50.0", "trading_class": "ES"},
        {"last_trade": "202406", "exchange": ""},
        {"last_trade": "202406", "currency": ""},
    ],
)
def test_one_contract_is_found_by_what_says_enough(words: dict[str, str]) -> None:
    found = listed(DAY).one(replace(ES, **words))
    assert found is not None
    assert found.local_symbol == "ESM4"


@pytest.mark.parametrize(
    "words",
    [
        {"exchange": "GLOBEX"},
        {"exchange": "SMART"},
        {"symbol": "NQ"},
        {"symbol": ""},
        {"sec_type": "STK"},
        {"sec_type": ""},
        {"currency": "EUR"},
        {"multiplier": "5"},
        {"multiplier": "fifty"},
        {"last_trade": "202405"},
        {"last_trade": "20240620"},
        {"trading_class": "EW"},
        {"local_symbol": "ESM9"},
    ],
)
def test_nothing_is_found_by_words_that_fit_no_contract(words: dict[str, str]) -> None:
    assert names(replace(ES, **words)) == []


def test_a_con_id_says_all() -> None:
    (found,) = listed(DAY).find(ESM4)
    assert names(Contract(con_id=found.con_id)) == ["ESM4"]
    assert names(Contract(con_id=found.con_id, exchange="GLOBEX")) == []
    assert names(Contract(con_id=1)) == []


def test_the_continuous_contract_is_the_front_month_and_rolls_before_it_expires() -> None:
    continuous = replace(ES, sec_type="CONTFUT")
    assert names(continuous) == ["ESM4"]
    assert names(continuous, date(2024, 6, 12)) == ["ESM4"]
    assert names(continuous, date(2024, 6, 13)) == ["ESU4"]
    (found,) = listed(DAY).find(continuous)
    assert found.contract().sec_type == "CONTFUT"
    assert found.con_id == listed(DAY).find(ESM4)[0].con_id


def test_f51_the_continuous_contract_is_not_for_orders_or_live_data() -> None:
    continuous = replace(ES, sec_type="CONTFUT")
    assert listed(DAY).one(continuous) is None


def test_f51_several_contracts_are_not_one() -> None:
    assert listed(DAY).one(ES) is None


def test_an_expired_contract_is_found_only_where_asked_for() -> None:
    march = replace(ES, last_trade="202403")
    assert names(march) == []
    assert names(march, include_expired=True) == ["ESH4"]
    assert names(march, date(2024, 3, 15)) == ["ESH4"], "on its last day it is listed"
    assert len(names(ES, include_expired=True)) == 9 + 8


def test_a_contract_expires_the_day_before_where_stocks_do_not_trade_on_the_third_friday() -> None:
    assert last_trade(ContractMonth(2024, 6)) == date(2024, 6, 21)
    assert last_trade(ContractMonth(2026, 6)) == date(2026, 6, 18)
    assert last_trade(ContractMonth(2008, 3)) == date(2008, 3, 20)


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.integers(0, 600))
def test_a_con_id_is_the_same_whatever_the_day_and_no_other_contracts(day: date, later: int) -> None:
    def ids(listing: Listing) -> dict[int, tuple[str, date]]:
        return {found.con_id: (found.local_symbol, found.expiry) for found in (*listing.expired, *listing.live)}

    one, other = ids(listed(day)), ids(listed(day + timedelta(days=later)))
    assert len(one) == 2 * 8 + 9 + 5
    assert len(set(one.values())) == len(one)
    assert all(one[con_id] == other[con_id] for con_id in one.keys() & other.keys())


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)))
def test_what_is_listed_has_not_expired_and_the_first_month_is_the_nearest(day: date) -> None:
    listing = listed(day)
    assert all(found.expiry >= day for found in listing.live)
    assert all(found.expiry < day for found in listing.expired)


def test_details_describe_a_contract_as_tws_does() -> None:
    details, end = floor().ask(ReqContractDetails(req_id=7, contract=ESM4))
    assert isinstance(details, ContractDetails)
    assert end == ContractDetailsEnd(req_id=7)
    assert details.contract == Contract(
        con_id=details.contract.con_id,
        symbol="ES",
        sec_type="FUT",
        last_trade="20240621",
        multiplier="50",
        exchange="CME",
        currency="USD",
        local_symbol="ESM4",
        trading_class="ES",
    )
    assert (details.min_tick, details.market_name, details.long_name) == (0.25, "ES", "E-mini S&P 500")
    assert (details.contract_month, details.real_expiration, details.time_zone) == ("202406", "20240621", "US/Central")
    assert (details.under_symbol, details.under_sec_type, details.price_magnifier) == ("ES", "IND", 1)
    assert details.trading_hours.startswith("20240317:1700-20240318:1600;20240318:1700-")
    assert details.liquid_hours.startswith("20240318:0830-20240318:1500;")
    assert len(details.exchanges.split(",")) == len(details.market_rule_ids.split(","))


def test_what_tws_says_of_a_contract_finds_that_contract() -> None:
    for found in (*listed(DAY).live, *listed(DAY).expired, *listed(DAY).front):
        again = listed(DAY).find(found.contract(), include_expired=True)
        assert [(one.con_id, one.continuous) for one in again] == [(found.con_id, found.continuous)]


def test_several_details_come_before_one_end() -> None:
    answers = floor().ask(ReqContractDetails(req_id=1, contract=ES))
    assert [type(answer) for answer in answers] == [ContractDetails] * 9 + [ContractDetailsEnd]


@pytest.mark.parametrize(
    ("contract", "code"),
    [
        (Contract(symbol="EUR", sec_type="CASH", exchange="IDEALPRO", currency="USD"), 200),
        (Contract(symbol="AAPL", sec_type="STK", exchange="SMART", currency="USD"), 200),
        (replace(ES, exchange="GLOBEX"), 200),
        (Contract(), 321),
    ],
)
def test_unknown_contracts_have_no_details_and_no_end(contract: Contract, code: int) -> None:
    assert floor().refused(ReqContractDetails(req_id=1, contract=contract))[0] == code


def test_symbols_are_matched_by_their_beginning_or_by_a_word_of_the_name() -> None:
    def matching(pattern: str) -> list[str]:
        (answer,) = floor().ask(ReqMatchingSymbols(req_id=1, pattern=pattern))
        assert isinstance(answer, SymbolSamples)
        return [contract.symbol for contract in answer.contracts]

    assert matching("es") == ["ES"]
    assert matching("micro") == ["MES"]
    assert matching("S&P") == ["ES", "MES"]
    assert matching("") == matching("TSLA") == []


def test_the_market_rule_is_the_tick() -> None:
    assert floor().ask(ReqMarketRule(rule_id=67)) == [MarketRule(rule_id=67, increments=((0.0, 0.25),))]
    assert floor().refused(ReqMarketRule(rule_id=1))[0] == 321


def test_requests_without_anything_to_tell_are_answered_all_the_same() -> None:
    params = ReqSecDefOptParams(req_id=1, symbol="ES", exchange="", sec_type="IND", con_id=1)
    for request in (params, ReqSmartComponents(req_id=1, exchange="a"), ReqMktDepthExchanges()):
        assert len(floor().ask(request)) == 1
    assert floor().ask(CancelHeadTimestamp(req_id=1)) == []


def test_another_kind_of_request_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(AssertionError, match="ReqPositions"):
        floor().ask(ReqPositions())
