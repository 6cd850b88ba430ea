"""Every notice has, at every version, exactly the fields that the strictest decoder reads; and ticks are written fast."""

import json
from timeit import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws import account_notices as accounts
from simulator.tws import market_notices as market
from simulator.tws import notices as say
from simulator.tws.terms import Contract, OrderTerms
from simulator.tws.wire.encode import ENCODERS, encode
from simulator.tws.wire.framing import split
from simulator.tws.wire.versions import SERVER_MAX, SERVER_MIN

VERSIONS = range(SERVER_MIN, SERVER_MAX + 1)
ES = Contract(con_id=1, symbol="ES", exchange="CME", right="C")
BAR = market.Bar(time="t", open=1.0, high=2.0, low=0.5, close=1.5, volume=3, wap=1.25, count=2)
STATE = accounts.OrderState(status="Submitted")
FILL = accounts.Execution(
    order_id=1,
    client_id=2,
    perm_id=3,
    exec_id="x",
    time="t",
    account="DU1",
    exchange="CME",
    side="BOT",
    quantity=1,
    price=5000.0,
    cumulative=1,
    average_price=5000.0,
    order_ref="",
)
DETAILS = say.ContractDetails(
    req_id=1,
    contract=ES,
    market_name="ES",
    min_tick=0.25,
    order_types="LMT",
    exchanges="CME",
    price_magnifier=1,
    under_con_id=2,
    long_name="E-mini",
    contract_month="202406",
    time_zone="US/Central",
    trading_hours="",
    liquid_hours="",
    under_symbol="ES",
    under_sec_type="IND",
    market_rule_ids="67",
    real_expiration="20240621",
    agg_group=2_147_483_647,
)


def opened(**terms: Any) -> accounts.OpenOrder:
    order = OrderTerms(**terms)
    return accounts.OpenOrder(order_id=1, contract=ES, terms=order, client_id=2, perm_id=3, state=STATE)


def completed(**terms: Any) -> accounts.CompletedOrder:
    return accounts.CompletedOrder(contract=ES, terms=OrderTerms(**terms), perm_id=3, filled=1, state=STATE)


