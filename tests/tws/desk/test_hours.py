"""Regular hours, the daily break, closed days, and orders whose time ends. Chicago's clock; regular: 08:30 to 15:00."""

import pytest

from simulator.tws.account_notices import ExecDetails, OpenOrder, OrderStatus, Position
from simulator.tws.data.contracts import PRODUCTS, Listed
from simulator.tws.notices import Error
from simulator.tws.requests import ReqPositions
from system.domain.instrument import ContractMonth
from tests.tws.desk.floor import ME, Floor, chicago
from tests.tws.desk.test_orders import quoted


def warned(floor: Floor) -> list[str]:
    return [notice.text for notice in floor.hear() if isinstance(notice, Error) and notice.code == 399]


def test_an_order_for_regular_hours_is_held_with_a_warning_and_goes_out_when_they_begin() -> None:
    floor = quoted(start="2024-03-12 07:00").place(1, "BUY", 1, outside_rth=False)
    assert warned(floor) == [
        "Order Message:\nBUY 1 ES JUN'24\nWarning: your order will not be placed at the exchange until "
        "2024-03-12 08:30:00 US/Central"
    ]
    assert floor.wait().statuses() == ["status 1 PreSubmitted 0/1"]
    assert floor.at("2024-03-12 08:29:59").quote(5001, 5001.25).trade(5001).statuses() == []
    assert floor.at("2024-03-12 08:30").story() == [
        "open 1 Submitted",
        "status 1 Submitted 0/1",
        "fill 1 BOT 1@5001.25",
        "open 1 Filled",
        "status 1 Filled 1/0",
        "CommissionReport",
    ]


def test_a_limit_order_rests_in_regular_hours_only() -> None:
    floor = quoted(start="2024-03-12 14:59").place(1, "BUY", 1, lmt=4999, outside_rth=False, tif="GTC").wait()
    floor.hear()
    assert floor.at("2024-03-12 15:00").statuses() == ["status 1 PreSubmitted 0/1"]
    assert floor.quote(4990, 4990.25).trade(4990).statuses() == []
    floor.at("2024-03-13 08:29").quote(5000, 5000.25).at("2024-03-13 08:30")
    assert floor.statuses() == ["status 1 Submitted 0/1"]
    assert floor.trade(4998.75).statuses() == ["status 1 Filled 1/0"]


def test_a_stop_does_not_trigger_outside_regular_hours() -> None:
    """Nor does a trade before 08:30 trigger it later; the first one behind it after 08:30 does."""
    floor = quoted(start="2024-03-12 07:00").place(1, "SELL", 1, stp=4990, outside_rth=False).wait()
    floor.trade(4980)
    assert [line for line in floor.statuses() if "Filled" in line] == []
    floor.at("2024-03-12 08:30").hear()
    assert floor.trade(4990).statuses() == ["status 1 Filled 1/0"]


def test_a_stop_with_outside_rth_triggers_at_any_time() -> None:
    floor = quoted(start="2024-03-12 07:00").place(1, "SELL", 1, stp=4990).wait()
    assert floor.trade(4990).statuses()[-1] == "status 1 Filled 1/0"


def test_a_day_order_ends_with_its_session() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4999).place(2, "BUY", 1, lmt=4998, tif="GTC").wait()
    floor.hear()
    assert floor.at("2024-03-12 16:01").statuses() == ["status 1 Cancelled 0/1", "error 1 202"]
    assert floor.at("2024-03-12 17:00").trade(4997).statuses() == ["status 2 Filled 1/0"]


def test_a_day_order_held_over_night_ends_with_the_day_in_which_it_acts() -> None:
    """Placed at 15:30 for regular hours: it is for the next day's."""
    floor = quoted(start="2024-03-12 15:30").place(1, "BUY", 1, lmt=4990, outside_rth=False)
    assert "2024-03-13 08:30:00" in warned(floor)[0]
    assert floor.at("2024-03-13 15:59").statuses()[-1] == "status 1 PreSubmitted 0/1"
    assert floor.at("2024-03-13 16:01").statuses()[-2:] == ["status 1 Cancelled 0/1", "error 1 202"]


