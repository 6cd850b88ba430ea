"""An event of the journal: what may be in it, its one spelling as text, and its link in the chain.

Each event carries sha256(digest of the one before, its number, time, kind and text), so a row that is missing, changed
or moved shows. The first one's "before" is made of the account. Numbers are integers: a float would come back as
another one on another machine, or not at all (NaN), so there are none.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

JSON: TypeAlias = "str | int | bool | Sequence[JSON] | Mapping[str, JSON] | None"

KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)
PAYLOAD_CHARS_MAX: Final = 1_000_000
DEPTH_MAX: Final = 32
INT64_MAX: Final = 2**63 - 1
DIGEST_BYTES: Final = 32
_DECODER: Final = json.JSONDecoder(object_hook=MappingProxyType)  # `json.loads` would make one for each


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event to append. `now_ns` is the time at which it was decided or came in."""

    kind: str
    now_ns: int
    payload: Mapping[str, JSON]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An event as the journal holds it: the entry and its number, from 1 without gaps. Lists come back as lists."""

    seq: int
    now_ns: int
    kind: str
    payload: Mapping[str, JSON]


def genesis(account: str) -> bytes:
    """What stands before the first event of an account's journal."""
    return hashlib.sha256(b"bn journal\0" + account.encode()).digest()


def link(before: bytes, seq: int, now_ns: int, kind: str, text: str) -> bytes:
    """The digest of an event that follows the one with digest `before`."""
    return hashlib.sha256(before + f"{seq} {now_ns} {kind} {text}".encode()).digest()


def encode(payload: Mapping[str, JSON]) -> str:
    """The one spelling of a payload: sorted keys, no spaces, ASCII.

    Raises TypeError for a float and for anything that JSON has not, ValueError for an integer beyond 64 bits, for more
    than DEPTH_MAX levels and for more than PAYLOAD_CHARS_MAX characters.
    """
    if not isinstance(payload, Mapping):
        raise TypeError(f"payload is {type(payload).__name__}; expected a mapping")
    text = json.dumps(_plain(payload, "payload", 0), sort_keys=True, separators=(",", ":"))
    if len(text) > PAYLOAD_CHARS_MAX:
        raise ValueError(f"payload has {len(text)} characters; expected at most {PAYLOAD_CHARS_MAX}")
    return text


def decode(text: str) -> Mapping[str, JSON]:
    """The payload of a text that `encode` made; its mappings cannot be changed."""
    payload: Mapping[str, JSON] = _DECODER.decode(text)
    return payload


def check_entry(entry: Entry) -> None:
    """Raise ValueError for a kind that is no short word and for a time that is not nanoseconds since 1970."""
    if not KIND.fullmatch(entry.kind):
        raise ValueError(f"kind {entry.kind!r}: expected a word of at most 64 ASCII letters, digits, '_', '.' and '-'")
    if type(entry.now_ns) is not int or not 0 <= entry.now_ns <= INT64_MAX:
        raise ValueError(f"now_ns {entry.now_ns!r}: expected an integer from 0 to {INT64_MAX}")


def _plain(value: JSON, place: str, depth: int) -> JSON:
    """Dicts, lists and scalars that json writes as they are; `place` names the value in an error."""
    if depth > DEPTH_MAX:
        raise ValueError(f"{place}: nested deeper than {DEPTH_MAX} levels")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if not -INT64_MAX - 1 <= value <= INT64_MAX:
            raise ValueError(f"{place}: {value} does not fit 64 bits")
        return value
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{place}: key {key!r} is {type(key).__name__}; expected a text")
        return {key: _plain(each, f"{place}.{key}", depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, f"{place}[{number}]", depth + 1) for number, each in enumerate(value)]
    hint = "; in integers: ticks, cents or nanoseconds" if isinstance(value, float) else ""
    raise TypeError(f"{place}: {value!r} is {type(value).__name__}; expected text, integer, list or mapping{hint}")
