"""One line for what is wrong: source, key, value, what is allowed, and the key that was perhaps meant."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from system.config.model import BlackoutWindow, Config, MaintenanceWindow, UserProfile
from system.config.show import toml_value
from system.config.values import nearest
from system.text_file import printable

Path = tuple[str | int, ...]

TYPES: Final = {
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
    "string_type": "text",
}
VALUE_CHARS_MAX: Final = 60


def explain(error: ValidationError, origins: Mapping[Path, str]) -> str:
    """The first error as a line, and how many more there are."""
    details = sorted(error.errors(include_url=False), key=lambda detail: not misspelt(detail))
    more = len(details) - 1
    others = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
    return printable(line(details[0], origins)) + others


def misspelt(detail: ErrorDetails) -> bool:
    """Is the key itself wrong? Told first: a misspelt key makes another one look missing."""
    return detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",)


def line(detail: ErrorDetails, origins: Mapping[Path, str]) -> str:
    """One error as a line without its end."""
    path, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    value = detail["input"]
    if kind == "missing":
        return f"{told_by(path[:-1], origins)}{dotted(path[:-1])}: the key {path[-1]} is missing"
    if path and path[-1] == "[key]":
        path = path[:-1]
        return f"{told_by(path, origins)}{dotted(path)}: expected {context['expected']}"
    if kind == "extra_forbidden":
        known = level(path).model_fields
        return f'{told_by(path, origins)}unknown key "{dotted(path)}"{nearest(path[-1], known) or within(path, known)}'
    if "keys" in context:
        keys = [(*path, key) for key in context["keys"]]
        path = next((key for key in keys if key in origins), keys[0])
        value = value.get(path[-1]) if isinstance(value, dict) else getattr(value, str(path[-1]), None)
    if kind == "too_long":
        return f"{told_by(path, origins)}{dotted(path)}: expected at most {context['max_length']} entries"
    expected = context.get("expected") or TYPES.get(kind) or detail["msg"]
    return f"{told_by(path, origins)}{dotted(path)}{shown(value)}: expected {expected}"


def level(path: Path) -> type[BaseModel]:
    """The model whose keys are known where `path` ends."""
    if path[0] == "profiles" and len(path) > 2:
        return UserProfile
    windows: dict[str, type[BaseModel]] = {"blackouts": BlackoutWindow, "maintenance": MaintenanceWindow}
    return windows.get(str(path[0]), Config) if len(path) > 2 else Config


def within(path: Path, known: Mapping[str, Any]) -> str:
    """The few keys of a table where none is near; the many of the whole are in `bn config show`."""
    return "; expected one of " + ", ".join(known) if len(path) > 1 else '; "bn config show" lists the keys'


def told_by(path: Path, origins: Mapping[Path, str]) -> str:
    """`SOURCE: `: of the value itself, of the table around it, or of something within it."""
    for length in range(len(path), 0, -1):
        if path[:length] in origins:
            return f"{origins[path[:length]]}: "
    return next((f"{source}: " for place, source in origins.items() if place[: len(path)] == path), "")


def dotted(path: Path) -> str:
    """`profiles.mine.weights`, `blackouts[0].start`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "configuration"


def shown(value: object) -> str:
    """` = VALUE` as TOML would write it, cut to a length that fits a line; nothing for tables."""
    if isinstance(value, dict | BaseModel):
        return ""
    text = toml_value(value)
    return f" = {text if len(text) <= VALUE_CHARS_MAX else text[:VALUE_CHARS_MAX] + '...'}"
