"""Where values come from: a TOML file, `BN_` variables, `--set`; the later is stronger, and tables merge by key."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from system.config.explain import Path as KeyPath
from system.config.explain import explain
from system.config.model import Config
from system.config.values import printable
from system.domain.errors import InputError

ENVIRONMENT: Final = "BN_"
OTHER_VARIABLES: Final = ("BN_TEST_", "BN_CHAOS_", "BN_BENCH_")  # of the tests, campaigns and benchmarks
TABLES_DEEP: Final = 3  # profiles.NAME.weights
Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, and who said what: `origins` has the place of each value that is not a default."""

    config: Config
    origins: Mapping[KeyPath, str]


def load_config(path: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> Config:
    """The configuration in force. Raises InputError, one line, on anything that is not right."""
    return load(path, overrides, environ).config


def load(path: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> Loaded:
    """`load_config`, with the place that each value came from."""
    merged: Table = {}
    origins: dict[KeyPath, str] = {}
    for source, table in sources(path, overrides, environ):
        merge(merged, table, source, origins, ())
    try:
        return Loaded(Config.model_validate(merged), origins)
    except ValidationError as error:
        raise InputError(explain(error, origins)) from None


def load_over(recorded: str, path: Path | None, overrides: Sequence[str]) -> Config:
    """A recorded configuration, as `config.show` has written it, with a file and `--set` over it."""
    merged: Table = {}
    origins: dict[KeyPath, str] = {}
    try:
        tables = [("the recording", tomllib.loads(recorded, parse_float=Decimal))]
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise InputError(f"the recording's configuration: not valid TOML: {error}") from None
    for source, table in [*tables, *sources(path, overrides, {})]:
        merge(merged, table, source, origins, ())
    try:
        return Config.model_validate(merged)
    except ValidationError as error:
        raise InputError(explain(error, origins)) from None


def sources(path: Path | None, overrides: Sequence[str], environ: Mapping[str, str]) -> Iterator[tuple[str, Table]]:
    """Each source's name and table, weakest first."""
    if path is not None:
        yield printable(str(path)), read_file(path)
    for name in sorted(environ):
        if name.startswith(ENVIRONMENT) and not name.startswith(OTHER_VARIABLES) and environ[name]:
            yield printable(name), {name.removeprefix(ENVIRONMENT).lower(): read_value(environ[name])}
    for override in overrides:
        yield "--set", read_override(override)


def read_file(path: Path) -> Table:
    """The table in a TOML file; numbers with a point stay decimal."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{printable(str(path))}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{printable(str(path))}: not UTF-8 text, at byte {error.start}") from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        reason = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number too long or tables too deep"
        reason = reason.replace("at end of document", f"at line {text.count(chr(10)) + 1}, the end")
        raise InputError(f"{printable(str(path))}: not valid TOML: {reason}") from None


def read_value(text: str) -> Any:
    """A TOML value, or the bare text where it is none: `20`, `"ES"`, `ES`, `09:35`, `[5000, 5100.25]`."""
    try:
        table = tomllib.loads(f"value = {text}", parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        return text
    return table["value"] if len(table) == 1 else text


def read_override(override: str) -> Table:
    """`a.b=VALUE` as nested tables."""
    key, equals, text = override.partition("=")
    parts = key.strip().split(".")
    if not equals or not all(parts) or len(parts) > TABLES_DEEP + 1:
        raise InputError(
            f"--set {printable(override)}: expected KEY=VALUE, such as contracts=2 or closures.2024-07-03=closed"
        )
    value = read_value(text.strip())
    for part in reversed(parts):
        value = {part.strip(): value}
    return dict(value)


def merge(target: Table, table: Table, source: str, origins: dict[KeyPath, str], place: KeyPath) -> None:
    """Write `table` over `target`, key by key, and note who said it."""
    for key, value in table.items():
        here = (*place, key)
        if isinstance(value, dict) and value and len(here) <= TABLES_DEEP:
            if not isinstance(target.get(key), dict):
                forget(origins, here)
                target[key] = {}
            merge(target[key], value, source, origins, here)
        else:
            forget(origins, here)
            target[key] = value
            origins[here] = source


def forget(origins: dict[KeyPath, str], place: KeyPath) -> None:
    """What was said at `place` and below no longer counts."""
    for known in [known for known in origins if known[: len(place)] == place]:
        del origins[known]
