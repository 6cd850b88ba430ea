"""What IB and the exchange may do of themselves: rejects, corrections; and what TWS forgets."""

from simulator.tws.account_notices import CommissionReport, ExecDetails
from simulator.tws.requests import ReqExecutions
from simulator.tws.terms import ExecutionFilter
from tests.tws.desk.floor import DU, Floor
from tests.tws.desk.test_orders import quoted


def test_ib_may_take_back_a_stop_and_leave_its_sibling() -> None:
    floor = quoted().bracket(1, "BUY", 1, stop=4990, target=5010).wait()
    floor.hear()
    stop = next(order for order in floor.desk.orders if order.order_id == 2)
    floor.heard += floor.desk.reject(stop.perm_id, "No.", floor.now_ns)
    assert floor.wait().statuses() == ["error 2 201", "status 2 Inactive 0/1"]
    assert [order.order_id for order in floor.desk.orders] == [3]
    assert floor.desk.reject(stop.perm_id, "No.", floor.now_ns) == []


def corrected(floor: Floor, price: float) -> tuple[str, float]:
    """The first fill corrected to that price: what is told of it."""
    told = floor.ask(ReqExecutions(req_id=1, filter=ExecutionFilter()))
    first = next(notice.execution for notice in told if isinstance(notice, ExecDetails))
    floor.heard += floor.desk.correct(first.exec_id, int(price * 4), floor.now_ns)
    details, report, *_ = floor.hear()
    assert isinstance(details, ExecDetails)
    assert isinstance(report, CommissionReport)
    assert report.exec_id == details.execution.exec_id
    return details.execution.exec_id, details.execution.price


def test_a_fill_may_be_corrected_while_it_is_held() -> None:
    """Bought at 5000.25; in truth at 5001.25: the position has cost 50 dollars more."""
    floor = quoted().place(1, "BUY", 1).wait()
    floor.hear()
    assert corrected(floor, 5001.25) == ("0000e0d5.65f10001.01.02", 5001.25)
    account = floor.desk._office.accounts[DU]
    assert account.holdings[649180671].average_cost == 250_064.75
    assert len(floor.ask(ReqExecutions(req_id=1, filter=ExecutionFilter()))) == 3
    assert floor.desk.correct("nothing", 1, floor.now_ns) == []


def test_a_fill_may_be_corrected_when_its_position_is_closed() -> None:
    """Sold at 5000.00 and bought back; in truth sold at 5001.00: 50 dollars more."""
    floor = quoted().place(1, "SELL", 1).wait().place(2, "BUY", 1).wait()
    floor.hear()
    account = floor.desk._office.accounts[DU]
    before = account.cash_cents
    assert corrected(floor, 5001.0) == ("0000e0d5.65f10001.01.02", 5001.0)
    assert account.cash_cents - before == 5000


def test_a_fill_may_be_corrected_when_its_contract_is_forgotten() -> None:
    """Bought and sold at 16:00 less a second; the session after begins without it."""
    floor = quoted().place(1, "BUY", 1).wait().place(2, "SELL", 1).wait().at("2024-03-12 17:00:01")
    floor.hear()
    account = floor.desk._office.accounts[DU]
    before = account.cash_cents
    corrected(floor, 5001.25)
    assert (account.holdings, account.cash_cents - before) == ({}, -5000)


def test_more_contracts_need_margin_too() -> None:
    floor = quoted(cash_cents=2_000_000).place(1, "BUY", 1, lmt=4990).wait()
    floor.hear()
    assert floor.place(1, "BUY", 2, lmt=4990).story() == ["error 1 201"]
    assert floor.place(1, "BUY", 1, lmt=4991).wait().statuses() == ["status 1 Submitted 0/1"]


def test_the_oldest_orders_that_are_over_are_forgotten_with_their_groups() -> None:
    """3 are kept: of two brackets that were cancelled, the second."""
    floor = quoted(orders_kept=3)
    for first in (1, 4):
        floor.bracket(first, "BUY", 1, stop=4980, target=5010, lmt=4990).wait().cancel(first).wait()
    kept = floor.desk._office.registry
    assert [order.order_id for order in kept.done()] == [4, 5, 6]
    assert len(kept._groups) == len(kept._group_type) == 1
    assert floor.cancel(1).story()[-1] == "error 1 10147"
    assert floor.place(1, "BUY", 1).story() == ["error 1 103"]
