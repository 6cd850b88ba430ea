"""What happens, as events: JSON lines in the day's file, readable ones for whoever looks on. Saying never raises."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from system.domain.settings import MINUTE_S, SECOND_NS
from system.storage.log_file import LogFile
from system.wiring.log_line import as_json, as_text, plain

LEVELS: Final = {
    **dict.fromkeys(("alert", "actor_failed", "loop_failed", "control_failed", "panel_failed", "log_lost"), "ERROR"),
    **dict.fromkeys(("dial_failed", "stopped"), "WARNING"),  # to be seen above a panel too
}
PER_MINUTE: Final = 600  # lines of one event; what repeats itself without end fills no disk (F19)
OTHERS_PER_MINUTE: Final = 60  # lines of libraries
KNOWN_ELSEWHERE: Final = ("ib_insync.client", "ib_insync.wrapper")  # why a connection ended, and TWS's own words

Show = Callable[[str, str], None]  # level, line


class EventLog:
    """The actors' Log. `show` is given each line as people read it. `lost`: lines that are in no file."""

    def __init__(self, directory: Path, wall_ns: Callable[[], int], show: Show | None = None) -> None:
        self._file = LogFile(directory)
        self._wall_ns = wall_ns
        self._show = show
        self._is_failing = False
        self._unsaid = 0
        self._told_lost = 0
        self._minute = -1
        self._said: Counter[str] = Counter()  # by event, in this minute

    @property
    def lost(self) -> int:
        """How many lines are in no file, those left out for their number aside."""
        return self._file.lost + self._unsaid

    def __call__(self, event: str, /, **fields: object) -> None:
        """Say it."""
        self.say(LEVELS.get(event, "INFO"), event, fields)

    def say(self, level: str, event: str, fields: Mapping[str, object]) -> None:
        """Say it, at a level: INFO, WARNING or ERROR."""
        try:
            if self._may_say(event):
                self._say(level, event, {name: plain(value) for name, value in fields.items()})
        except Exception:  # noqa: BLE001 - whatever it was, no order waits for a log
            self._unsaid += 1

    def close(self) -> None:
        """Let the file go."""
        with suppress(Exception):
            self._tell_left_out()
        self._file.close()

    def _may_say(self, event: str) -> bool:
        minute = self._wall_ns() // (MINUTE_S * SECOND_NS)
        if minute != self._minute:
            self._tell_left_out()
            self._minute = minute
        self._said[event] += 1
        return self._said[event] <= _limit(event)

    def _tell_left_out(self) -> None:
        said, self._said = self._said, Counter()
        for event, lines in said.items():
            if lines > _limit(event):
                self._say("WARNING", "log_left_out", {"of": event, "lines": lines - _limit(event)})

    def _say(self, level: str, event: str, fields: Mapping[str, object]) -> None:
        now_ns = self._wall_ns()
        written = self._file.append(as_json(now_ns, level, event, fields), now_ns)
        self._tell(now_ns, level, event, fields)
        if written is self._is_failing:
            self._is_failing = not written
            if written:
                self._say("WARNING", "log_recovered", {"lost": self.lost - self._told_lost})
                self._told_lost = self.lost
            else:
                self._tell(now_ns, "ERROR", "log_lost", {"reason": self._file.fault})

    def _tell(self, now_ns: int, level: str, event: str, fields: Mapping[str, object]) -> None:
        if self._show is not None:
            with suppress(Exception):  # whoever looks on decides nothing
                self._show(level, as_text(now_ns, level, event, fields))


def _limit(event: str) -> int:
    return OTHERS_PER_MINUTE if event == "library" else PER_MINUTE


@contextmanager
def library_events(log: EventLog) -> Iterator[None]:
    """Within: what libraries warn of through `logging` is said as `library`."""
    handler, root = _Others(log), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


class _Others(logging.Handler):
    """Passes on warnings and errors of `logging`."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """One record."""
        if record.name in KNOWN_ELSEWHERE:
            return
        try:
            text = record.getMessage()
        except Exception:  # noqa: BLE001 - a library's format that does not fit its own arguments
            text = str(record.msg)
        error = record.exc_info[1] if record.exc_info else None
        level = "ERROR" if error else "WARNING"  # they call an error what is one for us only where something was raised
        self._log.say(level, "library", {"logger": record.name, "text": text, **({"exc": error} if error else {})})
