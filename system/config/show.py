"""The effective configuration as TOML that loads back to itself, and its JSON schema."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from system.config.model import Config
from system.config.values import AUTO, show_time

Origins = Mapping[tuple[str | int, ...], str]

TIMES: Final = frozenset({"entry_start", "entry_end", "flat_by", "start", "end"})
WINDOWS: Final = ("maintenance", "blackouts")  # lists of tables
COMMENT_COLUMN: Final = 40


def show(config: Config, origins: Origins) -> str:
    """TOML of every key; behind each value, where it came from."""
    return "\n".join(lines(config, origins)) + "\n"


def lines(config: Config, origins: Origins) -> Iterator[str]:
    """Plain keys first, then what TOML writes as tables."""
    for key in Config.model_fields:
        if key not in ("closures", "profiles", *WINDOWS):
            yield entry(key, plain(key, getattr(config, key)), (key,), origins)
    yield from (entry(key, [], (key,), origins) for key in WINDOWS if not getattr(config, key))
    for key in WINDOWS:
        for window in getattr(config, key):
            yield f"\n[[{key}]]  # {origins.get((key,), 'default')}"
            yield from (f"{name} = {toml_value(value)}" for name, value in table(window).items())
    yield "\n[closures]"
    for day, close in config.closures.items():
        text = "closed" if close is None else show_time(close)
        yield entry(day.isoformat(), text, ("closures", day.isoformat()), origins)
    yield from (line for name in config.profiles for line in profile_lines(config, name, origins))


def profile_lines(config: Config, name: str, origins: Origins) -> Iterator[str]:
    """One of the user's profiles."""
    profile, place = config.profiles[name], ("profiles", name)
    yield f"\n[profiles.{name}]"
    for key in type(profile).model_fields:
        if key != "weights":
            yield entry(key, getattr(profile, key), (*place, key), origins)
    yield f"\n[profiles.{name}.weights]"
    for feature, weight in profile.weights.items():
        yield entry(feature, weight, (*place, "weights", feature), origins)


def entry(key: str, value: object, place: tuple[str, ...], origins: Origins) -> str:
    """One line: key, value, and the place it came from."""
    found = (origins[place[:length]] for length in range(len(place), 0, -1) if place[:length] in origins)
    return f"{f'{key} = {toml_value(value)}':<{COMMENT_COLUMN}}  # {next(found, 'default')}"


def plain(key: str, value: object) -> object:
    """A key's value in the words that a user would write."""
    if value is None:
        return AUTO
    return show_time(value) if key in TIMES and isinstance(value, int) else value


def table(window: BaseModel) -> dict[str, object]:
    """A window's keys as a user would write them; without those that say nothing."""
    return {key: plain(key, value) for key, value in window if value is not None}


def toml_value(value: object) -> str:
    """A value in TOML's syntax."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f").lower() if value.is_finite() else str(value).lower().replace("infinity", "inf")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=not value.isprintable())
    return str(value)


def schema() -> dict[str, Any]:
    """The JSON schema of the TOML file, with the defaults as they are written there."""
    described = Config.model_json_schema()
    described["title"] = "bn configuration"
    for key, field in Config.model_fields.items():
        described["properties"][key]["default"] = json_value(plain(key, field.default))
    return described


def json_value(value: object) -> object:
    """A default as JSON: decimals become numbers, tuples lists."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, BaseModel):
        return {key: json_value(item) for key, item in table(value).items()}
    return [json_value(item) for item in value] if isinstance(value, tuple) else value
