"""Bytes that are not what they should be: the connection ends, or the message is told as bad; never anything between."""

import pytest
import trio

from system.domain import link_events as link
from system.domain.order_events import CommissionTold, ExecutionTold, StatusTold
from system.domain.road import BadDataTold, QuoteTold, TradeTold
from tests.broker.stage import Peer, Road, beat, execution, proven, quote, trade
from tests.tws.talk import message

pytestmark = pytest.mark.trio
SOON_S = 1.0


async def lost(road: Road) -> str:
    with trio.fail_after(SOON_S):
        return (await road.until(link.ConnectionLost)).reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"\x7f\xff\xff\xff" + b"99\0", "sent a message of 2147483647 bytes"),
        (b"\x01\x00\x00\x01" + b"99\0", "sent a message of 16777217 bytes"),
        (b"\x00\x00\x00\x00", "sent a message of 0 bytes"),
        (b"\xff\xff\xff\xff", "sent a message of -1 bytes"),
        (beat()[:-5] + beat(), "sent a message that does not end"),
        (beat()[:-3] + beat(), "sent a message of 271857920 bytes"),
    ],
)
async def test_a_frame_that_cannot_be_ends_the_connection_and_what_came_before_it_is_told(
    said: bytes, reason: str
) -> None:
    async with proven() as (road, peer):
        await peer.say(execution("e1"), said)
        assert await lost(road) == reason
        assert [told.exec_id for told in road.all(ExecutionTold)] == ["e1"]


async def test_a_reset_in_the_middle_of_a_frame_is_told_at_once() -> None:
    async with proven() as (road, peer):
        await peer.say(beat()[:7])
        await trio.sleep(0.05)
        peer.reset()
        assert "reset by peer" in await lost(road)
        assert not road.all(link.HeartbeatAnswered)


async def test_an_end_in_the_middle_of_a_frame_is_told_at_once() -> None:
    async with proven() as (road, peer):
        await peer.say(beat()[:7])
        peer.is_over.set()
        assert await lost(road) == "hung up"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (message("\x01\x02", "x"), "message \x01\x02: ValueError"),
        (b"\0\0\0\1\0", "message : ValueError"),
        (message(9999, 1, 2), "message 9999 is not known"),
        (message(99), "message 99: IndexError"),
        (message(3, 1, "Filled", "all of it", 0), "message 3: ValueError"),
        (b"\0\0\0\5\xff\xfe\xfd1\0", "message"),
    ],
)
async def test_f41_a_message_that_cannot_be_read_is_told_and_nothing_behind_it_is_lost(said: bytes, text: str) -> None:
    async with proven() as (road, peer):
        await peer.say(beat(5), said, beat(6), said, beat(7))
        await road.until(link.HeartbeatAnswered, 3)
        assert [told.server_ns // 10**9 for told in road.all(link.HeartbeatAnswered)] == [5, 6, 7]
        assert len(road.all(BadDataTold)) == 2
        assert road.all(BadDataTold)[0].text.startswith(text)
        assert not road.all(link.ConnectionLost)


async def test_a_fill_that_is_packed_with_ticks_keeps_its_place_and_their_instant() -> None:
    async with proven() as (road, peer):
        quotes = await peer.subscribed(road, "BidAsk")
        trades = await peer.subscribed(road, "Last")
        status = message(3, 1, "Filled", 1, 0, 5000.25, 900, 0, 5000.25, 1, "", 0)
        paid = message(59, 1, "e1", 2.25, "USD", 1.7976931348623157e308, "", "")
        await peer.say(quote(quotes), trade(trades), execution("e1"), paid, status, quote(quotes, 5000.25, 5000.5))
        await road.until(QuoteTold, 2)
        packet = road.packets[-1]
        flows = link.DataFlowing  # each before the first tick that proves it
        kinds = [flows, QuoteTold, flows, TradeTold, ExecutionTold, CommissionTold, StatusTold, QuoteTold]
        assert [type(record) for record in packet.records] == kinds
        assert {record.now_ns for record in packet.records} == {packet.now_ns}
        assert road.all(CommissionTold)[0].cents == 225


async def test_f05_an_abort_ends_a_connection_whose_other_end_is_gone_at_once() -> None:
    async with proven() as (road, peer):
        road.broker.do(link.Probe(generation=1))
        await peer.hears(b"49\0")  # and no answer
        told = len(road.records)
        road.broker.do(link.Abort(generation=1))
        with trio.fail_after(SOON_S):
            while await _reads(peer):
                pass
        assert len(road.records) == told, "of a connection that was aborted nothing is told"


async def _reads(peer: Peer) -> bytes:
    try:
        return bytes(await peer.stream.receive_some(1000))
    except trio.BrokenResourceError:
        return b""


# prices that are none


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ((-1.0, 5000.25, 0, 20), (0, 20_001, 0, 20)),
        ((-1.0, 5000.25, -1, 20), (0, 20_001, 0, 20)),
        ((5000.0, -1.0, 10, 0), (20_000, 0, 10, 0)),
        ((0.0, 0.0, 0, 0), (0, 0, 0, 0)),
        ((1.7976931348623157e308, 5000.25, 10, 20), (0, 20_001, 0, 20)),
        ((5000.0, 5000.25, 1.7976931348623157e308, 20), (20_000, 20_001, 0, 20)),
        ((5000.0, 5000.25, -1, 20), (20_000, 20_001, 0, 20)),
        (("inf", 5000.25, 10, 20), (0, 20_001, 0, 20)),
        ((5000.25, 5000.0, 10, 20), (20_001, 20_000, 10, 20)),  # crossed: told, and never valid
    ],
)
async def test_f16_a_side_without_a_price_or_a_size_is_told_as_missing(
    fields: tuple[object, ...], told: tuple[int, ...]
) -> None:
    async with proven() as (road, peer):
        await peer.say(quote(await peer.subscribed(road, "BidAsk"), *fields))
        record = await road.until(QuoteTold)
        assert (record.bid_ticks, record.ask_ticks, record.bid_size, record.ask_size) == told


