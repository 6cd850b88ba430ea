"""Broken framing ends the connection at once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from system.broker.guard import CHUNK_MAX, FRAME_MAX, GuardedConnection


class Transport:
    """Notes whether it was aborted."""

    aborted = False

    def abort(self) -> None:
        self.aborted = True


def guarded() -> tuple[GuardedConnection, Transport, list[bytes]]:
    connection, transport, handed = GuardedConnection(), Transport(), []
    connection.transport = transport
    connection.hasData.connect(handed.append, keep_ref=True)
    return connection, transport, handed


def frame(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + payload


@given(
    payloads=st.lists(st.binary(max_size=60).map(lambda body: body + b"\0"), max_size=6),
    cuts=st.lists(st.integers(0, 400), max_size=6),
)
def test_whole_frames_pass_however_they_were_cut(payloads: list[bytes], cuts: list[int]) -> None:
    connection, transport, handed = guarded()
    stream = b"".join(map(frame, payloads))
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, stop in pairwise(edges):
        connection.data_received(stream[start:stop])
    assert b"".join(handed) == stream
    assert not transport.aborted


def test_a_large_chunk_is_handed_over_in_small_ones() -> None:
    connection, _, handed = guarded()
    stream = frame(b"x" * 999 + b"\0") * 500
    connection.data_received(stream)
    assert b"".join(handed) == stream
    assert max(map(len, handed)) <= CHUNK_MAX


def test_a_giant_or_negative_length_ends_it_and_what_came_before_has_passed() -> None:
    for wrong in (FRAME_MAX + 1, 2**31 - 1, 0, -1):
        connection, transport, handed = guarded()
        connection.data_received(frame(b"1\0") + wrong.to_bytes(4, "big", signed=True) + b"rest")
        assert handed == [frame(b"1\0")]
        assert transport.aborted
        assert connection.broken == f"a message of {wrong} bytes"


def test_a_frame_that_lost_its_last_bytes_is_noticed_with_the_next_one() -> None:
    connection, transport, _ = guarded()
    connection.data_received(frame(b"49\x001\x00")[:-3] + frame(b"62\x001\x00"))
    assert transport.aborted
    assert connection.broken is not None


@given(data=st.binary(max_size=300))
def test_any_bytes_at_all_pass_or_end_it(data: bytes) -> None:
    connection, transport, handed = guarded()
    connection.data_received(data)
    assert data.startswith(b"".join(handed))
    assert transport.aborted == (connection.broken is not None)
