"""The recording of a session as its replay needs it: account numbers masked, never in the way of trading.

What a session depends on and no connection brings is in it too: what the run began with (program, configuration, the
fold of the journal), when it looked at the clock and what it found, how long it waited, what was asked of it. See
`system.storage.wire_log` for the kinds, and `simulator.flight` for how they are used.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import trio

from system.actors.ports import Clock, Log, Write
from system.actors.risk import LAG_NS
from system.domain.errors import StorageError
from system.domain.order_events import Journal as Record
from system.domain.settings import SECOND_NS
from system.storage.masking import mask_bytes
from system.storage.wire_log import Frame, WireLog
from system.wiring.spelling import spelled
from system.wiring.wiring import World

FLUSH_S: Final = 1.0


class Frames:
    """A file for each run. A disk that takes no more ends the recording, and is told once."""

    def __init__(self, folder: Path, clock: Clock, name: str = "") -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._clock = clock
        when = datetime.fromtimestamp(clock() // SECOND_NS, UTC).strftime("%Y%m%dT%H%M%SZ")
        self._log = WireLog(_free(folder, name or when))
        self._failure = ""
        self._is_over = False

    def write(self, generation: int, kind: str, now_ns: int, what: object = None) -> None:
        """Record what has happened: bytes as they are, anything else as JSON."""
        if self._failure or self._is_over:
            return
        data = what if isinstance(what, bytes) else b"" if what is None else spelled(what)
        try:
            self._log.write(Frame(now_ns=now_ns, generation=generation, kind=kind, data=mask_bytes(data)))
        except StorageError as error:
            self._failure = str(error)

    def begin(self, head: dict[str, Any]) -> None:
        """What the run begins with; it is on disk when this returns."""
        self.write(0, "head", self._clock(), head)
        self._flush()

    def note(self, what: str, now_ns: int) -> None:
        """One of the watchdog's times."""
        self.write(0, what, now_ns)

    def written(self, write: Write) -> Write:
        """A journal's `write` that is recorded: what is on disk there is here with the system, before anybody acts."""

        def recorded(records: Sequence[Record]) -> None:
            try:
                write(records)
            except StorageError as error:
                self.write(0, "unwritten", self._clock(), str(error))
                raise
            self.write(0, "wrote", self._clock(), [[each.kind, each.now_ns, each.payload] for each in records])
            self._flush()

        return recorded

    async def run(self, log: Log) -> None:
        """Each second, to the system what is in memory."""
        while not self._failure:
            await trio.sleep(FLUSH_S)
            self._flush()
        log("alert", name="wire_not_recorded", text=f"{self._failure}; trading goes on")

    def end(self, how: BaseException | None) -> None:
        """The end of the run, and of the file: what is left to be undone then is no part of it.

        `how`: what has ended the actors; nothing, or no error: they were told to end.
        """
        if self._is_over:
            return
        is_error = isinstance(how, Exception)
        why = {"error": type(how).__name__ if is_error else "", "text": str(how) if is_error else ""}
        self.write(0, "ended", self._clock(), why)
        self.cut()

    def cut(self) -> None:
        """The end of the file, as a kill leaves it."""
        self._is_over = True
        try:
            self._log.close()
        except StorageError as error:
            self._failure = str(error)

    def _flush(self) -> None:
        if not self._failure and not self._is_over:
            try:
                self._log.flush()
            except StorageError as error:
                self._failure = str(error)


class RecordedClock:
    """A clock, and what it told that no packet shows: a suspended machine, and packets that were taken late.

    Each is recorded with how many times that was asked before.
    """

    def __init__(self, clock: Clock, write: Callable[[int, str, int, object], None]) -> None:
        self._clock = clock
        self._write = write
        self._slept = self._taken = 0  # times asked

    def __call__(self) -> int:
        """Now."""
        return self._clock()

    def deadline_s(self, at_ns: int) -> float:
        """A time on trio's clock."""
        return self._clock.deadline_s(at_ns)

    def slept_ns(self) -> int:
        """How long the machine slept since this was last asked."""
        slept_ns = self._clock.slept_ns()
        self._slept += 1
        if slept_ns:
            self._write(0, "slept", self._clock(), [self._slept, slept_ns])
        return slept_ns

    def behind_ns(self, at_ns: int) -> int:
        """How long ago a time was. What is too little to matter to anybody is not recorded."""
        now_ns = self._clock()
        self._taken += 1
        if now_ns - at_ns > LAG_NS:
            self._write(0, "late", now_ns, [self._taken, now_ns - at_ns])
        return now_ns - at_ns


def recorded(world: World, frames: Frames) -> World:
    """A world, of which the recording is shown what the broker's side does not show it."""
    clock = RecordedClock(world.clock, frames.write)
    return replace(world, clock=clock, write=frames.written(world.write), note=frames.note, behind_ns=clock.behind_ns)


def _free(folder: Path, name: str) -> Path:
    path = folder / f"{name}.wire"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.wire"
    return path
