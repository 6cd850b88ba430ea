"""Times as clients write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.moments import in_chicago, in_utc, read_moment
from tests.tws.data.floor import SECOND, utc

NOW = utc(16)


@pytest.mark.parametrize(
    ("text", "ts_ns", "implied"),
    [
        ("20240318-15:00:00", utc(15), False),
        ("20240318 15:00:00 UTC", utc(15), False),
        ("20240318 10:00:00 US/Central", utc(15), False),
        ("20240318 11:00:00 US/Eastern", utc(15), False),
        ("20240318  11:00:00", utc(15), True),
        ("20240318 11:00:00", utc(15), True),
        ("20240318 11:00", utc(15), True),
        (" 20240318 9:30:00 US/Eastern ", utc(13, 30), False),
        ("11:00:00", utc(15), True),
        ("10:00:00 US/Central", utc(15), False),
        ("20240318", utc(4), True),
        ("20240318 US/Central", utc(5), False),
    ],
)
def test_a_time_is_read_in_any_of_the_ways_tws_takes(text: str, ts_ns: int, implied: bool) -> None:
    moment = read_moment(text, NOW)
    assert moment is not None
    assert (moment.ts_ns, moment.implied) == (ts_ns, implied)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "20240230 10:00:00", "20240318 25:00:00", "20240318 10:61:00", "20240318 10:00:61"),
        *("20240318 10:00:00 Mars/Base", "20240318-10:00:00 UTC", "2024-03-18 10:00:00", "20240318 10:00:00 ../x"),
        *("00000318 10:00:00", "20240318 10:00:00 US/Central x", "1710759600"),
    ],
)
def test_anything_else_is_no_time(text: str) -> None:
    assert read_moment(text, NOW) is None


@given(st.text(alphabet="0123456789:- UTCS/entral\n\x00é", max_size=32))
def test_any_text_is_a_time_or_none(text: str) -> None:
    read_moment(text, NOW)


@given(st.integers(0, 2_000_000_000))
def test_what_is_written_can_be_read_again(second: int) -> None:
    ts_ns = second * SECOND
    moment = read_moment(in_utc(ts_ns), NOW)
    assert moment is not None
    assert moment.ts_ns == ts_ns
    again = read_moment(in_chicago(ts_ns), NOW)
    assert again is not None
    assert again.ts_ns in (ts_ns, ts_ns - 3600 * SECOND), "an hour is written twice where the clock is set back"
