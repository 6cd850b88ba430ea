"""What TWS does not take, and by which number it says so."""

from typing import Any

import pytest

from simulator.tws.notices import Error
from tests.tws.desk.test_orders import quoted


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"symbol": "AAPL"}, 200),
        ({"exchange": ""}, 321),
        ({"action": "HOLD"}, 321),
        ({"account": "DU9"}, 321),
        ({"order_type": "PEG MID"}, 387),
        ({"tif": "OPG"}, 391),
        ({"tif": "IOC", "stp": 5000}, 111),
        ({"tif": "GTD", "good_till_date": "yesterday"}, 10314),
        ({"tif": "GTD", "good_till_date": "20240311 10:00:00 US/Central"}, 10314),
        ({"quantity": 0}, 434),
        ({"quantity": float("nan")}, 434),
        ({"quantity": 1.5}, 10243),
        ({"quantity": 1e9}, 201),
        ({"order_type": "LMT"}, 463),
        ({"lmt": 0.0}, 463),
        ({"lmt": -5.0}, 463),
        ({"lmt": float("inf")}, 463),
        ({"order_type": "STP"}, 463),
        ({"order_type": "TRAIL"}, 158),
        ({"order_type": "TRAIL", "trailing_percent": 100.0}, 159),
        ({"order_type": "TRAIL", "aux_price": 1.1}, 110),
        ({"order_type": "TRAIL LIMIT", "aux_price": 2.0}, 463),
        ({"order_type": "TRAIL LIMIT", "aux_price": 2.0, "limit_price_offset": 0.1}, 110),
        ({"stp": 5000.1}, 110),
        ({"trigger_method": 5}, 321),
        ({"e_trade_only": True}, 10268),
        ({"firm_quote_only": True}, 10269),
        ({"has_conditions": True}, 10340),
        ({"algo_strategy": "Vwap"}, 10340),
        ({"good_after_time": "soon"}, 10314),
        ({"all_or_none": True}, 10340),
        ({"cash_quantity": 5000.0}, 10340),
    ],
)
def test_an_order_is_refused_by_number(terms: dict[str, Any], code: int) -> None:
    """And neither the order nor its id can be used any more."""
    order = {"action": "BUY", "quantity": 1, **terms}
    floor = quoted()
    assert floor.place(1, **order).story()[0] == f"error 1 {code}"
    assert floor.cancel(1).story() == ["error 1 10147"]
    assert floor.place(1, "BUY", 1).story() == ["error 1 103"]


def test_an_order_off_the_grid_is_cancelled_for_clients_that_wait_for_a_status() -> None:
    assert quoted().place(1, "BUY", 1, lmt=5000.1).story() == ["error 1 110", "status 1 Cancelled 0/1"]


def test_margin() -> None:
    """20,000 dollars carry one ES (15,840) and not two, and 12 MES."""
    floor = quoted(cash_cents=2_000_000)
    assert floor.place(1, "BUY", 2).statuses() == ["error 1 201", "status 1 Inactive 0/2"]
    assert floor.place(2, "BUY", 1, lmt=4990).place(3, "BUY", 1, lmt=4989).statuses()[-2:] == [
        "error 3 201",
        "status 3 Inactive 0/1",
    ]
    assert floor.cancel(2).wait().place(4, "BUY", 12, symbol="MES").wait().statuses()[-1] == "status 4 Filled 12/0"
    text = next(notice.text for notice in quoted(cash_cents=100).place(1, "BUY", 1).hear() if isinstance(notice, Error))
    assert text == (
        "Order rejected - reason:YOUR ORDER IS NOT ACCEPTED. IN ORDER TO OBTAIN THE DESIRED POSITION YOUR EQUITY WITH "
        "LOAN VALUE [1.00 USD] MUST EXCEED THE INITIAL MARGIN [15840.00 USD]"
    )


def test_margin_is_a_tenth_more_at_night() -> None:
    """16,000 dollars carry one ES by day (15,840) and not by night (17,424)."""
    assert quoted(cash_cents=1_600_000).place(1, "BUY", 1).wait().statuses()[-1] == "status 1 Filled 1/0"
    floor = quoted(cash_cents=1_600_000, start="2024-03-12 07:00")
    assert floor.place(1, "BUY", 1).statuses() == ["error 1 201", "status 1 Inactive 0/1"]
    assert floor.at("2024-03-12 08:30").place(2, "BUY", 1).wait().statuses()[-1] == "status 2 Filled 1/0"


