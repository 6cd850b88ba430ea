"""Faults of bytes and connections, as a client sees them."""

import pytest

from simulator.tws.session import Session, State
from tests.faults.stage import Actor, Stage
from tests.tws.talk import greeting, message

TIME, POSITIONS, QUOTE = "49", "62", "99"


def raw(session: Session) -> bytes:
    data = b""
    while chunk := session.take():
        data += chunk
    return data


def test_a_delay_lets_answers_come_late_and_in_order() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("delay", "10s", by="2s")
    client.send_now(49, 1)
    client.send_now(61, 1)
    stage.go(1.9, client)
    assert client.kinds() == []
    stage.go(0.2, client)
    assert client.kinds() == [TIME, POSITIONS]


@pytest.mark.parametrize(
    ("kind", "answered", "does"), [("mute_out", False, True), ("mute_in", False, False), ("half_open", False, False)]
)
def test_a_mute_connection_stands_and_says_nothing(kind: str, answered: bool, does: bool) -> None:
    stage = Stage()
    client = stage.client()
    stage.inject(kind, "5s", then="lost")
    client.order(1, kind="LMT", limit=1000)
    client.send_now(49, 1)
    stage.go(1, client)
    assert bool(client.kinds()) is answered
    assert bool(stage.world.desk.orders) is does
    assert client.session.state is State.READY
    stage.go(5, client)
    client.read()
    client.send_now(49, 1)
    assert client.kinds() == [TIME]


def test_what_a_half_open_connection_held_comes_late_unless_it_is_lost() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("half_open", "2s")
    client.send_now(49, 1)
    stage.go(1, client)
    assert client.kinds() == []
    stage.go(1.1, client)
    assert client.kinds() == [TIME]


@pytest.mark.parametrize(("kind", "reset"), [("reset", True), ("hang_up", False)])
def test_connections_end_by_reset_or_by_hanging_up(kind: str, reset: bool) -> None:
    stage = Stage()
    client, other = stage.client(1), stage.client(2)
    stage.inject(kind, client=1)
    assert client.session.state is State.CLOSED
    assert client.session.reset is reset
    assert other.session.state is State.READY


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        ("drop", {}, lambda plain: b""),
        ("duplicate", {}, lambda plain: plain + plain),
        ("truncate", {"bytes": 3}, lambda plain: plain[:-3]),
        ("oversize", {"length": -1}, lambda plain: b"\xff\xff\xff\xff" + plain[4:]),
        ("unknown_message", {"id": 777}, lambda plain: message(777, 1, 1) + plain),
    ],
)
def test_one_message_is_changed_and_the_next_is_whole(kind: str, settings: dict[str, int], expected: object) -> None:
    stage = Stage()
    client = stage.client()
    stage.inject(kind, of="PositionEnd", **settings)
    client.send_now(49, 1)
    plain_time = raw(client.session)
    client.send_now(61, 1)
    changed = raw(client.session)
    client.send_now(61, 1)
    plain = raw(client.session)
    assert plain_time.endswith(b"\0")
    assert plain == message(62, 1)
    assert changed == expected(plain)  # type: ignore[operator]


def test_garbage_is_a_frame_of_random_bytes_the_same_for_a_seed() -> None:
    def said(seed: int) -> bytes:
        stage = Stage(f"seed = {seed}\n[[fault]]\nkind = 'garbage'\nof = 'PositionEnd'\nmessage = 1\nbytes = 9")
        client = stage.client()
        client.send_now(61, 1)
        return raw(client.session)

    assert said(1) == said(1) != said(2)
    assert said(1)[:4] == b"\0\0\0\x09"
    assert said(1)[13:] == message(62, 1)


