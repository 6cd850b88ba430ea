"""Bytes become payloads however they are cut, and whatever is wrong ends in a ProtocolError at the first byte that is."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.tws.wire.framing import CHUNK_MAX, FRAME_MAX, PREFIX, Framer, ProtocolError, frame, split

fields = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20), min_size=1)
streams = st.lists(
    st.one_of(
        fields.map(lambda given: frame(*given)),
        st.binary(max_size=12),
        st.sampled_from([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\x01\0\0", b"\0\0\0\x01\0"]),
    ),
    max_size=6,
).map(b"".join)
greetings = st.sampled_from([PREFIX, b"", b"API", b"62\0", b"API\x01", b"GET / HTTP/1.1\r\n\r\n"])


def taken(chunks: list[bytes]) -> tuple[list[bytes], bool]:
    """All payloads of `chunks`, and whether it ended in an error."""
    framer, payloads = Framer(), []
    with suppress(ProtocolError):
        for chunk in chunks:
            framer.feed(chunk)
            while (payload := framer.next_payload()) is not None:
                payloads.append(payload)
        return payloads, False
    return payloads, True


@given(greetings, streams, st.data())
@example(PREFIX, frame("71", "2", "7", ""), None)
def test_it_does_not_matter_where_the_bytes_are_cut(greeting: bytes, stream: bytes, data: st.DataObject | None) -> None:
    whole = greeting + stream
    at_once = taken([whole])
    assert taken([whole[at : at + 1] for at in range(len(whole))]) == at_once
    if data is not None:
        cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
        assert taken([whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]) == at_once


@given(st.lists(fields, max_size=5))
def test_what_was_framed_comes_out_as_it_went_in(messages: list[list[str]]) -> None:
    payloads, failed = taken([PREFIX + b"".join(frame(*message) for message in messages)])
    assert not failed
    assert [split(payload) for payload in payloads] == messages


@pytest.mark.parametrize("first", [b"62\0", b"\0", b"a", b"G"])
def test_a_wrong_greeting_is_refused_at_its_first_byte(first: bytes) -> None:
    framer = Framer()
    framer.feed(first[:1])
    with pytest.raises(ProtocolError, match="began with"):
        framer.next_payload()


@pytest.mark.parametrize("length", [-(2**31), -1, 0, FRAME_MAX + 1, 2**24, 2**31 - 1])
def test_no_length_beyond_the_limits_is_waited_for(length: int) -> None:
    framer = Framer()
    framer.feed(PREFIX + length.to_bytes(4, "big", signed=True))
    with pytest.raises(ProtocolError, match=f"of {length} bytes"):
        framer.next_payload()


@pytest.mark.parametrize("length", [1, FRAME_MAX])
def test_the_limits_themselves_are_taken(length: int) -> None:
    framer = Framer()
    payload = b"x" * (length - 1) + b"\0"
    whole = PREFIX + length.to_bytes(4, "big") + payload
    framer.feed(whole[:CHUNK_MAX])
    assert framer.next_payload() == (payload if len(whole) <= CHUNK_MAX else None)
    framer.feed(whole[CHUNK_MAX:])
    assert framer.next_payload() == (None if len(whole) <= CHUNK_MAX else payload)


def test_it_never_holds_more_than_a_message_and_what_was_just_fed() -> None:
    framer = Framer()
    message = frame("x" * (FRAME_MAX - 1))
    stream = PREFIX + message * 20
    for at in range(0, len(stream), CHUNK_MAX):
        framer.feed(stream[at : at + CHUNK_MAX])
        assert len(framer._buffer) <= len(message) + CHUNK_MAX
        while framer.next_payload() is not None:
            pass
    assert len(framer._buffer) == 0


def test_a_message_whose_last_field_does_not_end_is_refused() -> None:
    with pytest.raises(ProtocolError, match="NUL"):
        split(b"71\0002")


@given(st.binary())
def test_any_payload_splits_into_fields_or_is_refused(payload: bytes) -> None:
    with suppress(ProtocolError):
        assert len(split(payload)) == payload.count(b"\0")


def test_values_are_written_as_clients_read_them() -> None:
    assert frame(1, True, False, None, 5000.0, 0.25, "a\0b")[4:] == b"1\x001\x000\x00\x005000.0\x000.25\x00a b\x00"
