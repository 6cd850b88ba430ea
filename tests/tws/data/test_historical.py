"""Requests for historical bars: what may be asked, what is answered, what is kept up to date (F57, F58)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.data.spans import bar_size, duration
from simulator.tws.market_notices import Bar, HeadTimestamp, Histogram, HistoricalData, HistoricalDataUpdate
from simulator.tws.notices import Error
from simulator.tws.requests import CancelHistoricalData, ReqHeadTimestamp, ReqHistogram, ReqHistoricalData
from simulator.tws.terms import Contract
from system.domain.settings import SECOND_NS
from tests.tws.data.floor import ESM4, NOON, PRICE, SECOND, Floor, Row, quote, tapes, trade, utc
from tests.tws.data.recount import recount

OPEN = utc(22, day=17)


def request(**words: Any) -> ReqHistoricalData:
    plain: dict[str, Any] = {
        "req_id": 1,
        "contract": ESM4,
        "end": "",
        "bar_size": "1 min",
        "duration": "600 S",
        "use_rth": False,
        "what": "TRADES",
        "format_date": 1,
    }
    return ReqHistoricalData(**{**plain, **words})


def floor_at(now_ns: int, rows: list[Row], **limits: Any) -> Floor:
    floor = Floor(rows, **limits)
    floor.go(now_ns)
    return floor


def two_days() -> list[Row]:
    """A trade each ten minutes of the sessions of 18 and 19 March, and a quote before each."""
    times = [start + n * 600 * SECOND for start in (OPEN, utc(22)) for n in range(138)]
    return [
        row for n, at in enumerate(times) for row in (quote(at, PRICE + n % 5), trade(at + 1, PRICE + n % 5, 1 + n % 3))
    ]


def answered(floor: Floor, request: ReqHistoricalData) -> HistoricalData:
    (answer,) = floor.ask(request)
    assert isinstance(answer, HistoricalData), answer
    return answer


def times(floor: Floor, **words: Any) -> list[str]:
    return [bar.time for bar in answered(floor, request(**words)).bars]


DAYS = floor_at(utc(16, day=19), two_days())


def test_bars_have_their_beginning_in_the_exchanges_zone() -> None:
    answer = answered(floor_at(NOON + 61 * SECOND, [trade(NOON), trade(NOON + 60 * SECOND, PRICE + 4, 2)]), request())
    assert answer.bars == (
        Bar(time="20240318 11:00:00 US/Central", open=5000.0, high=5000.0, low=5000.0, close=5000.0, volume=1, wap=5000.0, count=1),
        Bar(time="20240318 11:01:00 US/Central", open=5001.0, high=5001.0, low=5001.0, close=5001.0, volume=2, wap=5001.0, count=1),
    )  # fmt: skip
    assert (answer.start, answer.end) == ("20240318 10:51:01 US/Central", "20240318 11:01:01 US/Central")


def test_or_in_seconds_since_1970() -> None:
    assert times(floor_at(NOON, [trade(NOON)]), format_date=2) == [str(NOON // SECOND)]


def test_daily_bars_have_the_sessions_date_whatever_the_format() -> None:
    for format_date in (1, 2):
        assert times(DAYS, bar_size="1 day", duration="5 D", format_date=format_date) == ["20240318", "20240319"]
    assert times(DAYS, bar_size="1 day", duration="1 D") == ["20240319"]


def test_weeks_and_months_are_joined_days() -> None:
    days = answered(DAYS, request(bar_size="1 day", duration="1 M")).bars
    for size in ("1W", "1 week", "1M", "1 month"):
        (joined,) = answered(DAYS, request(bar_size=size, duration="1 Y")).bars
        assert (joined.time, joined.open, joined.close) == ("20240319", days[0].open, days[1].close)
        assert (joined.high, joined.low) == (max(day.high for day in days), min(day.low for day in days))
        assert (joined.volume, joined.count) == (sum(day.volume for day in days), sum(day.count for day in days))
    (middle,) = answered(DAYS, request(bar_size="1W", duration="1 M", what="MIDPOINT")).bars
    assert (middle.volume, middle.wap, middle.count) == (-1, -1, -1)


def test_a_day_is_the_session_in_hand_and_two_are_also_the_one_before() -> None:
    one = times(DAYS, bar_size="1 hour", duration="1 D")
    assert one[0] == "20240318 17:00:00 US/Central"
    assert one[-1] == "20240319 11:00:00 US/Central", "of what was played in the second in hand"
    assert times(DAYS, bar_size="1 hour", duration="2 D")[0] == "20240317 17:00:00 US/Central"


def test_in_regular_hours_the_first_bar_begins_with_them() -> None:
    found = times(DAYS, bar_size="1 hour", duration="2 D", use_rth=True)
    assert found[:2] == ["20240318 08:30:00 US/Central", "20240318 09:00:00 US/Central"]
    assert found[6] == "20240318 14:00:00 US/Central"
    assert found[7] == "20240319 08:30:00 US/Central"


def test_seconds_are_of_trading_time_and_bars_are_whole() -> None:
    found = times(floor_at(utc(22, 30), two_days()), bar_size="30 mins", duration="7200 S")
    assert found == [
        "20240318 14:30:00 US/Central",
        "20240318 15:00:00 US/Central",
        "20240318 15:30:00 US/Central",
        "20240318 17:00:00 US/Central",
        "20240318 17:30:00 US/Central",
    ]


def test_before_regular_hours_a_day_is_the_one_before() -> None:
    early = floor_at(utc(10, day=19), two_days())
    assert times(early, bar_size="1 day", duration="1 D", use_rth=True) == ["20240318"]


@pytest.mark.parametrize(
    ("end", "warns"),
    [
        ("20240318 10:30:00 US/Central", False),
        ("20240318 11:30:00 US/Eastern", False),
        ("20240318-15:30:00", False),
        ("20240318 11:30:00", True),
    ],
)
def test_an_end_in_the_past_is_read_in_its_zone_or_in_the_machines(end: str, warns: bool) -> None:
    *warnings, answer = DAYS.ask(request(end=end, bar_size="10 mins", duration="1200 S"))
    assert isinstance(answer, HistoricalData)
    assert [bar.time for bar in answer.bars] == ["20240318 10:10:00 US/Central", "20240318 10:20:00 US/Central"]
    assert [warning.code for warning in warnings if isinstance(warning, Error)] == [2174] * warns


def test_an_end_in_the_future_is_now() -> None:
    later = times(DAYS, end="20250101-00:00:00", bar_size="1 hour", duration="1 D")
    assert later == times(DAYS, bar_size="1 hour", duration="1 D")


def test_a_past_end_shows_nothing_that_came_later() -> None:
    rows = [trade(NOON), trade(NOON + 30 * SECOND, PRICE + 40)]
    (bar,) = answered(floor_at(NOON + 60 * SECOND, rows), request(end="20240318-16:00:20")).bars
    assert (bar.high, bar.volume) == (PRICE / 4, 1)


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        ({"bar_size": "1 sec"}, 321, "Historical data bar size setting is invalid. Legal ones are: 1 secs, 5 secs, 10 secs, 15 secs, 30 secs, 1 min, 2 mins, 3 mins, 5 mins, 10 mins, 15 mins, 20 mins, 30 mins, 1 hour, 2 hours, 3 hours, 4 hours, 8 hours, 1 day, 1W, 1M"),
        ({"duration": "1 fortnight"}, 321, "duration string is invalid"),
        ({"duration": "0 D"}, 321, "duration string is invalid"),
        ({"duration": "86401 S"}, 321, "must be made in days"),
        ({"duration": "366 D"}, 321, "must be made in years"),
        ({"format_date": 0}, 321, "Date formatting selection of 0 rejected"),
        ({"what": "EVERYTHING"}, 321, "What to show field is missing or incorrect"),
        ({"what": "HISTORICAL_VOLATILITY"}, 162, "HMDS query returned no data: ESM4@CME Historical_volatility"),
        ({"end": "tomorrow"}, 10314, "is invalid"),
        ({"end": "20240318-16:00:00", "keep_up_to_date": True}, 321, "End date is not supported"),
        ({"bar_size": "1 secs", "keep_up_to_date": True}, 321, "Bar size 1 secs is not supported"),
        ({"bar_size": "1 secs", "duration": "1 D"}, 162, "Historical Market Data Service error message:invalid step: 1"),
        ({"contract": replace(ESM4, sec_type="CONTFUT", last_trade=""), "end": "20240318-16:00:00"}, 10339, "not allowed"),
        ({"contract": replace(ESM4, symbol="NQ")}, 200, "No security definition has been found for the request"),
        ({"contract": replace(ESM4, last_trade="202403")}, 200, "No security definition"),
        ({"contract": replace(ESM4, last_trade="")}, 321, "Please enter a local symbol or an expiry"),
        ({"contract": replace(ESM4, exchange="")}, 321, "Please enter exchange"),
        ({"contract": replace(ESM4, exchange="", con_id=510_000_220)}, 321, "Please enter exchange"),
        ({"contract": Contract(sec_type="FUT", exchange="CME")}, 321, "Please enter a symbol"),
        ({"contract": Contract(symbol="ES")}, 321, "Please enter a valid security type"),
        ({"end": "20200101-00:00:00"}, 162, "Historical Market Data Service error message:HMDS query returned no data: ESM4@CME Trades"),
    ],
)  # fmt: skip
def test_what_cannot_be_served_is_refused(words: dict[str, Any], code: int, text: str) -> None:
    refused = floor_at(NOON, [trade(NOON)]).refused(request(**words))
    assert refused[0] == code
    assert text in refused[1]


def test_the_continuous_contract_and_an_expired_one_have_history() -> None:
    continuous = replace(ESM4, sec_type="CONTFUT", last_trade="")
    assert times(DAYS, contract=continuous, bar_size="1 day", duration="1 D")
    expired = replace(ESM4, last_trade="202403")
    assert times(DAYS, contract=expired, include_expired=True, bar_size="1 day", duration="1 D")


@pytest.mark.parametrize(("entitlement", "code"), [("delayed", 162), ("none", 162), ("competing", 10197)])
def test_f46_whoever_has_no_live_data_has_no_history(entitlement: str, code: int) -> None:
    floor = floor_at(NOON, [trade(NOON)], entitlement=entitlement)
    refused = floor.refused(request())
    assert refused[0] == code
    assert code != 162 or refused[1].endswith("No market data permissions for CME FUT")


# pacing

PACING = (162, "Historical Market Data Service error message:Historical data request pacing violation")


def small(**words: Any) -> ReqHistoricalData:
    return request(bar_size="5 secs", **words)


def test_f58_an_identical_request_must_wait_fifteen_seconds() -> None:
    floor = floor_at(NOON, [trade(NOON)])
    assert answered(floor, small())
    floor.go(NOON + 15 * SECOND - 1)
    assert floor.refused(small(req_id=2)) == PACING
    floor.go(NOON + 30 * SECOND - 1)
    assert answered(floor, small(req_id=3))


def test_f58_six_requests_for_one_contract_within_two_seconds_are_too_many() -> None:
    floor = floor_at(NOON, [quote(NOON), trade(NOON)])
    for number in range(5):
        assert answered(floor, small(duration=f"{60 + number} S"))
    assert floor.refused(small(duration="70 S")) == PACING
    assert answered(floor, small(duration="70 S", what="BID")), "another kind of data"
    floor.go(NOON + 2 * SECOND)
    assert answered(floor, small(duration="80 S"))


def test_f58_sixty_requests_in_ten_minutes_are_the_most_and_bid_ask_counts_twice() -> None:
    floor = floor_at(NOON, [quote(NOON), trade(NOON)])
    for number in range(58):
        floor.go(NOON + number * SECOND)
        assert answered(floor, small(duration=f"{60 + number} S"))
    assert answered(floor, small(what="BID_ASK"))
    floor.go(NOON + 70 * SECOND)
    assert floor.refused(small(duration="500 S")) == PACING
    floor.go(NOON + 671 * SECOND)
    assert answered(floor, small(duration="500 S"))


def test_f58_bars_of_a_minute_are_not_paced() -> None:
    floor = floor_at(NOON, [trade(NOON)])
    for _ in range(100):
        assert answered(floor, request())


# kept up to date


def test_f57_a_bar_that_is_kept_up_to_date_is_told_each_five_seconds() -> None:
    rows = [trade(NOON), trade(NOON + 7 * SECOND, PRICE + 4), trade(NOON + 12 * SECOND, PRICE + 8)]
    floor = floor_at(NOON, rows)
    assert answered(floor, request(bar_size="10 secs", keep_up_to_date=True))
    updates = floor.go(NOON + 15 * SECOND)
    assert [(u.bar.time[9:17], u.bar.open, u.bar.close, u.bar.volume) for u in updates if isinstance(u, HistoricalDataUpdate)] == [
        ("11:00:00", 5000.0, 5000.0, 1),
        ("11:00:00", 5000.0, 5001.0, 2),
        ("11:00:10", 5002.0, 5002.0, 1),
    ]  # fmt: skip


def test_a_day_and_a_week_are_kept_up_to_date_too() -> None:
    for size in ("1 day", "1W"):
        floor = floor_at(NOON, [trade(NOON), trade(NOON + 3 * SECOND, PRICE + 4)])
        assert answered(floor, request(bar_size=size, duration="1 M", keep_up_to_date=True))
        (update,) = floor.go(NOON + 5 * SECOND)
        assert isinstance(update, HistoricalDataUpdate)
        assert (update.bar.time, update.bar.high, update.bar.volume) == ("20240318", 5001.0, 2)


def test_outside_the_hours_asked_for_nothing_is_kept_up_to_date() -> None:
    floor = floor_at(utc(20), [trade(NOON)])
    assert answered(floor, request(use_rth=True, duration="1 D", keep_up_to_date=True))
    assert floor.go(utc(20, 1)) == []


def test_f58_only_what_is_kept_up_to_date_can_be_canceled() -> None:
    floor = floor_at(NOON, [trade(NOON)])
    answered(floor, request())
    assert floor.refused(CancelHistoricalData(req_id=1)) == (366, "No historical data query found for ticker id:1")
    answered(floor, request(keep_up_to_date=True))
    assert floor.refused(request(keep_up_to_date=True))[0] == 322
    assert floor.refused(CancelHistoricalData(req_id=1))[1].endswith("API historical data query cancelled: 1")
    assert floor.go(NOON + 60 * SECOND) == []
    assert floor.refused(CancelHistoricalData(req_id=1))[0] == 366


@given(tapes(longest_ms=20_000), st.sampled_from((5, 10, 30)), st.sampled_from(("TRADES", "BID", "MIDPOINT")))
def test_f57_the_last_update_of_each_bar_is_the_bar_that_history_shows(rows: list[Row], bar_s: int, what: str) -> None:
    floor = floor_at(NOON, [quote(NOON), trade(NOON), *rows])
    floor.ask(request(bar_size=f"{bar_s} secs", what=what, format_date=2, keep_up_to_date=True))
    end_ns = NOON + 120 * SECOND
    updates = {u.bar.time: u.bar for u in floor.go(end_ns) if isinstance(u, HistoricalDataUpdate)}
    counted = recount([quote(NOON), trade(NOON), *rows], what, bar_s * SECOND, OPEN, NOON, end_ns)
    shown = {
        begin_ns: (bar.open, bar.high, bar.low, bar.close, bar.volume, bar.wap, bar.count)
        for begin_ns, bar in ((int(time) * SECOND_NS, bar) for time, bar in updates.items())
    }
    assert shown == {begin_ns: tuple(rest) for begin_ns, *rest in counted}


# the words


def test_a_duration_reaches_back_to_the_beginning_of_time_and_over_short_months() -> None:
    assert times(DAYS, bar_size="1 day", duration="999999 Y") == ["20240318", "20240319"]
    assert times(DAYS, bar_size="1 day", duration="999999 W") == ["20240318", "20240319"]
    may = floor_at(
        utc(16, day=31, month=5),
        [trade(utc(16, day=29, month=4)), trade(utc(16, day=30, month=4)), trade(utc(16, day=31, month=5))],
    )
    assert times(may, bar_size="1 day", duration="1 M") == ["20240531"]
    assert times(may, bar_size="1 day", duration="32 D") == ["20240429", "20240430", "20240531"]


def test_seconds_reach_back_no_further_than_what_was_played() -> None:
    assert len(times(DAYS, bar_size="8 hours", duration="86400 S")) == 4


@pytest.mark.parametrize(("text", "unit", "number"), [("1 D", "D", 1), ("3600 S", "S", 3600), ("60", "S", 60), ("2w", "W", 2), ("1 Y", "Y", 1)])  # fmt: skip
def test_durations_are_a_number_and_a_letter(text: str, unit: str, number: int) -> None:
    found = duration(text)
    assert found is not None
    assert (found.unit, found.number) == (unit, number)


@pytest.mark.parametrize("text", ["1 secs", "30 secs", "1 min", "1 mins", "2 mins", "1 hour", "8 hours", "1 day", "1 Day", "1 week", "1W", "1 month", "1M", "1m", "1w"])  # fmt: skip
def test_bar_sizes_are_read(text: str) -> None:
    assert bar_size(text) is not None


@pytest.mark.parametrize("text", ["", "1 sec", "7 mins", "1", "min", "2 days", "1 year"])
def test_other_bar_sizes_are_not(text: str) -> None:
    assert bar_size(text) is None


# the earliest data, and histograms


def head(**words: Any) -> ReqHeadTimestamp:
    plain: dict[str, Any] = {"req_id": 1, "contract": ESM4, "what": "TRADES", "use_rth": False, "format_date": 1}
    return ReqHeadTimestamp(**{**plain, **words})


def test_the_earliest_data_is_of_the_first_session_played() -> None:
    assert DAYS.ask(head()) == [HeadTimestamp(req_id=1, time="20240317-22:00:00")]
    assert DAYS.ask(head(use_rth=True, format_date=2)) == [HeadTimestamp(req_id=1, time=str(utc(13, 30) // SECOND))]
    assert DAYS.refused(head(what="NOTHING"))[0] == DAYS.refused(head(format_date=3))[0] == 321
    assert DAYS.refused(head(contract=replace(ESM4, symbol="NQ")))[0] == 200
    assert floor_at(NOON, []).refused(head())[0] == 162
    assert floor_at(NOON, [trade(NOON)], entitlement="none").refused(head())[0] == 162


def histogram(floor: Floor, period: str, *, use_rth: bool = False) -> tuple[tuple[float, int], ...]:
    (answer,) = floor.ask(ReqHistogram(req_id=1, contract=ESM4, use_rth=use_rth, period=period))
    assert isinstance(answer, Histogram)
    return answer.bins


def test_a_histogram_counts_contracts_by_price() -> None:
    rows = [
        trade(utc(13), PRICE, 5),
        trade(NOON, PRICE + 1, 2),
        trade(NOON + 1, PRICE, 1),
        trade(utc(14, day=19), PRICE, 7),
    ]
    floor = floor_at(utc(16, day=19), rows)
    assert histogram(floor, "2 days") == ((5000.0, 13), (5000.25, 2))
    assert histogram(floor, "1 day") == histogram(floor, "1 hour") == ((5000.0, 7),)
    assert histogram(floor, "1 week", use_rth=True) == ((5000.0, 8), (5000.25, 2))
    assert histogram(floor, "9999999 years") == ((5000.0, 13), (5000.25, 2))


@pytest.mark.parametrize("period", ["", "day", "1 fortnight", "one day", "1 2 days", "² days", "9" * 5_000 + " days"])
def test_a_histogram_of_no_period_is_refused(period: str) -> None:
    assert DAYS.refused(ReqHistogram(req_id=1, contract=ESM4, use_rth=False, period=period))[0] == 321


def test_a_histogram_of_no_contract_is_refused() -> None:
    nothing = ReqHistogram(req_id=1, contract=replace(ESM4, symbol="NQ"), use_rth=False, period="1 day")
    assert DAYS.refused(nothing)[0] == 200
    assert floor_at(NOON, [trade(NOON)], entitlement="competing").refused(replace(nothing, contract=ESM4))[0] == 10197