# A notice, and from which version on it has how many fields.
COUNTS: list[tuple[say.Notice, dict[int, int]]] = [
    (say.NextValidId(order_id=1), {151: 3}),
    (say.ManagedAccounts(accounts="DU1"), {151: 3}),
    (say.CurrentTime(time_s=1), {151: 3}),
    (say.Error(req_id=-1, code=2104, text="x"), {151: 5, 166: 6}),
    (say.UserInfo(req_id=1), {151: 3}),
    (DETAILS, {151: 38, 152: 39, 163: 40}),
    (say.ContractDetailsEnd(req_id=1), {151: 3}),
    (say.SymbolSamples(req_id=1, contracts=(ES, ES)), {151: 15, 176: 19}),
    (say.MarketRule(rule_id=67, increments=((0.0, 0.25),)), {151: 5}),
    (say.OptParamsEnd(req_id=1), {151: 2}),
    (say.SmartComponents(req_id=1), {151: 3}),
    (say.MktDepthExchanges(exchanges=(("CME", "FUT", "", "Deep", None),)), {151: 7}),
    (say.FamilyCodes(codes=(("DU1", ""),)), {151: 4}),
    (say.SoftDollarTiers(req_id=1), {151: 3}),
    (say.NewsProviders(), {151: 2}),
    (say.ScannerParameters(xml=""), {151: 3}),
    (market.TickPrice(req_id=1, tick_type=1, price=5000.0), {151: 7}),
    (market.TickSize(req_id=1, tick_type=0, size=1), {151: 5}),
    (market.TickGeneric(req_id=1, tick_type=49, value=0.0), {151: 5}),
    (market.TickString(req_id=1, tick_type=45, value="1"), {151: 5}),
    (market.TickReqParams(req_id=1, min_tick=0.25, bbo_exchange="", snapshot_permissions=3), {151: 5}),
    (market.MarketDataType(req_id=1, data_type=1), {151: 4}),
    (market.SnapshotEnd(req_id=1), {151: 3}),
    (market.TickByTickTrade(req_id=1, all_last=True, time_s=1, price=1.0, size=1), {151: 9}),
    (market.TickByTickQuote(req_id=1, time_s=1, bid=1.0, ask=1.25, bid_size=1, ask_size=1), {151: 9}),
    (market.TickByTickMid(req_id=1, time_s=1, mid=1.0), {151: 5}),
    (
        market.RealTimeBar(req_id=1, time_s=1, open=1.0, high=1.0, low=1.0, close=1.0, volume=1, wap=1.0, count=1),
        {151: 11},
    ),
    (market.Depth(req_id=1, position=0, operation=0, side=0, price=1.0, size=1), {151: 8}),
    (market.Depth(req_id=1, position=0, operation=0, side=0, price=1.0, size=1, smart=True), {151: 10}),
    (market.HistoricalData(req_id=1, start="", end="", bars=(BAR, BAR)), {151: 21}),
    (market.HistoricalDataUpdate(req_id=1, bar=BAR), {151: 10}),
    (market.HistoricalTicksMid(req_id=1, ticks=((1, 1.0, 0),)), {151: 8}),
    (market.HistoricalTicksQuote(req_id=1, ticks=((1, 1.0, 1.25, 1, 1),)), {151: 10}),
    (market.HistoricalTicksTrade(req_id=1, ticks=((1, 1.0, 1),)), {151: 10}),
    (market.HeadTimestamp(req_id=1, time=""), {151: 3}),
    (market.Histogram(req_id=1, bins=((1.0, 1),)), {151: 5}),
    (accounts.AccountValue(key="k", value="v", currency="", account="DU1"), {151: 6}),
    (
        accounts.PortfolioValue(
            contract=ES,
            position=1,
            market_price=1.0,
            market_value=1.0,
            average_cost=1.0,
            unrealized_pnl=1.0,
            realized_pnl=1.0,
            account="DU1",
        ),
        {151: 20},
    ),
    (accounts.AccountTime(time="10:00"), {151: 3}),
    (accounts.AccountDownloadEnd(account="DU1"), {151: 3}),
    (accounts.AccountSummary(req_id=1, account="DU1", tag="t", value="v", currency=""), {151: 7}),
    (accounts.AccountSummaryEnd(req_id=1), {151: 3}),
    (accounts.AccountUpdateMulti(req_id=1, account="DU1", model="", key="k", value="v", currency=""), {151: 8}),
    (accounts.AccountUpdateMultiEnd(req_id=1), {151: 3}),
    (accounts.Position(account="DU1", contract=ES, position=1, average_cost=1.0), {151: 16}),
    (accounts.PositionEnd(), {151: 2}),
    (accounts.PositionMulti(req_id=1, account="DU1", model="", contract=ES, position=1, average_cost=1.0), {151: 18}),
    (accounts.PositionMultiEnd(req_id=1), {151: 3}),
    (accounts.PnL(req_id=1, daily=1.0, unrealized=None, realized=None), {151: 5}),
    (accounts.PnLSingle(req_id=1, position=1, daily=1.0, unrealized=None, realized=None, value=1.0), {151: 7}),
    (accounts.ExecDetails(req_id=-1, contract=ES, execution=FILL), {151: 31, 178: 32}),
    (accounts.ExecDetailsEnd(req_id=1), {151: 3}),
    (accounts.CommissionReport(exec_id="x", commission=2.25, currency="USD", realized_pnl=None), {151: 8}),
    (
        accounts.OrderStatus(
            order_id=1,
            status="Filled",
            filled=1,
            remaining=0,
            average_price=1.0,
            perm_id=3,
            parent_id=0,
            last_price=1.0,
            client_id=2,
        ),
        {151: 12},
    ),
    (accounts.OpenOrderEnd(), {151: 2}),
    (accounts.CompletedOrdersEnd(), {151: 1}),
    (opened(), {151: 128, 158: 129, 160: 130, 162: 131, 170: 136, 177: 135}),
    (opened(algo_strategy="Adaptive"), {151: 129, 158: 130, 160: 131, 162: 132, 170: 137, 177: 136}),
    (opened(order_type="PEG BENCH"), {151: 133, 158: 134, 160: 135, 162: 136, 170: 141, 177: 140}),
    (completed(), {151: 96, 170: 101, 177: 100}),
    (completed(algo_strategy="Adaptive"), {151: 97, 170: 102, 177: 101}),
    (completed(order_type="PEG BENCH"), {151: 101, 170: 106, 177: 105}),
]