def test_a_reset_in_mid_frame_leaves_half_a_message() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("reset_mid_frame", of="PositionEnd")
    client.send_now(61, 1)
    whole = message(62, 1)
    assert raw(client.session) == whole[: len(whole) // 2]
    assert client.session.reset


def test_a_message_comes_after_the_next_one_of_another_type() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("reorder", of="PositionEnd")
    client.send_now(61, 1)
    client.send_now(49, 1)
    assert client.kinds() == [TIME, POSITIONS]


def test_a_message_that_waits_in_vain_for_another_comes_after_all() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("reorder", of="PositionEnd", within="1s")
    client.send_now(61, 1)
    stage.go(0.9, client)
    assert client.kinds() == []
    stage.go(0.2, client)
    assert client.kinds() == [POSITIONS]


def test_split_hands_over_crumbs() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("split", "9s", bytes=1)
    client.send_now(61, 1)
    pieces = []
    while piece := client.session.take():
        pieces.append(piece)
    assert b"".join(pieces) == message(62, 1)
    assert {len(piece) for piece in pieces} == {1}


def test_coalesce_saves_up_and_hands_over_one_piece() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("coalesce", "9s", every="1s")
    client.send_now(61, 1)
    client.send_now(61, 1)
    stage.go(0.5, client)
    assert client.session.take() == b""
    stage.go(0.6, client)
    assert client.session.take() == message(62, 1) * 2


def test_slow_lets_bytes_trickle() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("slow", rate=5)
    client.send_now(61, 1)
    stage.go(1, client)
    assert 3 <= len(raw(client.session)) <= 6
    stage.go(2, client)
    assert len(raw(client.session)) >= 3


@pytest.mark.parametrize("silent", [False, True])
def test_326_is_told_or_not_and_the_connection_closed(silent: bool) -> None:
    stage = Stage()
    stage.inject("refuse_326", "5s", silent=silent)
    client = stage.client()
    assert client.session.state is State.CLOSED
    stage.go(5.1)
    assert stage.client().session.state is State.READY


def test_a_fault_of_connections_to_come_may_begin_with_a_message() -> None:
    stage = Stage("[[fault]]\nkind = 'stall_handshake'\nof = 'ReqCurrentTime'\nmessage = 1")
    client = stage.client()
    client.send_now(49, 1)
    late = Actor(stage.world, client_id=2)
    late.send(greeting())
    assert late.read() == []


def test_a_stalled_handshake_is_never_answered() -> None:
    stage = Stage()
    stage.inject("stall_handshake", "5s")
    client = stage.client()
    stage.go(1, client)
    assert client.read() == []
    assert client.session.state is not State.CLOSED


def test_another_version_is_greeted_with() -> None:
    stage = Stage()
    stage.inject("version", version=100)
    client = Actor(stage.world)
    client.send(greeting())
    assert client.read()[0][0] == "100"


def test_a_rate_that_is_too_high_is_told_and_ends_it() -> None:
    stage = Stage()
    client = stage.client()
    stage.inject("rate", of="ReqPositions")
    (refusal,) = client.ask(61, 1)
    assert refusal[3] == "100"
    assert client.session.state is State.CLOSED


def test_a_fault_begins_with_the_nth_message_and_only_for_its_client() -> None:
    stage = Stage("[[fault]]\nkind = 'drop'\nof = 'PositionEnd'\nmessage = 2\nclient = 2")
    first, second = stage.client(1), stage.client(2)
    said = {client.client_id: [client.ask(61, 1) for _ in range(3)] for client in (first, second)}
    assert [bool(frames) for frames in said[1]] == [True, True, True]
    assert [bool(frames) for frames in said[2]] == [True, False, True]


def test_a_fault_begins_at_its_time_and_ends_after_its_time() -> None:
    stage = Stage("[[fault]]\nkind = 'stall'\nat = '2s'\nfor = '3s'")
    client = stage.client()
    client.watch()
    counts = []
    for _ in range(7):
        stage.go(1, client)
        counts.append(client.kinds().count(QUOTE))
    assert all(counts[:2])
    assert counts[3:5] == [0, 0]
    assert all(counts[5:])


def test_chance_is_the_same_for_a_seed_whatever_else_happens() -> None:
    def dropped(noise: bool) -> list[bool]:
        stage = Stage("seed = 5\n[[fault]]\nkind = 'drop'\nof = 'PositionEnd'\nchance = 0.5")
        client = stage.client()
        found = []
        for second in range(40):
            client.at_s = float(second)
            if noise:
                client.ask(49, 1)
            found.append(not client.ask(61, 1))
        return found

    assert dropped(False) == dropped(True)
    assert 5 < sum(dropped(False)) < 35


def test_a_fault_begins_with_an_orders_status() -> None:
    stage = Stage("[[fault]]\nkind = 'hang_up'\norder = 'Filled'\nmessage = 2")
    client = stage.client()
    client.order(1)
    stage.go(1, client)
    assert client.session.closed is None
    client.order(2)
    stage.go(1, client)
    assert client.session.closed == "fault: hang_up"


def test_the_same_seed_gives_the_same_bytes_in_the_same_pieces() -> None:
    def pieces(seed: int) -> list[bytes]:
        stage = Stage(
            f"seed = {seed}\n"
            "[[fault]]\nkind = 'drop'\nof = 'TickByTickQuote'\nchance = 0.2\n"
            "[[fault]]\nkind = 'garbage'\nof = 'TickByTickQuote'\nchance = 0.1\n"
            "[[fault]]\nkind = 'delay'\nat = '1s'\nfor = '1s'\nby = '300ms'\n"
            "[[fault]]\nkind = 'slow'\nat = '3s'\nfor = '1s'\nrate = 200\n"
            "[[fault]]\nkind = 'half_open'\nat = '5s'\nfor = '1s'\n"
        )
        client = stage.client()
        client.watch()
        found = []
        for _ in range(160):
            stage.go(0.05, client)
            found.append(raw(client.session))
        return found

    assert pieces(1) == pieces(1)
    assert b"".join(pieces(1)) != b"".join(pieces(2))
