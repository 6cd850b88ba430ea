"""What we say at each version, is read by other people's clients' own decoders as what we meant, without a complaint."""

from functools import cache
from typing import Any

import pytest

from simulator.tws.notices import Notice
from simulator.tws.wire.encode import encode
from tests.contract.golden.drive import VERSIONS, drive
from tests.contract.golden.said import SAID, Said
from tests.contract.golden.said_orders import SAID_ORDERS

pytestmark = pytest.mark.contract
EVERYTHING = [*SAID, *SAID_ORDERS]


@cache
def heard(client: str) -> dict[int, list[tuple[Said, dict[str, Any]]]]:
    frames = {version: [encode(row.notice, version) for row in EVERYTHING] for version in VERSIONS[client]}
    answer = drive(client, frames=frames)["heard"]
    return {version: list(zip(EVERYTHING, answer[str(version)], strict=True)) for version in VERSIONS[client]}


def meant(row: Said, client: str) -> list[list[Any]]:
    calls = row.official if client == "ibapi" and row.official is not None else row.calls
    return [[name, list(values)] for name, *values in calls]


def same(wanted: Any, found: Any) -> bool:
    """Whether `found` holds at least what is wanted, as said.py writes that."""
    if isinstance(wanted, set):
        return found in wanted
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and same(wanted[key], found[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(same, wanted, found))
    return bool(wanted == found)


def differences(wanted: Any, found: Any, path: str = "") -> list[str]:
    if same(wanted, found):
        return []
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [line for key in wanted for line in differences(wanted[key], found.get(key), f"{path}.{key}")]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [line for at in range(len(wanted)) for line in differences(wanted[at], found[at], f"{path}[{at}]")]
    return [f"{path}: {found!r}, not {wanted!r}"]


@pytest.mark.parametrize("client", VERSIONS)
def test_every_notice_is_heard_as_it_was_meant_at_every_version(client: str) -> None:
    misheard = [
        f"{version} {type(row.notice).__name__}{line}"
        for version, rows in heard(client).items()
        for row, answer in rows
        for line in differences(meant(row, client), answer["calls"])
    ]
    assert misheard == []


@pytest.mark.parametrize("client", VERSIONS)
def test_no_decoder_complains(client: str) -> None:
    complaints = [
        (version, type(row.notice).__name__, answer["complaints"])
        for version, rows in heard(client).items()
        for row, answer in rows
        if answer["complaints"]
    ]
    assert complaints == []


def test_every_notice_is_said_to_every_client() -> None:
    assert {type(row.notice) for row in EVERYTHING} == set(Notice.__args__)
