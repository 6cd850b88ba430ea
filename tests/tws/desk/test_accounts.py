"""Accounts: what is told of money and positions, to whom and when."""

from typing import Any

from simulator.tws.account_notices import (
    AccountDownloadEnd,
    AccountSummary,
    AccountSummaryEnd,
    AccountTime,
    AccountUpdateMulti,
    AccountUpdateMultiEnd,
    AccountValue,
    PnL,
    PnLSingle,
    PortfolioValue,
    Position,
    PositionEnd,
    PositionMulti,
    PositionMultiEnd,
)
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import (
    CancelAccountSummary,
    CancelAccountUpdatesMulti,
    CancelPnL,
    CancelPnLSingle,
    CancelPositions,
    CancelPositionsMulti,
    ReqAccountSummary,
    ReqAccountUpdates,
    ReqAccountUpdatesMulti,
    ReqPnL,
    ReqPnLSingle,
    ReqPositions,
    ReqPositionsMulti,
)
from tests.tws.desk.floor import DU, ES_ID, Floor
from tests.tws.desk.test_orders import quoted

MINUTES_3 = 180_000


def long_one() -> Floor:
    """Bought at 5000.25 for 2.25; the last trade is at 5002.00: 1.75 points up, 87.50 dollars."""
    floor = quoted().place(1, "BUY", 1).wait().trade(5002)
    floor.hear()
    return floor


def values_of(told: list[Notice]) -> dict[str, str]:
    return {f"{v.key} {v.currency}".strip(): v.value for v in told if isinstance(v, AccountValue | AccountUpdateMulti)}


def of_type(told: list[Notice], kind: type) -> list[Any]:
    return [notice for notice in told if isinstance(notice, kind)]


def test_account_updates_tell_all_and_end() -> None:
    told = long_one().ask(ReqAccountUpdates(subscribe=True, account=DU))
    assert (
        values_of(told).items()
        >= {
            "AccountCode": DU,
            "AccountReady": "true",
            "AccountType": "INDIVIDUAL",
            "NetLiquidation USD": "1000085.25",
            "TotalCashValue USD": "999997.75",
            "InitMarginReq USD": "15840.00",
            "MaintMarginReq USD": "14400.00",
            "FullInitMarginReq USD": "15840.00",
            "LookAheadInitMarginReq USD": "17424.00",
            "AvailableFunds USD": "984245.25",
            "ExcessLiquidity USD": "985685.25",
            "BuyingPower USD": "3936981.00",
            "EquityWithLoanValue USD": "1000085.25",
            "GrossPositionValue USD": "0.00",
            "Cushion": "0.985601",
            "CashBalance BASE": "999997.75",
            "CashBalance USD": "999997.75",
            "Currency BASE": "BASE",
            "UnrealizedPnL USD": "85.25",
            "RealizedPnL USD": "0.00",
        }.items()
    )
    assert told[-1] == AccountDownloadEnd(account=DU)
    assert isinstance(told[-3], AccountTime)
    assert told[-3].time == "11:00"
    held = told[-2]
    assert isinstance(held, PortfolioValue)
    assert (held.position, held.market_price, held.market_value) == (1, 5002.0, 250_100.0)
    assert (held.average_cost, held.unrealized_pnl, held.realized_pnl) == (250_014.75, 85.25, 0.0)


def test_account_updates_come_each_three_minutes_and_when_a_position_changes() -> None:
    floor = long_one()
    floor.ask(ReqAccountUpdates(subscribe=True))
    floor.wait(1).hear()
    assert floor.trade(5003).wait(1000).hear() == []
    told = floor.wait(MINUTES_3).hear()
    assert values_of(told)["UnrealizedPnL USD"] == "135.25"
    assert "CashBalance USD" not in values_of(told)
    assert [held.market_price for held in of_type(told, PortfolioValue)] == [5003.0]
    told = floor.quote(5003, 5003.25).place(2, "SELL", 1).wait().hear()
    assert [(held.position, held.realized_pnl) for held in of_type(told, PortfolioValue)] == [(0, 133.0)]
    assert values_of(told)["CashBalance USD"] == "1000133.00"


def test_unsubscribed_and_gone_clients_hear_no_more() -> None:
    floor = long_one()
    floor.ask(ReqAccountUpdates(subscribe=True))
    floor.ask(ReqAccountUpdates(subscribe=False))
    floor.ask(ReqPositions())
    floor.ask(ReqPnL(req_id=1, account=DU, model=""))
    floor.desk.client_left(7)
    assert floor.trade(5003).wait(MINUTES_3).place(2, "SELL", 1).wait().story()[-1] == "CommissionReport"


