"""A flow file: TOML with a preset, parameters that differ from it, and scripted events; every value checked."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from math import isfinite
from pathlib import Path
from typing import Any, Final

from simulator.flow.events import DAY_MINUTES, KINDS, MINUTES, OPEN_MINUTE, SIDES, ScriptedEvent
from simulator.flow.parameters import FIELDS, PRESETS, Flow, Parameters
from system.config.values import nearest, one_of
from system.domain.errors import InputError
from system.text_file import printable, read_text

CLOCK: Final = re.compile(r"(\d\d):(\d\d)")
EVENT_KEYS: Final = tuple(field.name for field in fields(ScriptedEvent))
EVENTS_MAX: Final = 32
CAUSED_MAX: Final = 0.95


def preset(name: str) -> Parameters:
    """Parameters by name. Raises InputError, naming what there is."""
    if name not in PRESETS:
        raise InputError(f'unknown preset "{printable(name)}"{nearest(name, PRESETS)}; expected {", ".join(PRESETS)}')
    return PRESETS[name]


def load_flow(path: Path | None, preset_name: str | None) -> Flow:
    """The flow of a file over a preset; without either it is `normal`. Raises InputError, one line."""
    if path is None:
        return Flow(parameters=preset(preset_name or "normal"))
    table = _read(path)
    try:
        own = _text(table.pop("preset", "normal"), "preset")
        base = preset(preset_name or own)
        events = tuple(_event(each, place) for place, each in enumerate(_list(table.pop("events", []), "events")))
        unknown = next((key for key in table if key not in FIELDS), None)
        if unknown is not None:
            raise InputError(f'unknown key "{printable(unknown)}"{nearest(unknown, [*FIELDS, "preset", "events"])}')
        values: dict[str, Any] = {key: _value(key, value) for key, value in table.items()}
        parameters = replace(base, **values)
        check(parameters)
    except InputError as error:
        raise InputError(f"{printable(str(path))}: {error}") from None
    return Flow(parameters=parameters, events=events)


def check(parameters: Parameters) -> None:
    """Refuse values that contradict each other. Raises InputError."""
    for name, length in (("half_hours", MINUTES // 30), ("branching", 3), ("memory_s", 3)):
        if len(getattr(parameters, name)) != length:
            raise InputError(f"{name}: expected {length} numbers")
    if sum(parameters.half_hours) <= 0 or min(parameters.half_hours) * 1e5 < max(parameters.half_hours):
        raise InputError("half_hours: expected each half hour to be some part of the day")
    caused = sum(parameters.branching)
    if caused > CAUSED_MAX:
        raise InputError(
            f"branching = {list(parameters.branching)}: expected a sum of at most {CAUSED_MAX}: "
            "at 1 each arrival causes another one, and activity explodes"
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{printable(str(path))}: not valid TOML: {error}") from None


def _value(key: str, value: object) -> float | tuple[float, ...]:
    """A parameter's value within its bounds."""
    bounds = FIELDS[key].metadata
    if isinstance(FIELDS[key].default, tuple):
        return tuple(_number(f"{key}[{place}]", each, bounds) for place, each in enumerate(_list(value, key)))
    return _number(key, value, bounds)


def _number(key: str, value: object, bounds: Mapping[str, Any]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InputError(f"{key} = {printable(str(value))}: expected a number: {bounds['unit']}")
    if not bounds["low"] <= value <= bounds["high"]:
        raise InputError(f"{key} = {value}: expected {bounds['low']} to {bounds['high']}: {bounds['unit']}")
    return float(value)


def _list(value: object, key: str) -> list[Any]:
    if not isinstance(value, list) or (key == "events" and len(value) > EVENTS_MAX):
        raise InputError(f"{key}: expected a list" + (f" of at most {EVENTS_MAX} tables" if key == "events" else ""))
    return value


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{key} = {printable(str(value))}: expected text")
    return value


def _event(table: object, place: int) -> ScriptedEvent:
    """An event from its table: kind and at, and what differs from the kind's own."""
    where = f"events[{place}]"
    if not isinstance(table, dict):
        raise InputError(f"{where}: expected a table")
    unknown = next((key for key in table if key not in EVENT_KEYS), None)
    if unknown is not None:
        raise InputError(f'{where}: unknown key "{printable(unknown)}"{nearest(unknown, EVENT_KEYS)}')
    name = _text(table.get("kind"), f"{where}.kind")
    if name not in KINDS:
        raise InputError(f'{where}.kind = "{printable(name)}": expected {one_of(name, tuple(KINDS))}')
    kind = KINDS[name]
    side = _text(table.get("side", kind.side), f"{where}.side")
    if side not in (*SIDES, "either"):
        raise InputError(f'{where}.side = "{printable(side)}": expected up, down or either')
    session = table.get("session")
    span = {"low": 1, "high": MINUTES, "unit": "minutes"}
    return ScriptedEvent(
        kind=name,
        at=_minute(table.get("at"), f"{where}.at"),
        minutes=int(_number(f"{where}.minutes", table.get("minutes", kind.minutes), span)),
        ticks=_number(f"{where}.ticks", table.get("ticks", kind.ticks), {"low": 0, "high": 4000, "unit": "ticks"}),
        side=side,
        session=None
        if session is None
        else int(_number(f"{where}.session", session, {"low": 1, "high": 10_000, "unit": "which session, from 1"})),
    )


def _minute(value: object, key: str) -> int:
    """A time of day, New York, in minutes after 18:00."""
    found = CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InputError(f"{key} = {printable(str(value))}: expected a time of day in New York, such as 08:30")
    minute = (int(found[1]) * 60 + int(found[2]) - OPEN_MINUTE) % DAY_MINUTES
    if minute >= MINUTES:
        raise InputError(f"{key} = {value}: expected a time outside the break, 17:00 to 18:00")
    return minute
