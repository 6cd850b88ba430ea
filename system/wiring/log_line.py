"""An event as a line: JSON for the file, words for people. Any value can be written; none can break a line."""

import json
import traceback
from collections import deque
from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from system.domain.settings import SECOND_NS
from system.storage.masking import mask_bytes, mask_text

OWN: Final = ("time", "level", "event")
CHARS_MAX: Final = 8_000  # of one text
ITEMS_MAX: Final = 1_000  # of one list or table
DEPTH_MAX: Final = 8
BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.:/*%,@#")


def as_json(now_ns: int, level: str, event: str, fields: Mapping[str, object]) -> str:
    """One line of the file, in ASCII: other alphabets have more than one sign that ends a line."""
    line: dict[str, object] = {"time": _time(now_ns), "level": level, "event": event}
    line |= {f"{name}_" if name in OWN else name: value for name, value in fields.items()}
    return json.dumps(line, allow_nan=False)


def as_text(now_ns: int, level: str, event: str, fields: Mapping[str, object]) -> str:
    """`16:00:00Z INFO    link phase=ready was=syncing`; of a traceback its last line, of a float four places."""
    shown = dict(fields)
    if isinstance(trace := shown.get("exc"), str):
        shown["exc"] = trace.rstrip().rpartition("\n")[2]
    words = [f"{name}={_word(value)}" for name, value in shown.items()]
    return " ".join([f"{_time(now_ns)[11:19]}Z {level:<7}", event, *words])


def _word(value: object) -> str:
    value = _rounded(value)
    if isinstance(value, str) and value and BARE.issuperset(value):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isprintable() else json.dumps(value, separators=(",", ":"))


def _rounded(value: object) -> object:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def _time(now_ns: int) -> str:
    seconds, rest = divmod(now_ns, SECOND_NS)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def plain(value: Any, depth: int = 0) -> object:
    """What JSON can say of a value, with account numbers masked; whatever it is."""
    if value is None or type(value) in (bool, int):
        return value
    if isinstance(value, float):
        return float(value) if abs(value) < float("inf") else str(float(value))
    if isinstance(value, bytes | bytearray):
        return _cut(str(mask_bytes(bytes(value[:CHARS_MAX]))))
    if isinstance(value, BaseException):
        return _cut(mask_text("".join(traceback.format_exception(value))), keeps_end=True)
    inside = _inside(value) if depth < DEPTH_MAX else None
    if isinstance(inside, Mapping):
        return {mask_text(str(name)): plain(item, depth + 1) for name, item in list(inside.items())[:ITEMS_MAX]}
    if isinstance(inside, list):
        return [plain(item, depth + 1) for item in inside[:ITEMS_MAX]]
    return _cut(mask_text(str(value)))


def _inside(value: Any) -> Mapping[Any, Any] | list[Any] | None:
    """What a value is made of, where it is made of others."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields_of(value)}
    if isinstance(value, Mapping):
        return value
    return list(value) if isinstance(value, list | tuple | set | frozenset | deque) else None


def _cut(text: str, *, keeps_end: bool = False) -> str:
    if len(text) <= CHARS_MAX:
        return text
    return "..." + text[-CHARS_MAX:] if keeps_end else text[:CHARS_MAX] + "..."
