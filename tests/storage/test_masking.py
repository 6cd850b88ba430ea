"""Account numbers: hidden wherever they stand, at the same length; nothing else is touched."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.storage.masking import mask_bytes, mask_text

NUMBERS = [
    "U1234567",
    "U12345678",
    "DU1234567",
    "DF123456",
    "F1234567",
    "I1234567",
    "DUA123456",
    "DUM98765",
    "U12345",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("around", ["{}", "of {}.", "{}/journal.db", "'{}'", "a,{},b", "\n{}\t", "é{}", "{}_x", "a={}"])
def test_an_account_number_is_hidden_in_any_text(number: str, around: str) -> None:
    text = around.format(number)
    masked = mask_text(text)
    assert number not in masked
    assert masked == around.format(number.rstrip("0123456789") + masked_digits(number))
    assert len(masked) == len(text)


def masked_digits(number: str) -> str:
    digits = number.lstrip("DUFIAM")
    return "*" * (len(digits) - 3) + digits[-3:]


def test_every_number_of_a_list_is_hidden() -> None:
    assert mask_text("DU1234567,DU7654321,") == "DU****567,DU****321,"


@pytest.mark.parametrize("quoted", [repr(b"\x00DU1234567\x00"), repr("a\nDU1234567"), ascii("\u0101U1234567")])
def test_a_number_behind_an_escape_is_hidden_too(quoted: str) -> None:
    assert "1234567" not in mask_text(quoted)


@pytest.mark.parametrize(
    "text",
    [
        "ESU4",
        "ESU24",
        "EDU1234567",
        "U1234",
        "U1234567890",
        "0001f4e8.65a.01.01",
        "FUT20240621",
        "U123x567",
        "id 1234567",
    ],
)
def test_what_is_no_account_number_stays(text: str) -> None:
    assert mask_text(text) == text
    assert mask_bytes(text.encode()) == text.encode()


@given(st.lists(st.sampled_from([*NUMBERS, "ESM4", "1", "", "BUY", "7.25"]), min_size=1))
def test_a_masked_frame_is_as_long_and_has_as_many_fields(fields: list[str]) -> None:
    body = "".join(f"{field}\0" for field in ("15", *fields)).encode()  # a message begins with its number
    frame = struct.pack(">I", len(body)) + body
    masked = mask_bytes(frame)
    assert len(masked) == len(frame)
    assert masked.count(b"\0") == frame.count(b"\0")
    assert not any(number.encode() in masked for number in NUMBERS if len(number) > 6)


@given(st.binary(max_size=200))
def test_any_bytes_keep_their_length(data: bytes) -> None:
    assert len(mask_bytes(data)) == len(data)
