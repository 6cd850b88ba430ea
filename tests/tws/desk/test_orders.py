"""The life of single orders, message by message."""

import pytest

from simulator.tws.account_notices import CommissionReport, ExecDetails
from tests.tws.desk.floor import Floor


def quoted(**more: object) -> Floor:
    """5000.00 / 5000.25, 100 a side."""
    return Floor(**more).trade(5000).quote(5000, 5000.25)  # type: ignore[arg-type]


def test_a_market_order_is_acknowledged_then_works_then_fills_then_costs() -> None:
    floor = quoted().place(1, "BUY", 2)
    assert floor.story() == ["open 1 PreSubmitted", "status 1 PreSubmitted 0/2"]
    assert floor.wait().story() == [
        "open 1 Submitted",
        "status 1 Submitted 0/2",
        "fill 1 BOT 2@5000.25",
        "open 1 Filled",
        "status 1 Filled 2/0",
        "CommissionReport",
    ]


def test_a_limit_order_rests_and_fills_in_parts() -> None:
    floor = quoted().place(1, "BUY", 3, lmt=4999.75).wait()
    floor.hear()
    floor.trade(4999.75, 2)
    assert floor.statuses() == ["status 1 Submitted 2/1"]
    floor.trade(4999.5)
    assert floor.statuses() == ["status 1 Filled 3/0"]


def test_a_stop_waits_for_its_trigger() -> None:
    floor = quoted().place(1, "SELL", 1, stp=4990).wait()
    assert floor.statuses() == ["status 1 PreSubmitted 0/1", "status 1 PreSubmitted 0/1 (trigger)"]
    floor.trade(4990)
    assert floor.statuses() == ["status 1 Filled 1/0"]


def test_a_cancel_ends_in_cancelled_and_then_202() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4990).wait()
    floor.hear()
    assert floor.cancel(1).statuses() == []
    assert floor.wait().statuses() == ["status 1 Cancelled 0/1", "error 1 202"]


def test_the_commission_report_names_the_result_of_closing_only() -> None:
    """Bought at 5000.25, sold at 5001.00: 0.75 x 50 - 2 x 2.25 = 33 dollars."""
    floor = quoted().place(1, "BUY", 1).wait().quote(5001, 5001.25).place(2, "SELL", 1).wait()
    reports = [notice for notice in floor.hear() if isinstance(notice, CommissionReport)]
    assert [(report.commission, report.realized_pnl) for report in reports] == [(2.25, None), (2.25, 33.0)]


def test_an_execution_names_all_that_is_needed_to_find_its_order() -> None:
    floor = quoted().place(5, "SELL", 1, order_ref="mine").wait()
    done = next(notice for notice in floor.hear() if isinstance(notice, ExecDetails)).execution
    assert (done.order_id, done.client_id, done.order_ref, done.side) == (5, 7, "mine", "SLD")
    assert done.exec_id == "0000e0d5.65f10001.01.01"
    assert done.time == "20240312 10:00:00 US/Central"


@pytest.mark.parametrize(
    ("method", "set_off_by"),
    [(0, "trade"), (2, "trade"), (4, "quote"), (7, "trade"), (7, "quote"), (8, "quote"), (1, "twice"), (3, "trades")],
)
def test_a_stop_is_set_off_as_its_trigger_method_says(method: int, set_off_by: str) -> None:
    floor = quoted().place(1, "BUY", 1, stp=5005, trigger_method=method).wait()
    floor.hear()
    steps = {
        "trade": lambda: floor.trade(5005),
        "trades": lambda: floor.trade(5005).trade(5005),
        "quote": lambda: floor.quote(5005, 5005.25),
        "twice": lambda: floor.quote(5005, 5005.25).quote(5005, 5005.25),
    }
    others = {"trade": ("quote",), "quote": ("trade",), "twice": ("quote", "trades"), "trades": ("trade", "twice")}
    for other in () if method == 7 else others[set_off_by]:
        steps[other]()
        if other != "trade":
            floor.quote(5000, 5000.25)
        if other in ("trade", "trades"):
            floor.trade(5000)
        assert floor.statuses() == []
    steps[set_off_by]()
    assert floor.statuses()[-1] == "status 1 Filled 1/0"


def test_a_trigger_method_cannot_be_changed() -> None:
    floor = quoted().place(1, "BUY", 1, stp=5005).wait()
    floor.hear()
    assert floor.place(1, "BUY", 1, stp=5005, trigger_method=4).statuses() == ["error 1 105"]
    assert (
        floor.place(1, "BUY", 1, stp=5006, trigger_method=2).wait().statuses()[-1]
        == "status 1 PreSubmitted 0/1 (trigger)"
    )
