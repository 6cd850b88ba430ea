"""Whatever the fields, a request comes of them or a BadMessage; and what is missing or odd is read as TWS reads it."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.tws import requests as ask
from simulator.tws.terms import ExecutionFilter, OrderTerms
from simulator.tws.wire.decode import BARE, DECODERS, ID_AFTER_VERSION, ID_ALONE, UNSUPPORTED, BadMessage, decode
from simulator.tws.wire.versions import SERVER_MAX, SERVER_MIN

KNOWN = sorted({*BARE, *DECODERS, *ID_AFTER_VERSION, *ID_ALONE, *UNSUPPORTED})
ODD = [
    *("", "0", "1", "-1", "1.0", "0.5", "true", "BAG", "2147483647", "2147483648", "-2147483649", "9" * 5000),
    *("1e3", "1e999", "-1e999", "nan", "Infinity", "1.7976931348623157E308", "1_0", "٣", "²", " 7 ", "+5", "0x10", "PEG BENCH"),
    *("0000000017", "VOL", "None", "\ud7ff", "170141183460469231731687303715884105727"),
]  # fmt: skip
values = st.one_of(st.sampled_from(ODD), st.integers(-3, 200).map(str), st.floats().map(str), st.text(max_size=6))
versions = st.integers(SERVER_MIN, SERVER_MAX)
PLAIN_ORDER = [
    *("3", "5", "1", "ES", "FUT", "202406", "0.0", "", "50", "CME", "", "USD", "ESM4", "ES", "", ""),
    *("BUY", "2", "LMT", "5000.25", "", "DAY", "", "DU1", "", "0", "ref", "1", "0", "0", "0", "0", "0", "0", "0"),
    *("", "0.0", "", "", "", "", "", "", "", "0", "", "-1", "0", "", "", "0", "", "", "0", "0", "", "0", "", "", ""),
    *("", "", "0", "", "", "", "", "0", "", "", "", "", "", "", "", "", "", "", "0", "", "", "0", "0", "", "", "0"),
    *("", "0", "0", "0", "0", "", "", "", "", "", "", "0", "", "", "", "", "", "", "", "", "0", "0", "0", ""),
]  # as ib_insync writes it below version 158


@settings(max_examples=800)
@given(st.sampled_from(KNOWN), st.lists(values, max_size=130), versions)
@example(3, [*PLAIN_ORDER[1:88], "1", "0000000017"], 157)
@example(3, [*PLAIN_ORDER[1:88], "2147483647", *["1"] * 20], 157)
def test_a_known_message_of_any_fields_is_read_or_is_bad(message_id: int, fields: list[str], version: int) -> None:
    with suppress(BadMessage):
        request = decode([str(message_id), *fields], version)
        assert isinstance(request, ask.Request)


@given(st.lists(values, max_size=20), versions)
def test_so_is_one_that_is_not_known(fields: list[str], version: int) -> None:
    with suppress(BadMessage):
        decode(fields, version)


@settings(max_examples=400)
@given(st.data(), versions)
def test_an_order_with_a_field_gone_wrong_is_read_or_is_bad_about_that_order(data: st.DataObject, version: int) -> None:
    fields = list(PLAIN_ORDER)
    for at in data.draw(st.lists(st.integers(2, len(fields) - 1), max_size=4)):
        fields[at] = data.draw(values)
    fields = fields[: data.draw(st.integers(2, len(fields)))]
    assert about(fields, version) == 5


def about(fields: list[str], version: int) -> int:
    """The id of the order that is read, or of the error that comes of it."""
    try:
        request = decode(fields, version)
    except BadMessage as bad:
        return bad.req_id if bad.code == 320 and bad.text.startswith("Error reading request.") else -1
    return request.order_id if isinstance(request, ask.PlaceOrder) else -1


def test_a_plain_order_of_110_fields_is_read() -> None:
    assert len(PLAIN_ORDER) == 110
    request = decode(PLAIN_ORDER, 157)
    assert isinstance(request, ask.PlaceOrder)
    expected = OrderTerms(
        action="BUY", quantity=2.0, order_type="LMT", limit_price=5000.25, tif="DAY", account="DU1", order_ref="ref"
    )
    assert request.terms == expected


@pytest.mark.parametrize(("version", "place"), [(151, 85), (176, 85), (177, 84), (178, 84)])
def test_what_if_stands_a_field_earlier_from_177_on(version: int, place: int) -> None:
    fields = list(PLAIN_ORDER)
    if version >= 177:
        del fields[43]
    assert fields[place] == "0"
    fields[place] = "1"
    request = decode(fields, version)
    assert isinstance(request, ask.PlaceOrder)
    assert request.terms.what_if


@pytest.mark.parametrize(
    ("written", "read"),
    [("7", 7), ("7.0", 7), (" 7 ", 7), ("+7", 7), ("7e0", 7), ("-7", -7), ("", 0), ("2147483647", 0)],
)
def test_whole_numbers_are_read_in_every_way_that_clients_write_them(written: str, read: int) -> None:
    request = decode(["97", "1", written, *[""] * 11, "Last", "0", "0"], 178)
    assert isinstance(request, ask.ReqTickByTick)
    assert request.contract.con_id == read


@pytest.mark.parametrize(
    "written", ["7.5", "x", "nan", "inf", "1_0", "٣", "2147483649", "544894145756509053", "9" * 5000]
)
def test_what_is_no_whole_number_is_told_in_the_words_of_tws(written: str) -> None:
    with pytest.raises(BadMessage) as caught:
        decode(["97", "41", written, *[""] * 11, "Last", "0", "0"], 178)
    assert (caught.value.req_id, caught.value.code) == (41, 320)
    assert f'For input string: "{written[:80]}"' in caught.value.text


@pytest.mark.parametrize(
    ("written", "read"), [("1", True), ("0", False), ("true", True), ("False", False), ("", False), ("5", True)]
)
def test_flags_are_read_in_every_way_that_clients_write_them(written: str, read: bool) -> None:
    assert decode(["99", written], 178) == ask.ReqCompletedOrders(api_only=read)


def test_what_is_left_out_at_the_end_has_its_usual_value() -> None:
    assert decode(["3", "5"], 178) == ask.PlaceOrder(
        order_id=5, contract=decode(["9", "8", "1"], 178).contract, terms=OrderTerms()
    )
    assert decode(["7", "3", "1"], 178) == ask.ReqExecutions(req_id=1, filter=ExecutionFilter())
    assert decode(["71", "2", "7"], 178) == ask.StartApi(client_id=7)


@pytest.mark.parametrize("message_id", [2, 3, 4, 97, 98, 71, 62])
def test_an_id_has_no_usual_value(message_id: int) -> None:
    with pytest.raises(BadMessage):
        decode([str(message_id), "", ""], 178)


@pytest.mark.parametrize("fields", [[], [""], ["x"], ["0"], ["999"], ["-1"], ["1.5"]])
def test_a_message_of_no_known_number_is_bad_about_no_request(fields: list[str]) -> None:
    with pytest.raises(BadMessage) as caught:
        decode(fields, 178)
    assert (caught.value.req_id, caught.value.code) == (-1, 320)


def test_no_message_stands_in_two_tables() -> None:
    tables = (BARE, DECODERS, ID_AFTER_VERSION, ID_ALONE, UNSUPPORTED)
    assert sum(map(len, tables)) == len(KNOWN)