def test_a_dated_order_ends_at_its_time() -> None:
    until = "20240312 10:01:00 US/Central"
    floor = quoted().place(1, "BUY", 1, lmt=4990, tif="GTD", good_till_date=until).wait()
    floor.hear()
    assert floor.at("2024-03-12 10:00:59").statuses() == []
    assert floor.wait(1100).statuses() == ["status 1 Cancelled 0/1", "error 1 202"]


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2024-03-12 16:30", "2024-03-12 17:00:00"),
        ("2024-03-16 12:00", "2024-03-17 17:00:00"),
        ("2024-03-29 10:00", "2024-03-31 17:00:00"),  # Good Friday: closed since 08:15
    ],
)
def test_while_the_exchange_is_closed_orders_wait_for_its_opening(at: str, until: str) -> None:
    """Two milliseconds of quotes may not matter; at the open it fills at the first quote."""
    floor = Floor(start=at).place(1, "BUY", 1)
    assert until in warned(floor)[0]
    floor.at(until).quote(5000, 5000.25)
    assert floor.statuses()[-1] == "status 1 Filled 1/0"


def test_an_order_that_comes_while_the_exchange_is_closed_is_presubmitted_until_it_opens() -> None:
    floor = Floor(start="2024-03-12 16:30").place(1, "BUY", 1, lmt=4990, tif="GTC").wait().wait()
    assert floor.statuses()[1:] == ["status 1 PreSubmitted 0/1", "status 1 PreSubmitted 0/1"]
    floor.place(1, "BUY", 2, lmt=4991, tif="GTC").place(2, "BUY", 1, lmt=4990).wait().cancel(2).wait()
    assert [line for line in floor.statuses() if " Submitted" in line] == []
    assert floor.at("2024-03-12 16:59:59").statuses() == []
    assert floor.at("2024-03-12 17:00").statuses() == ["status 1 Submitted 0/2"]
    assert floor.at("2024-03-13 17:00").trade(4990).statuses() == ["status 1 Filled 2/0"]


def test_an_order_that_waits_for_the_opening_may_fill_in_that_very_instant() -> None:
    floor = Floor(start="2024-03-12 16:30").place(1, "BUY", 2, tif="GTC").until(chicago("2024-03-12 17:00") - 1)
    floor.hear()
    floor.heard += floor.desk.take(
        floor.exchange.fill(floor.desk.orders[0].perm_id, 1, 20_000, floor.now_ns), floor.now_ns
    )
    assert floor.statuses() == ["status 1 Submitted 1/1"]
    floor.heard += floor.desk.take(
        floor.exchange.fill(floor.desk.orders[0].perm_id, 1, 20_000, floor.now_ns), floor.now_ns
    )
    assert floor.statuses() == ["status 1 Filled 2/0"]


def test_what_must_fill_at_once_is_rejected_while_the_exchange_is_closed() -> None:
    floor = Floor(start="2024-03-12 16:30").place(1, "BUY", 1, lmt=5000, tif="IOC")
    text = next(notice.text for notice in floor.heard_errors(201))
    assert text == "Order rejected - reason:Exchange is closed."


def test_immediate_or_cancel() -> None:
    """5 up to 5000.50 on 2 shown: 2 at 5000.25 and 2 at 5000.50, the last is cancelled."""
    floor = quoted().quote(5000, 5000.25, 9, 2).place(1, "BUY", 5, lmt=5000.5, tif="IOC").wait()
    assert floor.statuses()[-3:] == ["status 1 Submitted 4/1", "status 1 Cancelled 4/1", "error 1 202"]


def test_fill_or_kill() -> None:
    floor = quoted().quote(5000, 5000.25, 9, 2).place(1, "BUY", 5, lmt=5000.5, tif="FOK").wait()
    assert floor.statuses()[-2:] == ["status 1 Cancelled 0/5", "error 1 202"]
    assert floor.place(2, "BUY", 4, lmt=5000.5, tif="FOK").wait().statuses()[-1] == "status 2 Filled 4/0"


