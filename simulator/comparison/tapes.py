"""The tapes of one session in a folder of recordings."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from system.domain.errors import InputError
from system.domain.session import Calendar
from system.storage.live_tape import SEGMENT, seal_left_over
from system.storage.tape import TapeReader


def tapes_of_day(folder: Path, day: date, calendar: Calendar) -> list[Path]:
    """Those that begin in the session of `day`, in the order of time. Raises InputError where there is none."""
    seal_left_over(folder)  # those of a run that was killed, or did not take the time
    found = []
    for path in folder.glob("*.parquet"):
        with TapeReader(path) as tape:
            first_ns = int(next(tape.batches(1))["ts_ns"][0])
        if calendar.at(first_ns).day == day:
            found.append((first_ns, path))
    if found:
        return [path for _, path in sorted(found)]
    segments = len(list(folder.glob(f"*{SEGMENT}")))
    being = f"; {segments} still being recorded are sealed when their session is over" if segments else ""
    raise InputError(f"{folder}: no tape of the session of {day}{being}")


def check_day(paths: Sequence[Path], day: date, calendar: Calendar) -> None:
    """Raise InputError where tapes, in the order of time, are of other sessions than that of `day`."""
    with TapeReader(paths[0]) as tape:
        first = calendar.at(int(next(tape.batches(1))["ts_ns"][0])).day
    last = first
    with TapeReader(paths[-1]) as tape:
        for batch in tape.batches():
            last = calendar.at(int(batch["ts_ns"][-1])).day
    if not first <= day <= last:
        span = f"the session of {first}" if first == last else f"sessions from {first} to {last}"
        raise InputError(f"{paths[0]}: {span}; expected that of {day}")
