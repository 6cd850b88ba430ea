"""A dial: what comes of it, said fast and with the reason, whatever is at the other end."""

import socket
import struct

import pytest
import trio

from system.broker import line
from system.domain import link_events as link
from system.domain.order_events import Place
from tests.broker.stage import bracket, greet, heard, mute, prove, scripted, served, to_port, virtual
from tests.tws.talk import message

pytestmark = pytest.mark.trio
SOON_S = 2.0  # far below the ten seconds that a dial may take


async def test_the_whole_greeting_is_told_in_order() -> None:
    async with served() as (_, port), to_port(port) as road:
        await road.dial()
        kinds = [type(record).__name__ for record in road.records if not isinstance(record, link.CodeTold)]
        assert kinds == ["NextIdTold", "Connected", "ContractTold", "Verified"]


async def test_nothing_listens() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and never listens
        port = bound.getsockname()[1]
        async with to_port(port) as road:
            with trio.fail_after(SOON_S):
                assert await road.fails() == f"nothing listens on 127.0.0.1:{port}"


async def test_f24_a_client_id_in_use_fails_at_once_and_says_so() -> None:
    async with served() as (_, port), to_port(port) as first:
        await first.dial()
        async with to_port(port) as second:
            with trio.fail_after(SOON_S):
                assert await second.fails() == f"client id 1 is in use at 127.0.0.1:{port}"


async def test_one_that_accepts_and_is_silent_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "CONNECT_S", 0.3)
    async with scripted(mute) as port, to_port(port) as road:
        assert await road.fails() == f"127.0.0.1:{port} did not answer within 0.3 s"


async def test_a_stalled_greeting_is_given_up_after_ten_seconds(autojump_clock: trio.testing.MockClock) -> None:
    async with virtual() as it:
        it.inject("stall_handshake", "1h")
        began_s = trio.current_time()
        assert "did not answer within 10 s" in await it.road.fails()
        assert trio.current_time() - began_s == pytest.approx(10)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "closed the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "sent a message of 1213486160 bytes"),
        (b"\xff" * 64, "sent a message of -1 bytes"),
        (message("not a version", "20240319"), "ValueError"),
        (message(100, "20240319 14:00:00 UTC"), "version must be"),
        (message(9), "ValueError"),
    ],
)
async def test_whatever_is_said_in_place_of_a_greeting_ends_the_dial_at_once(said: bytes, reason: str) -> None:
    async def script(stream: trio.SocketStream) -> None:
        await heard(stream, b"v157..176")
        await stream.send_all(said)
        if said:
            await trio.sleep_forever()

    async with scripted(script) as port, to_port(port) as road:
        with trio.fail_after(SOON_S):
            assert reason in await road.fails()


async def test_a_version_that_was_not_offered_is_refused() -> None:
    async def script(stream: trio.SocketStream) -> None:
        await greet(stream, 203)
        await trio.sleep_forever()

    async with scripted(script) as port, to_port(port) as road:
        assert await road.fails() == f"127.0.0.1:{port} speaks version 203; expected 157 to 176"


async def test_a_connection_that_ends_as_soon_as_it_stands_is_a_dial_that_failed() -> None:
    async def script(stream: trio.SocketStream) -> None:
        await heard(stream, b"v157..176")
        await stream.send_all(message(176, "20240319 14:00:00 UTC") + message(15, 1, "DU1") + message(9, 1, 1))
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with scripted(script) as port, to_port(port) as road:
        for generation in range(1, 21):  # it is a matter of chance which of the two is seen first
            with trio.fail_after(SOON_S):
                road.broker.do(link.Dial(generation=generation))
                await road.ends(generation)


async def test_an_abort_that_follows_a_dial_at_once_leaves_no_connection() -> None:
    async with served() as (server, port), to_port(port) as road:
        road.broker.do(link.Dial(generation=1))
        road.broker.do(link.Abort(generation=1))
        await trio.sleep(0.2)
        assert not server.world.connections
        assert not road.records
        await road.dial(2)
        assert {told.generation for told in road.records} == {2}  # type: ignore[union-attr]


