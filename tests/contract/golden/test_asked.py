"""What other people's clients ask, written by their own encoders at each version, is read as what they were told to ask."""

from functools import cache
from typing import Any

import pytest

from simulator.tws.requests import Request
from simulator.tws.wire.decode import BadMessage, decode
from simulator.tws.wire.framing import PREFIX, Framer, split
from tests.contract.golden.asked import ASKED, Asked
from tests.contract.golden.asked_orders import ASKED_ORDERS
from tests.contract.golden.drive import VERSIONS, drive

pytestmark = pytest.mark.contract
EVERYTHING = [*ASKED, *ASKED_ORDERS]


@cache
def written(client: str) -> dict[int, list[tuple[Asked, str]]]:
    """Each call that the client has, with the bytes it wrote for it, by version."""
    asked = [row for row in EVERYTHING if client in row.clients]
    answer = drive(client, asks=[[row.method, row.arguments] for row in asked])["asked"]
    return {version: list(zip(asked, answer[str(version)], strict=True)) for version in VERSIONS[client]}


def read(wire: str, version: int) -> Any:
    try:
        data = bytes.fromhex(wire)
    except ValueError:
        return wire  # the client's complaint
    framer = Framer()
    framer.feed(PREFIX + data)
    payload = framer.next_payload()
    assert payload is not None, "no whole frame"
    assert framer.next_payload() is None, "more than one frame"
    try:
        return decode(split(payload), version)
    except BadMessage as bad:
        return bad


@pytest.mark.parametrize("client", VERSIONS)
def test_every_request_is_read_as_it_was_asked_at_every_version(client: str) -> None:
    told = written(client)
    assert list(told) == list(VERSIONS[client])
    misread = [
        (version, row.method, row.read, found)
        for version, rows in told.items()
        for row, wire in rows
        if (found := read(wire, version)) != row.read
    ]
    assert misread == []


@pytest.mark.parametrize("client", VERSIONS)
def test_requests_are_read_by_their_leading_fields_whatever_follows(client: str) -> None:
    for version, rows in written(client).items():
        for row, wire in rows:
            payload = bytes.fromhex(wire)[4:] + b"more\0\0of\0this\0"
            assert decode(split(payload), version) == row.read


def test_every_request_that_is_served_is_asked_by_some_client() -> None:
    served = {type(row.read) for row in EVERYTHING}
    assert set(Request.__args__) - served == set()
