"""A client's offer leads to the highest version that both speak, or to none."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.tws.wire.framing import ProtocolError
from simulator.tws.wire.versions import SERVER_MAX, SERVER_MIN, Gate, negotiate


@pytest.mark.parametrize(
    ("offer", "spoken"),
    [
        (b"v100..151", 151),
        (b"v100..157", 157),
        (b"v157..176", 176),
        (b"v157..178", 178),
        (b"v100..193", 178),
        (b"v100..225", 178),
        (b"v157", 157),
        (b"v157..178 +PACEAPI", 178),
        (b"v157..178\0", 178),
        (b"v100..150", None),
        (b"v179..200", None),
        (b"v178..151", None),
    ],
)
def test_the_clients_offers_are_met(offer: bytes, spoken: int | None) -> None:
    assert negotiate(offer) == spoken


@given(st.integers(0, 400), st.integers(0, 400))
def test_what_is_agreed_lies_within_both_ranges(lowest: int, highest: int) -> None:
    agreed = negotiate(f"v{lowest}..{highest}".encode())
    both = range(max(lowest, SERVER_MIN), min(highest, SERVER_MAX) + 1)
    assert agreed == (both[-1] if both else None)


@pytest.mark.parametrize("offer", [b"", b"v", b"178", b"v1..", b"v1..2..3", b"v-1", b"V178", b"v99999999999", b"\xff"])
def test_anything_else_is_no_offer(offer: bytes) -> None:
    with pytest.raises(ProtocolError, match="expected versions"):
        negotiate(offer)


@given(st.binary())
def test_any_bytes_are_an_offer_or_refused(offer: bytes) -> None:
    with suppress(ProtocolError):
        negotiate(offer)


def test_layouts_change_only_within_what_is_spoken() -> None:
    assert list(Gate) == sorted(Gate)
    assert all(SERVER_MIN < gate <= SERVER_MAX for gate in Gate)