def test_an_unknown_account_is_321() -> None:
    floor = quoted()
    for request in (
        ReqAccountUpdates(subscribe=True, account="DU9"),
        ReqPnL(req_id=4, account="DU9", model=""),
        ReqPositionsMulti(req_id=4, account="DU9", model=""),
    ):
        assert [notice.code for notice in floor.ask(request) if isinstance(notice, Error)] == [321]


def test_updates_of_another_account_take_the_place_of_the_first() -> None:
    floor = quoted(accounts=("DU1", "DU2"))
    floor.ask(ReqAccountUpdates(subscribe=True, account="DU1"))
    told = floor.ask(ReqAccountUpdates(subscribe=True, account="DU2"))
    assert isinstance(told[0], Error)
    assert told[0].code == 2100
    assert told[-1] == AccountDownloadEnd(account="DU2")


def summary(floor: Floor, tags: str, req_id: int = 9) -> list[Notice]:
    return floor.ask(ReqAccountSummary(req_id=req_id, group="All", tags=tags))


def test_a_summary_tells_the_tags_that_exist() -> None:
    told = summary(long_one(), "NetLiquidation,Nonsense, AccountType,Cushion")
    assert [(n.req_id, n.account, n.tag, n.value, n.currency) for n in of_type(told, AccountSummary)] == [
        (9, DU, "AccountType", "INDIVIDUAL", ""),
        (9, DU, "Cushion", "0.985601", ""),
        (9, DU, "NetLiquidation", "1000085.25", "USD"),
    ]
    assert told[-1] == AccountSummaryEnd(req_id=9)


def test_a_summary_of_the_ledger() -> None:
    floor = long_one()
    everything = of_type(summary(floor, "$LEDGER:ALL", 1), AccountSummary)
    assert {notice.currency for notice in everything} == {"BASE", "USD"}
    assert ("CashBalance", "999997.75") in {(notice.tag, notice.value) for notice in everything}
    assert {notice.currency for notice in of_type(summary(floor, "$LEDGER:USD", 1), AccountSummary)} == {"USD"}
    assert {notice.currency for notice in of_type(summary(floor, "$LEDGER", 1), AccountSummary)} == {"BASE"}


def test_a_summary_is_told_anew_each_three_minutes_where_it_has_changed() -> None:
    floor = long_one()
    summary(floor, "NetLiquidation,InitMarginReq")
    told = of_type(floor.wait(1).trade(5003).wait(MINUTES_3).hear(), AccountSummary)
    assert [(notice.tag, notice.value) for notice in told] == [("NetLiquidation", "1000135.25")]
    floor.ask(CancelAccountSummary(req_id=9))
    assert floor.trade(5004).wait(MINUTES_3).hear() == []


def test_a_third_summary_is_one_too_many() -> None:
    floor = quoted()
    for req_id in (1, 2, 2):
        assert summary(floor, "NetLiquidation", req_id)[-1] == AccountSummaryEnd(req_id=req_id)
    refused = summary(floor, "NetLiquidation", 3)
    assert [notice.code for notice in refused if isinstance(notice, Error)] == [322]


def test_updates_multi() -> None:
    floor = long_one()
    told = floor.ask(ReqAccountUpdatesMulti(req_id=3, account=DU, model=""))
    assert told[-1] == AccountUpdateMultiEnd(req_id=3)
    assert values_of(told)["NetLiquidation USD"] == "1000085.25"
    told = floor.ask(ReqAccountUpdatesMulti(req_id=4, account="", model="", ledger_and_nlv=True))
    assert "InitMarginReq USD" not in values_of(told)
    floor.ask(CancelAccountUpdatesMulti(req_id=4))
    assert {n.req_id for n in of_type(floor.place(2, "BUY", 1).wait().hear(), AccountUpdateMulti)} == {3}


def test_positions_are_told_when_asked_for_and_when_they_change() -> None:
    floor = long_one()
    told = floor.ask(ReqPositions())
    assert [(n.account, n.contract.con_id, n.position, n.average_cost) for n in of_type(told, Position)] == [
        (DU, ES_ID, 1, 250_014.75)
    ]
    assert told[-1] == PositionEnd()
    told = of_type(floor.place(2, "SELL", 3).wait().hear(), Position)
    assert [(notice.position, notice.average_cost) for notice in told] == [(-2, 249_997.75)]
    floor.ask(CancelPositions())
    assert of_type(floor.place(3, "BUY", 2).wait().hear(), Position) == []


