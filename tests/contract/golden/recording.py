"""What the golden scripts share, each run in the environment of one client: values made from JSON and written as JSON.

A script takes `{"versions": [...], "asks": [[method, arguments], ...], "frames": {version: [hex, ...]}}` on its standard
input. It answers `{"asked": {version: [hex or a complaint, ...]}, "heard": {version: [...]}}`: what the client wrote for
each call, and for each frame `{"calls": [[method, arguments], ...], "complaints": [...]}`, what it read.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any


class Complaints(logging.Handler):
    """All that a client logs as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        self.said.append(f"{text} {record.exc_info[1]!r}" if record.exc_info else text)

    def taken(self) -> list[str]:
        said, self.said = self.said, []
        return said


class Calls:
    """Stands for the client's wrapper: whatever is called, is noted."""

    def __init__(self) -> None:
        self.noted: list[list[Any]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def note(*arguments: Any) -> None:
            self.noted.append([name, [plain(argument) for argument in arguments]])

        return note

    def taken(self) -> list[list[Any]]:
        noted, self.noted = self.noted, []
        return noted


def plain(value: Any) -> Any:
    """A value as JSON can hold it: objects as their attributes, times as text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    names = getattr(value, "__dataclass_fields__", None) or vars(value)
    return {name: plain(getattr(value, name)) for name in names}


def made(value: Any, build: Callable[[str, dict[str, Any]], Any]) -> Any:
    """The reverse: `{"@": "Contract", "symbol": "ES"}` becomes what `build` makes of it."""
    if isinstance(value, list):
        return [made(inner, build) for inner in value]
    if isinstance(value, dict):
        return build(value["@"], {name: made(inner, build) for name, inner in value.items() if name != "@"})
    return value


def run(ask: Callable[[int, str, list[Any]], bytes], hear: Callable[[int, bytes], dict[str, Any]]) -> None:
    """Answer what standard input asks."""
    asked: dict[int, list[str]] = {}
    heard: dict[int, list[dict[str, Any]]] = {}
    task = json.load(sys.stdin)
    for version in task["versions"]:
        asked[version] = [attempt(ask, version, method, arguments) for method, arguments in task["asks"]]
        heard[version] = [hear(version, bytes.fromhex(frame)) for frame in task["frames"][str(version)]]
    json.dump({"asked": asked, "heard": heard}, sys.stdout)


def attempt(ask: Callable[[int, str, list[Any]], bytes], version: int, method: str, arguments: list[Any]) -> str:
    try:
        return ask(version, method, arguments).hex()
    except Exception as error:  # noqa: BLE001 - whatever it is, it goes to whoever asked
        return f"{method}: {error!r}"
