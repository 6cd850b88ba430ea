"""What the walks share: named steps, each of which says in one JSON line on standard output how it went.

Runs in a stranger's environment and imports nothing of ours. Line: {"step": name, "ok": true|false, "detail": text}.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

WAIT_S = 5.0  # real seconds; the simulated market runs about twenty times as fast
Step = Callable[[], str]


class Walk:
    """Runs steps in order. A step that raises has failed and the next one is tried all the same."""

    def __init__(self) -> None:
        self.failed = 0

    def run(self, steps: list[Step], *, needed: str) -> None:
        """`needed`: the step without which no other makes sense."""
        for step in steps:
            begun = time.monotonic()
            try:
                ok, detail = True, step()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this step's verdict
                ok, detail = False, f"{type(error).__name__}: {error}"
            took = time.monotonic() - begun
            self.say(step.__name__, ok, f"{detail} [{took:.2f} s]")
            if not ok and step.__name__ == needed:
                break

    def say(self, step: str, ok: bool, detail: str) -> None:
        self.failed += not ok
        sys.stdout.write(json.dumps({"step": step, "ok": ok, "detail": detail}) + "\n")
        sys.stdout.flush()


class Complaints(logging.Handler):
    """What a library logs that it should not have had to: everything but what `expected` knows."""

    def __init__(self, expected: Callable[[logging.LogRecord], bool]) -> None:
        super().__init__(logging.INFO)
        self.expected = expected
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not self.expected(record):
            why = f" ({record.exc_info[1]!r})" if record.exc_info else ""
            self.lines.append(f"{record.name} {record.levelname}: {record.getMessage()[:300]}{why}")


def check(true: Any, what: str) -> None:
    """An `assert` that no option of the interpreter takes away, with words."""
    if not true:
        raise AssertionError(what)


def check_bars(bars: list[tuple[Any, float, float, float, float, float]], at_least: int) -> str:
    """Bars (time, open, high, low, close, volume) that a market could have made."""
    check(len(bars) >= at_least, f"{len(bars)} bars, expected {at_least} or more")
    check([bar[0] for bar in bars] == sorted({bar[0] for bar in bars}), "times do not rise")
    for when, first, high, low, last, volume in bars:
        check(low <= min(first, last) and max(first, last) <= high, f"bar of {when}: open or close outside its range")
        check(volume >= 0 and all(price % 0.25 == 0 for price in (first, high, low, last)), f"bar of {when}: off grid")
    return f"{len(bars)} bars, {bars[0][0]} to {bars[-1][0]}"