def test_a_position_names_no_exchange_so_that_its_contract_cannot_be_traded_as_it_is() -> None:
    floor = long_one()
    held = of_type(floor.ask(ReqPositions()), Position)[0].contract
    several = of_type(floor.ask(ReqPositionsMulti(req_id=5, account=DU, model="")), PositionMulti)[0].contract
    assert held == several
    assert (held.con_id, held.local_symbol, held.exchange) == (ES_ID, "ESM4", "")
    assert floor.place(2, "SELL", 1, exchange=held.exchange).story() == ["error 2 321"]
    assert floor.place(3, "SELL", 1, exchange="CME").wait().statuses()[-1] == "status 3 Filled 1/0"


def test_positions_multi() -> None:
    floor = long_one()
    told = floor.ask(ReqPositionsMulti(req_id=5, account=DU, model=""))
    assert [notice.position for notice in of_type(told, PositionMulti)] == [1]
    assert told[-1] == PositionMultiEnd(req_id=5)
    told = of_type(floor.place(2, "SELL", 1).wait().hear(), PositionMulti)
    assert [(notice.position, notice.average_cost) for notice in told] == [(0, 0.0)]
    floor.ask(CancelPositionsMulti(req_id=5))
    assert of_type(floor.place(3, "BUY", 2).wait().hear(), PositionMulti) == []
    assert floor.ask(ReqPositionsMulti(req_id=5, account=DU, model=""))[0].position == 2  # type: ignore[union-attr]


def test_results_are_told_each_second_when_they_have_changed() -> None:
    floor = long_one()
    told = floor.ask(ReqPnL(req_id=1, account=DU, model=""))
    assert told == [PnL(req_id=1, daily=85.25, unrealized=85.25, realized=0.0)]
    told = floor.ask(ReqPnLSingle(req_id=2, account=DU, model="", con_id=ES_ID))
    assert told == [PnLSingle(req_id=2, position=1, daily=85.25, unrealized=85.25, realized=0.0, value=250_100.0)]
    floor.wait(1000).hear()
    assert floor.wait(1000).hear() == []
    assert floor.trade(5003).hear() == []
    assert floor.wait(1000).hear() == [
        PnL(req_id=1, daily=135.25, unrealized=135.25, realized=0.0),
        PnLSingle(req_id=2, position=1, daily=135.25, unrealized=135.25, realized=0.0, value=250_150.0),
    ]
    floor.ask(CancelPnL(req_id=1))
    floor.ask(CancelPnLSingle(req_id=2))
    assert floor.trade(5004).wait(1000).hear() == []


def test_the_result_of_a_contract_never_held() -> None:
    told = quoted().ask(ReqPnLSingle(req_id=2, account=DU, model="", con_id=1))
    assert told == [PnLSingle(req_id=2, position=0, daily=0.0, unrealized=None, realized=None, value=0.0)]


def test_the_days_results_begin_anew_with_the_session() -> None:
    """85.25 up at the close; the next session has 50 dollars more, and what was realized before is forgotten."""
    floor = long_one().quote(5002, 5002.25).place(2, "SELL", 1, symbol="MES").place(3, "BUY", 1, symbol="MES").wait()
    floor.at("2024-03-12 17:00").trade(5003)
    assert floor.ask(ReqPnL(req_id=1, account=DU, model="")) == [
        PnL(req_id=1, daily=50.0, unrealized=135.25, realized=0.0)
    ]
    assert [n.contract.symbol for n in of_type(floor.ask(ReqPositions()), Position)] == ["ES"]
    floor.quote(5003, 5003.25).place(4, "SELL", 1).wait().at("2024-03-13 17:00")
    assert floor.ask(ReqPnL(req_id=1, account=DU, model="")) == [PnL(req_id=1, daily=0.0, unrealized=0.0, realized=0.0)]
    assert floor.desk.next_due_ns < floor.exchange.next_arrival_ns


def test_an_account_is_named_by_its_seed() -> None:
    from simulator.exchange.venue import Exchange
    from simulator.tws.desk.desk import Desk

    names = [Desk(Exchange(latency_ns=1), Floor().touch, seed).account for seed in (1, 1, 2)]
    assert names[0] == names[1] != names[2]
    assert all(len(name) == 9 and name.startswith("DU") for name in names)
