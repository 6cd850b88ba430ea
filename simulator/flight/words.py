"""What happened in a session, in words: messages decoded, commands and records by their names."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from simulator.tws.wire.decode import BadMessage, decode
from simulator.tws.wire.framing import LENGTH_BYTES, PREFIX, ProtocolError, split
from simulator.tws.wire_log import describe
from system.domain.settings import SECOND_NS

VERSION: Final = 176  # what we send looks alike in all versions that we speak
SHOWN_MAX: Final = 400  # characters
SIDE_MAX: Final = 160
APART_MAX: Final = 8

KINDS: Final = {
    "in": "inbound",
    "out": "outbound",
    "head": "the run begins",
    "began": "the actors begin",
    "mark": "clock mark",
    "made": "connection made",
    "failed": "dial failed",
    "lost": "connection lost",
    "do": "command",
    "told": "record",
    "alarm": "wait over",
    "wrote": "journal",
    "unwritten": "journal refused",
    "slept": "the machine slept",
    "late": "taken late",
    "ended": "the run ends",
}


def clock(now_ns: int) -> str:
    """`2026-11-30 15:02:10.123456789` UTC."""
    seconds, rest = divmod(now_ns, SECOND_NS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{rest:09d}"


def words(kind: str, data: bytes, at_most: int = SHOWN_MAX) -> str:
    """What a frame holds, in so many characters."""
    if kind == "out":
        said = "; ".join(map(_request, _payloads(data)))
    elif kind == "in":
        said = "; ".join(" ".join(_fields(payload)) for payload in _payloads(data))
    elif not data:
        said = ""
    else:
        said = _spelled(kind, data)
    return said if len(said) <= at_most else f"{said[: at_most - 3]}..."


def apart(kind: str, session: bytes, replay: bytes) -> list[str]:
    """Where two that should be the same are not, as far as that can be told."""
    ours: Any
    theirs: Any
    if kind == "out":
        ours, theirs = (
            {f"message {at}": _request(payload).split(" ") for at, payload in enumerate(_payloads(data), 1)}
            for data in (session, replay)
        )
    elif kind == "wrote":
        ours, theirs = (
            {f"{at + 1} {each[0]}": each[1:] for at, each in enumerate(json.loads(data))} for data in (session, replay)
        )
    else:
        ours, theirs = json.loads(session), json.loads(replay)
    return list(islice(_apart("", ours, theirs), APART_MAX))


def _apart(place: str, session: Any, replay: Any) -> Iterator[str]:
    if isinstance(session, dict) and isinstance(replay, dict):
        for key in dict.fromkeys([*session, *replay]):
            yield from _apart(f"{place}.{key}".lstrip("."), session.get(key), replay.get(key))
    elif isinstance(session, list) and isinstance(replay, list) and len(session) == len(replay):
        for ours, theirs in zip(session, replay, strict=True):
            yield from _apart(place, ours, theirs)
    elif session != replay:
        yield f"{place}: {_side(session)}, in the replay {_side(replay)}"


def _side(value: Any) -> str:
    said = "nothing" if value is None else _flat(value)
    return said if len(said) <= SIDE_MAX else f"{said[: SIDE_MAX - 3]}..."


def _spelled(kind: str, data: bytes) -> str:
    try:
        found = json.loads(data)
    except ValueError:
        return repr(data)
    if kind == "wrote":
        return "; ".join(f"{each[0]} {_flat(each[2])}" for each in found)
    return _flat(found)


def _flat(found: Any) -> str:
    """Names with values, the type first."""
    if isinstance(found, dict):
        said = [str(found["is"])] if "is" in found else []
        return " ".join([*said, *(f"{key}={_flat(value)}" for key, value in found.items() if key != "is")])
    if isinstance(found, list):
        return f"[{', '.join(map(_flat, found))}]"
    return repr(found) if isinstance(found, str) and (not found or " " in found) else str(found)


def _payloads(data: bytes) -> list[bytes]:
    """The messages in bytes, the client's first word aside; what cannot be cut is one."""
    rest, found = data.removeprefix(PREFIX), list[bytes]()
    while rest:
        length = int.from_bytes(rest[:LENGTH_BYTES], "big")
        if not 0 < length <= len(rest) - LENGTH_BYTES:
            return [*found, rest]
        found.append(rest[LENGTH_BYTES : LENGTH_BYTES + length])
        rest = rest[LENGTH_BYTES + length :]
    return found


def _fields(payload: bytes) -> list[str]:
    try:
        return split(payload)
    except ProtocolError:
        return [repr(payload)]


def _request(payload: bytes) -> str:
    fields = _fields(payload)
    try:
        return describe(decode(fields, VERSION))
    except (BadMessage, ProtocolError, ValueError, LookupError):
        return " ".join(fields)
