"""What a fault's settings may be: how each is read from a file or a command line, checked, and written again."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final, TypeVar, get_args

from simulator.tws.notices import Notice
from simulator.tws.requests import Request

NOTICES: Final[Mapping[str, type]] = MappingProxyType({kind.__name__: kind for kind in get_args(Notice)})
REQUESTS: Final[Mapping[str, type]] = MappingProxyType({kind.__name__: kind for kind in get_args(Request)})

Value = bool | int | float | str
Number = TypeVar("Number", int, float)

_TIME: Final = re.compile(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(ms|s|m|h)")
_UNITS_S: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST_S: Final = 1_000_000_000.0


class Sort(Enum):
    """What kind of value."""

    SECONDS = "a time such as 30s, 500ms or 2m"
    WHOLE = "a whole number"
    NUMBER = "a number"
    FLAG = "true or false"
    TEXT = "a text"
    CHOICE = "one of a few words"
    MESSAGE = "a message's name, such as OpenOrderEnd or PlaceOrder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One setting."""

    name: str
    sort: Sort
    text: str
    default: Value | None = None  # None: it must be said
    choices: tuple[str, ...] = ()
    lowest: float = -math.inf
    highest: float = math.inf

    @property
    def expected(self) -> str:
        """What a right value is, in words."""
        words = str(self.sort.value)
        if self.choices:
            return "one of " + ", ".join(self.choices)
        low, high = self.lowest, self.highest
        if self.sort is Sort.SECONDS:
            low, high = max(0.0, low), min(LONGEST_S, high)
            if (low, high) == (0.0, LONGEST_S):
                return words
            return f"{words}, {low:g}s to {high:g}s"
        if math.isinf(low) and math.isinf(high):
            return words
        return f"{words}, {low:.10g} to {high:.10g}"

    def read(self, value: object) -> Value:
        """A value of a TOML file. Raises ValueError for a wrong one."""
        match self.sort, value:
            case Sort.SECONDS, str():
                return self._within(seconds(value))
            case Sort.FLAG, bool():
                return value
            case Sort.WHOLE, int() if not isinstance(value, bool):
                return self._within(value)
            case Sort.NUMBER, int() | float() if not isinstance(value, bool):
                return self._within(float(value))
            case Sort.TEXT, str():
                return value
            case Sort.CHOICE, str() if value in self.choices:
                return value
            case Sort.MESSAGE, str() if value in NOTICES or value in REQUESTS:
                return value
            case _:
                raise ValueError

    def from_text(self, text: str) -> object:
        """A word of a command line as a file would have it; it is yet to be read. Raises ValueError."""
        match self.sort:
            case Sort.FLAG:
                return {"true": True, "false": False}.get(text, text)
            case Sort.WHOLE:
                return int(text)
            case Sort.NUMBER:
                return float(text)
            case _:
                return text

    def write(self, value: Value) -> str:
        """The value as TOML."""
        if self.sort is Sort.SECONDS:
            return quoted(f"{value!r}s")
        if isinstance(value, bool):
            return "true" if value else "false"
        return quoted(value) if isinstance(value, str) else repr(value)

    def _within(self, value: Number) -> Number:
        if not self.lowest <= value <= self.highest or math.isinf(value):
            raise ValueError
        return value


def seconds(text: str) -> float:
    """`30s`, `500ms`, `1.5m`, `2h` in seconds. Raises ValueError for anything else."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError
    value = float(match[1]) * _UNITS_S[match[2]]
    if value > LONGEST_S:
        raise ValueError
    return value


def quoted(text: str) -> str:
    """A text as a basic string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
