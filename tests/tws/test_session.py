"""A client's connection: the greeting, limits, and whatever bytes come."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.tws.session import BAD_MAX, OUT_MAX, RATE_MAX, State
from simulator.tws.world import World
from tests.tws.talk import Talk, a_world, greeting, message


@pytest.fixture(scope="module")
def world() -> World:
    return a_world()


@pytest.fixture(autouse=True)
def nobody_stays(world: World) -> None:
    for session in list(world.sessions.values()):
        session.close("the next test")


def test_the_answer_to_a_greeting_has_two_fields_and_the_highest_common_version(world: World) -> None:
    client = Talk(world)
    client.send(greeting(b"v100..193"))
    assert [frame[0] for frame in client.read()] == ["178"]
    assert client.session.state is State.STARTING


@pytest.mark.parametrize(
    ("offer", "version"), [(b"v151", "151"), (b"v157..176", "176"), (b"v100..157 +PACEAPI", "157")]
)
def test_the_version_is_never_outside_what_is_offered(world: World, offer: bytes, version: str) -> None:
    client = Talk(world)
    client.send(greeting(offer))
    (answer,) = client.read()
    assert answer == [version, "20240319 14:00:00 UTC"]


@pytest.mark.parametrize("offer", [b"v100..150", b"v179..200", b"v", b"", b"x" * 100])
def test_an_offer_of_no_version_of_ours_closes_the_connection(world: World, offer: bytes) -> None:
    client = Talk(world)
    client.send(greeting(offer))
    assert client.session.state is State.CLOSED
    assert client.read() == []


def test_a_client_of_before_version_100_is_closed_at_its_first_byte(world: World) -> None:
    client = Talk(world)
    client.send(b"6")
    assert client.session.state is State.CLOSED


def test_a_greeting_that_is_not_whole_within_five_seconds_closes_the_connection(world: World) -> None:
    client = Talk(world)
    client.send(b"API\0\0\0")
    client.session.clock(4.999)
    assert client.session.state is State.GREETING
    client.session.clock(5.0)
    assert client.session.closed == "no greeting within 5 s"


def test_startapi_is_answered_by_accounts_the_next_order_id_and_the_state_of_the_farms(world: World) -> None:
    client = Talk(world)
    client.send(greeting())
    client.read()
    said = client.ask(71, 2, 7, "")
    assert [frame[0] for frame in said] == ["15", "9", "4", "4", "4"]
    assert said[0][2].startswith("DU")


def test_a_client_id_in_use_is_told_326_and_then_closed(world: World) -> None:
    Talk(world, client_id=7).start()
    second = Talk(world, client_id=7)
    second.send(greeting())
    second.read()
    (refusal,) = second.ask(71, 2, 7, "")
    assert refusal[:4] == ["4", "2", "-1", "326"]
    assert second.session.state is State.CLOSED


def test_a_client_id_is_free_again_once_its_client_has_left(world: World) -> None:
    Talk(world, client_id=7).start().session.close("gone")
    assert Talk(world, client_id=7).start().session.state is State.READY


def test_a_request_before_startapi_closes_the_connection(world: World) -> None:
    client = Talk(world)
    client.send(greeting() + message(61, 1))
    assert client.session.state is State.CLOSED


def test_the_fifty_first_message_in_a_second_is_refused_with_100(world: World) -> None:
    client = Talk(world).start()
    said = [client.ask(49, 1)[0][0] for _ in range(RATE_MAX)]
    assert set(said) == {"49"}
    (refusal,) = client.ask(49, 1)
    assert refusal[3] == "100"
    client.at_s += 1.0
    assert client.ask(49, 1)[0][0] == "49"


def test_a_client_that_leaves_the_pace_to_tws_is_never_refused_for_it(world: World) -> None:
    client = Talk(world, offer=b"v151..178 +PACEAPI").start()
    said = [client.ask(49, 1)[0][0] for _ in range(4 * RATE_MAX)]
    assert set(said) == {"49"}
    assert client.session.state is State.READY


def test_a_third_second_with_too_many_messages_ends_the_connection(world: World) -> None:
    client = Talk(world).start()
    for second in range(3):
        assert client.session.state is State.READY
        client.at_s = float(second * 2)
        for _ in range(RATE_MAX + 5):
            client.ask(49, 1)
    assert client.session.state is State.CLOSED


def test_messages_that_cannot_be_read_are_answered_and_at_last_end_the_connection(world: World) -> None:
    client = Talk(world).start()
    for number in range(BAD_MAX):
        client.at_s = number * 0.1
        (answer,) = client.ask("nonsense")
        assert answer[0] == "4"
    client.ask("nonsense")
    assert client.session.state is State.CLOSED


def test_a_client_that_never_reads_is_cut_off_at_a_limit(world: World) -> None:
    client = Talk(world).start()
    while client.session.state is State.READY:
        client.session.send(bytes(65_536))
        assert client.session.waiting_bytes <= OUT_MAX
    assert "does not read" in (client.session.closed or "")


def test_bytes_split_anywhere_are_understood_alike(world: World) -> None:
    script = (
        greeting() + message(71, 2, 3, "") + message(49, 1) + message(9, 8, 5, 0, "ES", "FUT", *[""] * 12, "", "", "")
    )
    whole = Talk(world, client_id=3)
    whole.send(script)
    expected = whole.read()
    whole.session.close("done")
    for cut in range(1, len(script)):
        client = Talk(world, client_id=3)
        client.send(script[:cut])
        client.send(script[cut:])
        assert client.read() == expected
        client.session.close("done")


@settings(max_examples=300)
@given(data=st.binary(max_size=200), cut=st.integers(0, 200))
def test_any_bytes_at_all_end_in_answers_or_a_clean_close(world: World, data: bytes, cut: int) -> None:
    fresh = Talk(world, client_id=11)
    fresh.send(data[:cut])
    fresh.send(data[cut:])
    fresh.session.close("done")
    started = Talk(world, client_id=12).start()
    started.send(data[:cut])
    started.send(data[cut:])
    started.read()
    started.session.close("done")


fields = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "0",
                "1",
                "-1",
                "ES",
                "FUT",
                "CME",
                "BUY",
                "MKT",
                "1.7976931348623157E308",
                "nan",
                "inf",
                "99999999999999999999",
            ]
        ),
        st.text(max_size=8).map(lambda text: text.replace("\0", "")),
    ),
    max_size=130,
)


@settings(max_examples=500)
@given(
    number=st.one_of(st.integers(1, 110), st.integers()),
    rest=fields,
    version=st.sampled_from([b"v151", b"v157", b"v163", b"v169", b"v178"]),
)
def test_any_fields_of_any_message_end_in_answers_or_a_clean_close(
    world: World, number: int, rest: list[str], version: bytes
) -> None:
    client = Talk(world, client_id=13, offer=version).start()
    client.ask(number, *rest)
    world.advance(world.now_ns + 1_000_000)
    client.read()
    client.session.close("done")