def told(notice: say.Notice, version: int = SERVER_MAX) -> list[str]:
    whole = encode(notice, version)
    assert int.from_bytes(whole[:4], "big") == len(whole) - 4
    return split(whole[4:])


@pytest.mark.parametrize(("notice", "counts"), COUNTS, ids=lambda value: type(value).__name__)
def test_a_notice_has_exactly_its_fields_at_every_version(notice: say.Notice, counts: dict[int, int]) -> None:
    for version in VERSIONS:
        assert len(told(notice, version)) == counts[max(since for since in counts if since <= version)], version


def test_every_notice_has_an_encoder_and_a_count() -> None:
    kinds = set(say.Notice.__args__)
    assert set(ENCODERS) == kinds
    assert {type(notice) for notice, _ in COUNTS} == kinds


@pytest.mark.parametrize("quantity", [1, 12, 1_234_567])
def test_sizes_have_no_decimal_point_at_any_version(quantity: int) -> None:
    notices = [
        market.TickSize(req_id=1, tick_type=8, size=quantity),
        market.TickByTickTrade(req_id=1, all_last=True, time_s=1, price=1.5, size=quantity),
        market.Depth(req_id=1, position=0, operation=0, side=0, price=1.5, size=quantity),
        opened(quantity=float(quantity)),
        completed(quantity=float(quantity)),
    ]
    for notice in notices:
        for version in VERSIONS:
            assert str(quantity) in told(notice, version)


@given(st.integers(-(10**7), 10**7))
def test_a_price_of_whole_ticks_is_written_exactly(ticks: int) -> None:
    written = told(market.TickPrice(req_id=1, tick_type=1, price=ticks * 0.25))[4]
    assert float(written) == ticks / 4
    assert len(written.partition(".")[2]) <= 2


def test_errors_are_ascii_whatever_their_text() -> None:
    text = 'caf\N{LATIN SMALL LETTER E WITH ACUTE} "\N{BAR CHART}"'
    written = told(say.Error(req_id=1, code=201, text=text))[4]
    assert written == 'caf\\u00e9 "\\ud83d\\udcca"'
    assert json.loads('"' + written.replace('"', '\\"') + '"') == text


def test_a_text_cannot_break_a_message() -> None:
    assert told(accounts.AccountValue(key="a\0b", value="v", currency="", account="DU1"))[2] == "a b"


def test_an_order_that_is_in_no_group_is_told_with_type_3() -> None:
    assert told(opened())[53] == "3"
    assert told(opened(oca_group="g"))[53] == "0"
    assert told(opened(oca_group="g", oca_type=1))[53] == "1"


TICKS = [
    market.TickPrice(req_id=9001, tick_type=1, price=5000.25, size=3),
    market.TickSize(req_id=9001, tick_type=0, size=3),
    market.TickByTickTrade(req_id=9001, all_last=True, time_s=1_710_000_000, price=5000.25, size=3, exchange="CME"),
    market.TickByTickQuote(req_id=9001, time_s=1_710_000_000, bid=5000.25, ask=5000.5, bid_size=12, ask_size=44),
]


@pytest.mark.parametrize("tick", TICKS, ids=lambda tick: type(tick).__name__)
def test_a_tick_is_written_in_microseconds(tick: say.Notice) -> None:
    """0.4 to 1.1 measured; the bound leaves room for a loaded machine."""
    assert min(repeat(lambda: encode(tick, 178), number=2000, repeat=10)) / 2000 < 10e-6
