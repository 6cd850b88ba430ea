"""Several clients: ids, whose order is whose, who hears what, coming and going, orders made by hand."""

import pytest

from simulator.tws.account_notices import (
    CommissionReport,
    CompletedOrder,
    CompletedOrdersEnd,
    ExecDetails,
    ExecDetailsEnd,
    OpenOrder,
)
from simulator.tws.desk.reading import RefusedError
from simulator.tws.requests import (
    ReqAllOpenOrders,
    ReqAutoOpenOrders,
    ReqCompletedOrders,
    ReqExecutions,
    ReqOpenOrders,
    ReqUserInfo,
)
from simulator.tws.terms import Contract, ExecutionFilter, OrderTerms
from tests.tws.desk.floor import DU, Floor, chicago, short
from tests.tws.desk.test_orders import quoted


def two() -> Floor:
    """Clients 1 and 2, each with an order 5 at rest."""
    floor = quoted().place(5, "BUY", 1, lmt=4990, client=1).place(5, "SELL", 2, lmt=5010, client=2).wait()
    floor.heard.clear()
    return floor


def open_ids(floor: Floor, request: object, client: int) -> list[tuple[int, int]]:
    told = floor.ask(request, client)  # type: ignore[arg-type]
    return [(notice.client_id, notice.order_id) for notice in told if isinstance(notice, OpenOrder)]


def test_each_client_has_its_own_ids() -> None:
    floor = two()
    assert floor.desk.next_id(1) == 6
    assert floor.desk.next_id(9) == 1


def test_each_hears_of_its_own_orders_alone() -> None:
    floor = two().trade(4989)
    assert floor.statuses(1) == ["status 5 Filled 1/0"]
    assert floor.statuses(2) == []


def test_a_client_is_shown_its_own_orders_or_all() -> None:
    floor = two()
    assert open_ids(floor, ReqOpenOrders(), 1) == [(1, 5)]
    assert open_ids(floor, ReqAllOpenOrders(), 1) == [(1, 5), (2, 5)]
    assert open_ids(floor, ReqOpenOrders(), 9) == []


def test_the_order_of_another_client_is_not_found() -> None:
    floor = quoted().place(5, "BUY", 1, lmt=4990, client=1).wait()
    assert floor.cancel(5, client=2).story(2) == ["error 5 10147"]
    assert floor.cancel(5, client=0).story(0) == ["error 5 10147"]


def test_a_global_cancel_takes_all() -> None:
    floor = two().bracket(7, "BUY", 1, stop=4970, target=5020, lmt=4980)
    floor.wait().place(10, "BUY", 1, lmt=4980, transmit=False)
    floor.heard += floor.desk.cancel_all(floor.now_ns)
    floor.wait()
    assert floor.statuses(1) == ["status 5 Cancelled 0/1", "error 5 202"]
    assert floor.statuses(2) == ["status 5 Cancelled 0/2", "error 5 202"]
    ends = [line for line in floor.statuses() if "Cancelled" in line or "error" in line]
    assert sorted(ends) == sorted(
        line for i in (7, 8, 9, 10) for line in (f"status {i} Cancelled 0/1", f"error {i} 202")
    )
    assert floor.exchange.is_idle


def test_the_master_hears_of_all_and_may_touch_none() -> None:
    floor = quoted(master_id=3).place(5, "BUY", 1, lmt=4990, client=1).wait()
    assert floor.statuses(3) == floor.statuses(1) != []
    assert floor.cancel(5, client=3).story(3) == ["error 5 10147"]
    assert floor.place(1, "BUY", 1, client=3).story(3) == ["open 1 PreSubmitted", "status 1 PreSubmitted 0/1"]