@pytest.mark.parametrize("bid", ["nan", 5000.1, ""])
async def test_s11_a_quote_that_cannot_be_read_ends_the_one_before_it(bid: object) -> None:
    async with proven() as (road, peer):
        req_id = await peer.subscribed(road, "BidAsk")
        await peer.say(quote(req_id, 5000.0, 5000.25, 10, 20), quote(req_id, bid, 5000.25, 10, 20))
        await road.until(BadDataTold)
        assert [(told.bid_size, told.ask_size) for told in road.all(QuoteTold)] == [(10, 20), (0, 0)]


@pytest.mark.parametrize("price", [-1.0, 0.0, 1.7976931348623157e308, "nan", "inf", "-inf", 5000.1, -5000.25, 1e9, ""])
async def test_f16_a_trade_at_no_price_is_bad_data(price: object) -> None:
    async with proven() as (road, peer):
        req_id = await peer.subscribed(road, "Last")
        await peer.say(trade(req_id, price), trade(req_id, 5000.5))
        assert (await road.until(TradeTold)).price_ticks == 20_002
        assert len(road.all(TradeTold)) == len(road.all(BadDataTold)) == 1


@pytest.mark.parametrize(("usd", "currency", "cents"), [(2.25, "USD", 225), ("", "USD", None), (2.25, "EUR", None)])
async def test_f32_a_commission_that_is_none_is_not_known(usd: object, currency: str, cents: int | None) -> None:
    async with proven() as (road, peer):
        await peer.say(message(59, 1, "e1", usd, currency, "", "", ""))
        assert (await road.until(CommissionTold)).cents == cents


# streams


async def test_ticks_of_a_request_that_was_taken_back_are_not_told() -> None:
    async with proven() as (road, peer):
        old = await peer.subscribed(road, "Last")
        road.broker.do(link.Resubscribe(generation=1, stream="Last"))
        fields = await peer.hears(b"97\0")
        await peer.say(trade(old, 5000.0), trade(fields[1], 5000.5))
        await road.until(TradeTold)
        assert [told.price_ticks for told in road.all(TradeTold)] == [20_002]


async def test_f46_delayed_data_is_a_refusal_and_an_advisory_is_none() -> None:
    async with proven() as (road, peer):
        req_id = await peer.subscribed(road, "Last")
        await peer.say(message(4, 2, req_id, 10090, "Part of it is not subscribed", ""), message(58, 1, req_id, 1))
        await peer.say(message(58, 1, req_id, 3), message(4, 2, req_id, 10197, "No data during competing session", ""))
        await road.until(link.StreamRefused, 2)
        assert [told.code for told in road.all(link.StreamRefused)] == [10167, 10197]


async def test_commands_for_a_connection_that_is_over_are_not_sent() -> None:
    async with proven() as (road, peer):
        road.broker.do(link.Probe(generation=0))
        road.broker.do(link.Subscribe(generation=0, stream="Last"))
        road.broker.do(link.Probe(generation=1))
        assert await peer.hears(b"49\0")
        sent = [data for way, data in road.wire if way == "out"]
        assert sent[-1] == message(49, 1)
        assert not [data for data in sent if b"97\0" in data]
