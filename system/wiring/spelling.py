"""Our messages and states as JSON, and back: in one spelling, so that two that are alike are the same text.

What a field is by itself is left out: a field that is added later changes nothing of what was written before.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from system.domain.instrument import ContractMonth

NAME = "is"  # the key with a message's type


def spelled(value: object) -> bytes:
    """A value as JSON: sorted keys, no spaces, ASCII."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """A value in JSON's own; messages by their type and fields."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, ContractMonth | date):
        return str(value)
    if is_dataclass(value):
        said = ((each, getattr(value, each.name)) for each in fields(value))
        return {
            NAME: type(value).__name__,
            **{each.name: plain(found) for each, found in said if found != each.default},
        }
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    raise TypeError(f"{value!r} is {type(value).__name__}, which has no spelling")


def read(kind: Any, found: Any) -> Any:
    """A value of a type, as `plain` has spelled it. Raises ValueError, KeyError or TypeError for what is none."""
    if kind is Any or found is None:
        return found
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (kind,) = [each for each in inner if each is not type(None)]
        return read(kind, found)
    if origin is tuple:
        return tuple(read(inner[0], each) for each in found)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return MappingProxyType({key: read(inner[1], each) for key, each in found.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(found)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(
            **{each.name: read(hints[each.name], found[each.name]) for each in fields(kind) if each.name in found}
        )
    return found


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