def test_orders_and_executions_survive_their_client() -> None:
    floor = two()
    floor.desk.client_left(1)
    floor.trade(4989)
    told = floor.ask(ReqExecutions(req_id=4, filter=ExecutionFilter()), 1)
    assert [type(notice) for notice in told] == [ExecDetails, CommissionReport, ExecDetailsEnd]
    assert isinstance(told[0], ExecDetails)
    assert (told[0].req_id, told[0].execution.order_id) == (4, 5)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (ExecutionFilter(), [1, 2]),
        (ExecutionFilter(client_id=7), [1]),
        (ExecutionFilter(client_id=6), []),
        (ExecutionFilter(symbol="MES"), [2]),
        (ExecutionFilter(symbol="es", sec_type="FUT", exchange="CME", account=DU), [1]),
        (ExecutionFilter(account="DU9"), []),
        (ExecutionFilter(sec_type="STK"), []),
        (ExecutionFilter(exchange="NYSE"), []),
        (ExecutionFilter(side="SELL"), [2]),
        (ExecutionFilter(side="BOT"), [1]),
        (ExecutionFilter(time="20240312 10:00:01 US/Central"), [2]),
        (ExecutionFilter(time="20240312-15:00:01"), [2]),
        (ExecutionFilter(time="nonsense"), [1, 2]),
    ],
)
def test_executions_are_filtered(wanted: ExecutionFilter, found: list[int]) -> None:
    """Client 7 bought ES at 10:00:00, client 8 sold MES two seconds later."""
    floor = quoted().place(1, "BUY", 1).wait(2000).place(2, "SELL", 1, symbol="MES", client=8).wait()
    told = floor.ask(ReqExecutions(req_id=1, filter=wanted))
    assert [notice.execution.order_id for notice in told if isinstance(notice, ExecDetails)] == found


def test_executions_of_before_new_yorks_midnight_are_not_told() -> None:
    floor = quoted(start="2024-03-12 22:59:58").place(1, "BUY", 1).wait()
    assert len(floor.ask(ReqExecutions(req_id=1, filter=ExecutionFilter()))) == 3
    floor.until(chicago("2024-03-12 23:00"))
    assert floor.ask(ReqExecutions(req_id=1, filter=ExecutionFilter())) == [ExecDetailsEnd(req_id=1)]


def test_completed_orders() -> None:
    floor = (
        quoted().place(1, "BUY", 1).place(2, "BUY", 1, lmt=4990).place(3, "BUY", 1, lmt=4990).wait().cancel(2).wait()
    )
    told = floor.ask(ReqCompletedOrders(api_only=False))
    done = [(n.filled, n.state.status, n.state.completed_status) for n in told if isinstance(n, CompletedOrder)]
    assert done == [(1, "Filled", "Filled Size: 1"), (0, "Cancelled", "Cancelled")]
    assert isinstance(told[-1], CompletedOrdersEnd)


def test_completed_orders_of_before_new_yorks_midnight_are_not_told() -> None:
    floor = quoted(start="2024-03-12 22:59:58").place(1, "BUY", 1).wait()
    assert len(floor.ask(ReqCompletedOrders(api_only=False))) == 2
    floor.until(chicago("2024-03-12 23:00"))
    assert floor.ask(ReqCompletedOrders(api_only=False)) == [CompletedOrdersEnd()]


def by_hand(floor: Floor) -> int:
    terms = OrderTerms(action="BUY", quantity=1, order_type="LMT", limit_price=4990, outside_rth=True)
    perm_id, told = floor.desk.by_hand(Contract(symbol="ES", exchange="CME"), terms, floor.now_ns)
    floor.heard += told
    return perm_id