async def test_an_abort_reaches_a_dial_however_far_that_has_come(autojump_clock: object) -> None:
    async with virtual() as it:
        for generation in range(1, 61):
            it.road.broker.do(link.Dial(generation=generation))
            for _ in range(generation % 6):  # turns of the scheduler, which orders tasks by chance
                await trio.lowlevel.checkpoint()
            it.road.broker.do(link.Abort(generation=generation))
            await trio.sleep(0.1)
            assert not it.world.connections
            assert not it.road.records


async def test_a_second_dial_ends_the_first_which_is_never_heard_of_again() -> None:
    async with scripted(mute) as port, to_port(port) as road:
        road.broker.do(link.Dial(generation=1))
        await trio.sleep(0.1)
        road.broker.do(link.Dial(generation=2))
        await trio.sleep(0.1)
        road.broker.do(link.Abort(generation=1))  # it is gone already, and the second stands
        road.broker.do(link.Abort(generation=2))
        await trio.sleep(0.1)
        assert not road.records


# whose account


@pytest.mark.parametrize(
    ("accounts", "who", "fault"),
    [
        ("U1234567", {}, "U1***567 is a real account; expected a paper one"),
        ("DU1234567", {"paper": False}, "DU****567 is a paper account; expected a real one"),
        ("DU1234567,DU7654321", {}, "2 accounts: DU****567, DU****321; expected one"),
        ("DU1234567", {"expected": "DU7654321"}, "account DU****567; expected DU****321"),
    ],
)
async def test_f60_another_account_is_refused_and_asked_nothing(
    accounts: str, who: dict[str, object], fault: str
) -> None:
    said = b""

    async def script(stream: trio.SocketStream) -> None:
        nonlocal said
        await greet(stream, accounts=accounts)
        while more := await stream.receive_some(65_536):
            said += more

    async with scripted(script) as port, to_port(port, **who) as road:
        road.broker.do(link.Dial(generation=1))
        assert (await road.until(link.AccountRefused)).reason == fault
        road.broker.do(Place(orders=bracket()))
        await trio.sleep(0.05)
        assert said == b""


async def test_f60_a_paper_account_behind_a_real_port_is_refused(autojump_clock: trio.testing.MockClock) -> None:
    async with virtual(port=7496) as it:
        it.road.broker.do(link.Dial(generation=1))
        assert (await it.road.until(link.AccountRefused)).reason == "port 7496 is not that of a paper account"


async def test_order_ids_that_reach_into_those_of_requests_are_refused() -> None:
    async def script(stream: trio.SocketStream) -> None:
        await heard(stream, b"v157..176")
        await stream.send_all(message(176, "20240319 14:00:00 UTC"))
        await stream.send_all(message(15, 1, "DU1") + message(9, 1, 1_000_000_000))
        await trio.sleep_forever()

    async with scripted(script) as port, to_port(port) as road:
        road.broker.do(link.Dial(generation=1))
        assert "reset the API order id" in (await road.until(link.AccountRefused)).reason


# which contract


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ([{"multiplier": "5"}], "multiplier and tick are (5.0, 0.25); expected (50.0, 0.25)"),
        ([{"min_tick": 0.5}], "multiplier and tick are (50.0, 0.5); expected (50.0, 0.25)"),
        ([{"multiplier": ""}], "multiplier ''; expected 50"),
        ([{}, {"con_id": 778}], "2 contracts for ES 2024-06; expected one"),
        ([], "0 contracts for ES 2024-06; expected one"),
    ],
)
async def test_f51_anything_but_the_one_contract_is_refused(told: list[dict[str, object]], fault: str) -> None:
    async with scripted(lambda stream: prove(stream, told=told)) as port, to_port(port) as road:
        road.broker.do(link.Dial(generation=1))
        assert (await road.until(link.AccountRefused)).reason == fault
        assert not road.all(link.Verified)


async def test_f51_a_contract_that_tws_does_not_know_ends_the_connection() -> None:
    async def script(stream: trio.SocketStream) -> None:
        await greet(stream)
        await heard(stream, b"ES\x00FUT")
        await stream.send_all(message(4, 2, 1_000_000_001, 200, "No security definition has been found", ""))
        await trio.sleep_forever()

    async with scripted(script) as port, to_port(port) as road:
        road.broker.do(link.Dial(generation=1))
        assert (await road.until(link.ConnectionLost)).reason == "no contract ES 2024-06 was told"
