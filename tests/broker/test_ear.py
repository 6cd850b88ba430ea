"""Any bytes at all: cut anywhere they give the same records, and a message that is rubbish costs no other."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import ib_insync
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.account_notices import OpenOrder, OrderState
from simulator.tws.terms import Contract, OrderTerms
from simulator.tws.wire.encode import encode
from system.broker.asked import REQUEST_IDS, Asked
from system.broker.door import guard
from system.broker.ear import Ear
from system.broker.intake import Intake
from system.broker.samples import Samples
from system.domain import link_events as link
from system.domain.order_events import ErrorTold, NextIdTold, OpenOrderTold, StatusTold
from system.domain.road import BadDataTold, Packet, QuoteTold, Record, TradeTold
from tests.broker.stage import CON_ID, VERSION, beat, contract, execution, quote, trade
from tests.tws.talk import message

pytestmark = pytest.mark.filterwarnings("ignore:invalid .*escape:DeprecationWarning")  # the decoder's, of any text
NOW_NS = 1_710_856_800 * 10**9
HANDLED = (1, 2, 3, 4, 5, 9, 10, 11, 17, 45, 46, 49, 52, 53, 55, 58, 59, 71, 72, 99)
QUOTES, TRADES, ASKED = REQUEST_IDS + 1, REQUEST_IDS + 2, REQUEST_IDS + 3
SAMPLED_QUOTES, SAMPLED_TRADES = REQUEST_IDS + 4, REQUEST_IDS + 5


@dataclass
class Line:
    """A connection from its greeting on, without a socket: bytes in, packets out."""

    packets: list[Packet] = field(default_factory=list)
    answers: list[tuple[bool, list[Any]]] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        ib = ib_insync.IB()
        self.connection = guard(ib)
        self.client = ib.client
        self.client._serverVersion, self.client._apiReady = VERSION, True
        intake = Intake(1, lambda: NOW_NS, self.packets.append, None)
        asked = Asked(1, intake.now_ns, intake.say)
        self.ear = self.client.decoder = Ear(1, intake.now_ns, intake.say, asked)
        self.ear.serverVersion, self.ear.con_id = VERSION, CON_ID
        self.ear.streams = {QUOTES: "BidAsk", TRADES: "Last", SAMPLED_QUOTES: "BidAsk", SAMPLED_TRADES: "Last"}
        self.ear.samples = {SAMPLED_QUOTES: Samples(), SAMPLED_TRADES: Samples()}
        for req_id in (0, ASKED):
            asked.begin(req_id, lambda known, items: self.answers.append((known, items)))
        intake.listen(self.client, self.ear)
        self.connection.hasData.error_event.connect(lambda _event, error: self.failures.append(error), keep_ref=True)

    def take(self, data: bytes) -> list[Record]:
        """All that it says, but for the streams that flow: those are told once a packet."""
        self.connection.data_received(data)
        assert not self.failures
        told = [record for packet in self.packets for record in packet.records]
        return [record for record in told if not isinstance(record, link.DataFlowing)]


def open_order(order_id: int = 7, con_id: int = CON_ID, **more: str) -> bytes:
    """As the mock TWS tells it."""
    terms = {"action": "SELL", "order_type": "STP", "tif": "GTC", "order_ref": "bn-1"} | more
    return encode(
        OpenOrder(
            order_id=order_id,
            contract=Contract(con_id=con_id, symbol="ES", sec_type="FUT"),
            terms=OrderTerms(quantity=1, aux_price=4997.5, account="DU1234567", **terms),  # type: ignore[arg-type]
            client_id=1,
            perm_id=900,
            state=OrderState(status="PreSubmitted"),
        ),
        VERSION,
    )


GOOD = (
    quote(str(QUOTES)),
    trade(str(TRADES)),
    execution("live"),
    execution("asked", ASKED),
    open_order(),
    contract(str(ASKED)),
    message(3, 7, "Submitted", 0, 1, 0, 900, 0, 0, 1, "", 0),
    message(4, 2, -1, 2104, "Market data farm connection is OK:usfuture", ""),
    message(4, 2, 7, 201, "Order rejected", ""),
    message(4, 2, TRADES, 10197, "No market data during competing session", ""),
    message(9, 1, 8),
    message(17, ASKED, "", "", 1, "1710856800", 1, 1, 1, 1, 3, 5000.25, 2),
    beat(),
    message(53, 1),
    message(55, 1, ASKED),
    message(58, 1, TRADES, 3),
    message(59, 1, "live", 2.25, "USD", "", "", ""),
    message(71, 1, ASKED, "DU1234567", CON_ID, "ES", "FUT", "", 0, "", "50", "CME", "USD", "ESM4", "ES", -1, 5000, ""),
)


def test_every_kind_of_message_that_is_handled_is_read() -> None:
    for said in GOOD:
        line = Line()
        assert not [told for told in line.take(said) if isinstance(told, BadDataTold)], said


@given(
    messages=st.lists(st.sampled_from(GOOD), max_size=30),
    cuts=st.lists(st.integers(0, 4000), max_size=30),
    byte=st.booleans(),
)
def test_any_cut_of_the_stream_gives_the_same_records(messages: list[bytes], cuts: list[int], byte: bool) -> None:
    stream = b"".join(messages)
    whole, cut = Line(), Line()
    expected = whole.take(stream)
    edges = range(len(stream) + 1) if byte else sorted({0, len(stream), *(at for at in cuts if at < len(stream))})
    told: list[Record] = []
    for start, stop in pairwise(edges):
        told = cut.take(stream[start:stop])
    assert told == expected
    assert cut.answers == whole.answers


NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", "-1", "0", "nan", "inf", "1e400", "9" * 5000, "1.7976931348623157e308", "2147483647", str(CON_ID)]
    ),
    st.sampled_from([str(QUOTES), str(SAMPLED_QUOTES), str(SAMPLED_TRADES), "BOT", "SLD", "USD", "1", "3"]),
)
FIELDS = st.one_of(NUMBERS, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))


@pytest.mark.parametrize("message_id", HANDLED)
@given(data=st.data())
def test_rubbish_in_any_handled_message_never_raises_and_loses_nothing_behind_it(
    message_id: int, data: st.DataObject
) -> None:
    fields = data.draw(st.lists(FIELDS, max_size=30))
    line = Line()
    told = line.take(message(message_id, *fields) + beat(5) + execution("behind") + beat(6))
    assert [one.server_ns for one in told if isinstance(one, link.HeartbeatAnswered)][-2:] == [5 * 10**9, 6 * 10**9]


@given(said=st.sampled_from(GOOD), data=st.data())
def test_a_good_message_with_rubbish_in_its_fields_never_raises(said: bytes, data: st.DataObject) -> None:
    fields: list[str] = said[4:-1].decode().split("\0")
    for at in data.draw(st.lists(st.integers(1, len(fields) - 1), min_size=1, max_size=4)):
        fields[at] = data.draw(FIELDS)
    if data.draw(st.booleans()):
        fields = fields[: data.draw(st.integers(1, len(fields)))]
    line = Line()
    assert line.take(message(*fields) + beat(6))[-1].now_ns == NOW_NS
    assert isinstance(line.take(b"")[-1], link.HeartbeatAnswered)


@given(data=st.binary(max_size=200))
def test_any_bytes_in_a_frame_never_raise(data: bytes) -> None:
    body = data + b"\0"
    told = Line().take(len(body).to_bytes(4, "big") + body + beat(6))
    assert isinstance(told[-1], link.HeartbeatAnswered)


# what cannot be true


@pytest.mark.parametrize("next_id", [10**9, 2**31, 10**20, "", "x"])
def test_s10_an_order_id_that_cannot_be_is_no_floor(next_id: object) -> None:
    told = Line().take(message(9, 1, next_id))
    assert [type(record) for record in told] == [BadDataTold]


def test_an_open_order_with_an_id_that_cannot_be_is_bad_data_and_the_list_not_known() -> None:
    line = Line()
    assert [type(record) for record in line.take(open_order(2**31 - 1) + message(53, 1))] == [BadDataTold]
    assert line.answers == [(False, [])]


def test_an_order_made_by_hand_is_told() -> None:
    (told,) = Line().take(open_order(0, order_ref=""))
    assert isinstance(told, OpenOrderTold)
    assert (told.terms.order_id, told.terms.ref) == (0, "")


def test_an_order_in_another_contract_is_not_told_and_not_read() -> None:
    line = Line()
    assert line.take(open_order(con_id=5) + message(5, 1, 5) + message(53, 1)) == []
    assert line.answers == [(True, [])]


@pytest.mark.parametrize("status", ["Submitted", "Inactive", "PendingCancel", "Something New"])
def test_a_status_is_told_as_it_is(status: str) -> None:
    (told,) = Line().take(message(3, 7, status, 0, 1, 0, 900, 0, 0, 1, "", 0))
    assert isinstance(told, StatusTold)
    assert (told.status, told.order_id, told.perm_id) == (status, 7, 900)


@pytest.mark.parametrize(
    "said",
    [
        message(3, 7, "Filled", "all", 0, 0, 900, 0, 0, 1, "", 0),
        message(5, 7, CON_ID, "ES"),
        execution("e", price=5000.1).replace(b"\x00-1\x001\x00", b"\x00-1\x007\x00"),
    ],
)
def test_f41_an_order_of_which_something_cannot_be_read_is_in_doubt(said: bytes) -> None:
    bad, doubt = Line().take(said)
    assert isinstance(bad, BadDataTold)
    assert isinstance(doubt, ErrorTold)
    assert (doubt.order_id, doubt.code) == (7, 0)


def test_f61_a_message_of_a_later_tws_is_said_and_answers_stay_known() -> None:
    line = Line()
    assert isinstance(line.take(message(300, 1) + message(53, 1))[0], BadDataTold)
    assert line.answers == [(True, [])]


def test_the_first_codes_are_kept_for_whoever_asks_why_a_dial_failed() -> None:
    line = Line()
    line.take(b"".join(message(4, 2, -1, 2100 + number, "", "") for number in range(50)))
    assert line.ear.codes == list(range(2100, 2120))


@pytest.mark.parametrize("req_id", [-1, 0, 7, TRADES, ASKED])
def test_f21_a_lost_link_is_told_whatever_id_comes_with_it(req_id: int) -> None:
    line = Line()
    (told,) = line.take(message(4, 2, req_id, 1100, "Connectivity between IB and TWS has been lost.", ""))
    assert isinstance(told, link.CodeTold)
    assert not line.answers


def test_a_next_id_is_told() -> None:
    (told,) = Line().take(message(9, 1, 42))
    assert isinstance(told, NextIdTold)
    assert told.order_id == 42


# market data that TWS samples


def price(kind: int, points: object, size: object, req_id: int = SAMPLED_QUOTES) -> bytes:
    return message(1, 6, req_id, kind, points, size, 1)


def size(kind: int, shown: object) -> bytes:
    return message(2, 6, SAMPLED_QUOTES, kind, shown)


def volume(words: str, req_id: int = SAMPLED_TRADES, kind: int = 48) -> bytes:
    return message(46, 6, req_id, kind, words)


def touches(told: list[Record]) -> list[tuple[int, int, int, int]]:
    quotes = [one for one in told if isinstance(one, QuoteTold)]
    return [(one.bid_ticks, one.ask_ticks, one.bid_size, one.ask_size) for one in quotes]


def test_both_sides_of_a_packet_are_one_quote_and_a_size_alone_keeps_its_price() -> None:
    line = Line()
    assert touches(line.take(price(1, 5000.0, 7) + price(2, 5000.25, 9))) == [(20_000, 20_001, 7, 9)]
    assert touches(line.take(size(0, 3)))[1:] == [(20_000, 20_001, 3, 9)]
    assert touches(line.take(price(1, 5000.25, 4) + price(2, 5000.5, 5)))[2:] == [(20_001, 20_002, 4, 5)]
    assert len(touches(line.take(beat()))) == 3


@pytest.mark.parametrize("gone", [price(1, -1, 0), price(1, 0, 0), size(0, 0)])
def test_a_side_that_is_gone_is_told_without_contracts(gone: bytes) -> None:
    line = Line()
    line.take(price(1, 5000.0, 7) + price(2, 5000.25, 9))
    bid, ask, bid_size, ask_size = touches(line.take(gone))[-1]
    assert (bid_size, ask, ask_size) == (0, 20_001, 9)
    assert bid in (0, 20_000)


@pytest.mark.parametrize("bad", [price(1, 5000.1, 7), price(1, "x", 7), size(0, -3), size(0, 1.5), price(1, 5000, "")])
def test_s11_a_sampled_side_that_cannot_be_read_ends_the_one_before_it(bad: bytes) -> None:
    line = Line()
    line.take(price(1, 5000.0, 7) + price(2, 5000.25, 9))
    told = line.take(bad)
    assert isinstance(told[-2], BadDataTold)
    assert touches(told)[-1][2] == 0


def test_a_sampled_trade_has_all_that_traded_since_the_one_before_it() -> None:
    line = Line()
    said = ["5000.25;2;1;100;5000.1;true", "5000.5;1;2;101;5000.1;true", "5000.25;3;3;111;5000.1;true"]
    told = line.take(b"".join(volume(words) for words in [*said, "5000.25;2;4;2;5000.25;true"]))
    trades = [(one.price_ticks, one.size) for one in told if isinstance(one, TradeTold)]
    assert trades == [(20_002, 1), (20_001, 10), (20_001, 2)]  # the first may be of any time; the last is a new day's


@pytest.mark.parametrize(
    "words", ["", ";;;;;", "5000.1;1;2;9;5000;true", "5000.25;1;2;;5000;true", "5000;1;2;0;1;true"]
)
def test_a_sampled_trade_that_cannot_be_read_is_told_and_is_no_trade(words: str) -> None:
    line = Line()
    line.take(volume("5000.25;2;1;100;5000.1;true"))
    told = line.take(volume(words))
    assert [type(one) for one in told] == [BadDataTold]


def test_other_ticks_and_other_requests_say_nothing_of_the_market() -> None:
    line = Line()
    others = volume("1", kind=45) + volume("5000.25;2;1;100;5000.1;true", req_id=QUOTES) + price(4, 5000, 1)
    others += price(1, 5000.0, 7, req_id=ASKED) + price(1, 5000.0, 7, req_id=SAMPLED_TRADES)
    assert line.take(others + message(45, 6, SAMPLED_QUOTES, 23, 1.0)) == []


@pytest.mark.parametrize(("value", "halted"), [(0, [False]), (1.0, [True]), (2.0, [True]), (-1.0, [])])
def test_f55_a_halt_is_told_where_data_is_sampled(value: float, halted: list[bool]) -> None:
    told = Line().take(message(45, 6, SAMPLED_QUOTES, 49, value))
    assert [one.is_halted for one in told if isinstance(one, link.MarketHalted)] == halted