def test_an_order_made_by_hand_has_no_id_until_client_0_binds_it() -> None:
    floor = quoted()
    by_hand(floor)
    assert floor.wait().story(0)[0] == "open 0 PreSubmitted"
    assert open_ids(floor, ReqAllOpenOrders(), 7) == [(0, 0)]
    assert floor.ask(ReqAutoOpenOrders(bind=True), 0) == []  # orders to come
    assert open_ids(floor, ReqAllOpenOrders(), 0) == [(0, 0)]
    assert [short(notice) for notice in floor.ask(ReqOpenOrders(), 0)] == [
        "open -1 Submitted",
        "status -1 Submitted 0/1",
        "OpenOrderEnd",
    ]
    by_hand(floor)
    assert floor.story(0)[0] == "open -2 PreSubmitted"
    assert floor.cancel(-1, client=0).wait().statuses(0)[-2:] == ["status -1 Cancelled 0/1", "error -1 202"]
    assert len([n for n in floor.ask(ReqCompletedOrders(api_only=True)) if isinstance(n, CompletedOrder)]) == 0


def test_only_client_0_binds() -> None:
    floor = quoted()
    assert [short(notice) for notice in floor.ask(ReqAutoOpenOrders(bind=True), 7)] == ["error -1 321"]
    assert floor.ask(ReqAutoOpenOrders(bind=False), 7) == []
    by_hand(floor)
    assert open_ids(floor, ReqOpenOrders(), 7) == []
    assert open_ids(floor, ReqAllOpenOrders(), 7) == [(0, 0)]
    assert floor.story(0)[0] == "open 0 PreSubmitted"
    floor.ask(ReqAutoOpenOrders(bind=True), 0)
    floor.desk.client_left(0)
    by_hand(floor)
    assert floor.story(0)[0] == "open 0 PreSubmitted"
    assert floor.ask(ReqAutoOpenOrders(bind=False), 0) == []


def test_a_hand_may_cancel_any_order() -> None:
    floor = two()
    perm_id = by_hand(floor)
    for order in floor.desk.orders:
        floor.heard += floor.desk.cancel_by_hand(order.perm_id, floor.now_ns)
    assert floor.wait().statuses(1) == ["status 5 Cancelled 0/1", "error 5 202"]
    assert floor.desk.cancel_by_hand(perm_id, floor.now_ns) == []


def test_a_hand_is_refused_like_anybody() -> None:
    terms = OrderTerms(action="BUY", quantity=1, order_type="LMT", limit_price=4990.1)
    with pytest.raises(RefusedError):
        quoted().desk.by_hand(Contract(symbol="ES", exchange="CME"), terms, chicago("2024-03-12 10:00"))


def test_ids_may_roll_back_at_a_restart() -> None:
    floor = two()
    floor.desk.restart(ids_lost=4)
    assert floor.desk.next_id(1) == 2
    assert floor.place(2, "BUY", 1, client=1).story(1)[0] == "open 2 PreSubmitted"


def test_a_what_if_under_a_live_orders_id_leaves_that_order_alone() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4900).wait().place(1, "BUY", 1, lmt=4950, what_if=True).wait()
    assert [order.ticket.terms.limit_price for order in floor.desk.orders] == [4900]


def test_a_what_if_tells_margins_and_places_nothing() -> None:
    floor = quoted().place(1, "BUY", 2, what_if=True)
    told = floor.hear()
    assert len(told) == 1
    assert isinstance(told[0], OpenOrder)
    state = told[0].state
    assert (state.init_margin_before, state.init_margin_change, state.init_margin_after) == (0.0, 31680.0, 31680.0)
    assert (state.maint_margin_after, state.equity_before, state.commission) == (28800.0, 1_000_000.0, 4.5)
    assert (state.status, state.warning, floor.exchange.is_idle) == ("PreSubmitted", "", True)
    assert floor.place(1, "BUY", 1).story()[0] == "open 1 PreSubmitted"
    short_of = quoted(cash_cents=100).place(1, "BUY", 2, what_if=True).hear()[0]
    assert isinstance(short_of, OpenOrder)
    assert "MUST EXCEED" in short_of.state.warning


def test_a_request_about_other_things_gets_no_answer() -> None:
    assert quoted().ask(ReqUserInfo(req_id=1)) == []