def test_an_entry_at_market_that_finds_no_quote_is_cancelled_an_exit_waits() -> None:
    floor = quoted().place(1, "BUY", 1).wait().quote(5000, 5000.25, 0, 0)
    floor.hear()
    assert floor.place(2, "BUY", 1).wait().statuses()[-2:] == ["status 2 Cancelled 0/1", "error 2 202"]
    assert floor.place(3, "SELL", 1).wait().statuses()[-1] == "status 3 Submitted 0/1"
    assert floor.quote(4999, 4999.25).statuses() == ["status 3 Filled 1/0"]


def test_a_trailing_stop_follows_trades_and_says_where_it_is() -> None:
    """Sell, 2 points behind: from 5000.00 at 4998.00; after 5003.00 at 5001.00; a trade there sells."""
    floor = quoted().place(1, "SELL", 1, order_type="TRAIL", aux_price=2.0).wait()
    told = [notice for notice in floor.hear() if isinstance(notice, OpenOrder)]
    assert told[-1].terms.trail_stop_price == 4998.0
    floor.trade(5003).trade(5001.25)
    assert floor.statuses() == []
    assert floor.quote(5000.75, 5001).trade(5001).story()[0] == "fill 1 SLD 1@5000.75"


def test_a_trailing_stop_by_percent_and_with_a_limit() -> None:
    """Buy 0.1 % above: 5000.00 + 5.00 = 5005.00; after 4900.00 at 4904.90, on the grid 4905.00; its limit 1 above."""
    terms = {"order_type": "TRAIL LIMIT", "trailing_percent": 0.1, "limit_price_offset": 1.0}
    floor = quoted().place(1, "BUY", 1, **terms).wait().trade(4900).quote(4904.75, 4905).trade(4904.75)
    floor.hear()
    assert floor.trade(4905).story()[:3] == ["open 1 Submitted", "status 1 Submitted 0/1", "fill 1 BOT 1@4905.0"]


def test_a_trailing_child_begins_to_trail_when_its_entry_fills() -> None:
    floor = quoted().place(1, "BUY", 1, lmt=4999, transmit=False)
    floor.place(2, "SELL", 1, order_type="TRAIL", aux_price=2.0, parent_id=1).wait()
    floor.trade(5010).trade(4998).trade(4996.75)
    assert floor.statuses()[-2:] == ["status 1 Filled 1/0", "status 2 PreSubmitted 0/1 (trigger)"]
    assert floor.trade(4996).statuses() == []
    assert floor.trade(4994.75).statuses() == ["status 2 Filled 1/0"]


def test_a_month_ends_on_its_last_day_as_regular_hours_begin() -> None:
    """Its orders go, what is held is settled at the last trade without an execution, and new orders are rejected."""
    floor = quoted(start="2024-06-21 08:29").trade(5000).place(1, "BUY", 2).place(2, "SELL", 2, lmt=6000, tif="GTC")
    floor.wait().hear()
    floor.desk.ask(ME, ReqPositions(), floor.now_ns)
    before_cents = floor.desk.equity_cents
    assert floor.at("2024-06-21 08:29:59").story() == []
    floor.until(chicago("2024-06-21 08:31"))
    told = floor.hear()
    assert [notice.position for notice in told if isinstance(notice, Position)] == [0]
    assert not [notice for notice in told if isinstance(notice, ExecDetails)]
    assert [notice.status for notice in told if isinstance(notice, OrderStatus)] == ["Cancelled"]
    assert floor.desk.positions() == []
    assert floor.desk.equity_cents == before_cents
    refused = floor.place(3, "BUY", 1).hear()
    assert [notice.code for notice in refused if isinstance(notice, Error)] == [201]
    assert Listed(PRODUCTS[0], ContractMonth(2024, 6)).ends_ns == chicago("2024-06-21 08:30")