def test_an_order_that_closes_needs_no_margin() -> None:
    """Long 1 at 5000.25 with 16,000 dollars; 10 points down they are under the margin, and it may still be sold."""
    floor = quoted(cash_cents=1_600_000).place(1, "BUY", 1).wait().trade(4990).quote(4990, 4990.25)
    floor.hear()
    assert floor.place(2, "BUY", 1).statuses()[0] == "error 2 201"
    assert floor.place(3, "SELL", 1).wait().statuses()[-1] == "status 3 Filled 1/0"


def test_a_bracket_takes_the_margin_of_its_entry_alone() -> None:
    floor = quoted(cash_cents=1_600_000).bracket(1, "BUY", 1, stop=4990, target=5010).wait()
    assert floor.statuses()[-1] == "status 3 Submitted 0/1"


@pytest.mark.parametrize(("used", "next_id"), [(1, 1), (5, 4), (5, 5)])
def test_an_id_that_is_not_above_all_before_it_is_a_duplicate(used: int, next_id: int) -> None:
    floor = quoted().place(used, "BUY", 1, lmt=5000.1)
    floor.hear()
    assert floor.place(next_id, "BUY", 1).story() == [f"error {next_id} 103"]


def test_an_order_that_is_over_cannot_be_modified() -> None:
    """Filled, cancelled, or with a cancel on its way: 104."""
    floor = quoted().place(1, "BUY", 1).place(2, "BUY", 1, lmt=4990).place(3, "BUY", 1, lmt=4990).wait()
    floor.cancel(2).wait().cancel(3).hear()
    for order_id in (1, 2, 3):
        assert floor.place(order_id, "BUY", 1, lmt=4991).story() == [f"error {order_id} 104"]


def test_cancels_of_what_cannot_be_cancelled() -> None:
    floor = quoted().place(1, "BUY", 1).place(2, "BUY", 1, lmt=4990).place(3, "BUY", 1, lmt=4990).wait()
    floor.cancel(2).wait().cancel(3).hear()
    errors = [notice for i in (1, 2, 3, 9) for notice in floor.cancel(i).hear() if isinstance(notice, Error)]
    assert [(error.code, error.text) for error in errors] == [
        (10148, "OrderId 1 that needs to be cancelled cannot be cancelled, state: Filled."),
        (10148, "OrderId 2 that needs to be cancelled cannot be cancelled, state: Cancelled."),
        (10148, "OrderId 3 that needs to be cancelled cannot be cancelled, state: PendingCancel."),
        (10147, "OrderId 9 that needs to be cancelled is not found."),
    ]


def test_a_cancel_that_comes_too_late_is_10148() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4990).wait().cancel(1)
    floor.hear()
    assert floor.trade(4989).wait().statuses() == ["status 1 Filled 1/0", "error 1 10148"]


def test_new_terms_that_come_too_late_are_104() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4990).wait().place(1, "BUY", 1, lmt=4991)
    floor.hear()
    assert floor.trade(4989).wait().statuses() == ["status 1 Filled 1/0", "error 1 104"]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"action": "SELL"}, 105),
        ({"symbol": "MES"}, 105),
        ({"order_type": "MKT"}, 105),
        ({"tif": "FOK"}, 105),
        ({"lmt": 4990.1}, 110),
        ({"quantity": 1}, 201),
        ({"parent_id": 5}, 10341),
        ({"oca_group": "other"}, 10326),
        ({"oca_group": "mine", "oca_type": 1}, 10327),
    ],
)
def test_a_refused_modification_leaves_the_order_as_it_was(terms: dict[str, Any], code: int) -> None:
    """Of 2 at 4990 one has filled."""
    floor = quoted().place(1, "BUY", 2, lmt=4990, oca_group="mine", oca_type=3).wait().trade(4990)
    floor.hear()
    changed = {"action": "BUY", "quantity": 2, "lmt": 4991, **terms}
    if "order_type" in terms:
        changed.pop("lmt")
    assert floor.place(1, **changed).story() == [f"error 1 {code}"]
    assert floor.wait().trade(4990).statuses() == ["status 1 Filled 2/0"]


def test_several_accounts_need_one_named() -> None:
    floor = quoted(accounts=("DU1", "DU2"))
    assert floor.desk.account == "DU1,DU2"
    assert floor.place(1, "BUY", 1).story() == ["error 1 321"]
    assert floor.place(2, "BUY", 1, account="DU2").wait().statuses()[-1] == "status 2 Filled 1/0"
