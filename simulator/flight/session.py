"""Recordings as they are found on disk: which there are, whole, and what each began with."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from system.domain.errors import InputError
from system.storage.wire_log import Frame, read_wire

SUFFIX: Final = ".wire"
SHOWN_MAX: Final = 60  # characters


def _texts(*names: str) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, dict) and all(isinstance(found.get(name), str) for name in names)


def _is_pair(found: Any) -> bool:
    return isinstance(found, list) and len(found) == 2 and all(type(each) is int for each in found)


def _is_record(found: Any) -> bool:
    kinds = (str, int, dict)
    return isinstance(found, list) and len(found) == 3 and all(map(isinstance, found, kinds))


SHAPES: Final[Mapping[str, Callable[[Any], bool]]] = {  # of JSON, by kind of frame
    "do": _texts("is"),
    "told": _texts("is"),
    "failed": lambda found: _texts("text")(found) and type(found.get("errno")) is int,
    "lost": _texts("text", "broken"),
    "alarm": lambda found: isinstance(found, str),
    "wrote": lambda found: isinstance(found, list) and all(map(_is_record, found)),
    "unwritten": lambda found: isinstance(found, str),
    "slept": _is_pair,
    "late": _is_pair,
    "ended": _texts("error", "text"),
}


@dataclass(slots=True, kw_only=True)
class Recorded:
    """One run of the program: a file. What it learnt by asking, by how many times it had asked; see `RecordedClock`."""

    path: Path
    head: dict[str, Any]
    began_ns: int
    ended_ns: int
    frames: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    slept_ns: dict[int, int] = field(default_factory=dict)
    late_ns: dict[int, int] = field(default_factory=dict)
    unwritten: dict[int, str] = field(default_factory=dict)  # why, by number of the write
    events: int = 0  # in the journal
    end: dict[str, str] | None = None  # None: it was killed, or is running

    @property
    def account(self) -> str:
        """Whose, as far as it is told."""
        return str(self.head["account"])

    @property
    def seq(self) -> int:
        """The number of the last event in the journal that it began with."""
        return int(self.head["journal"]["seq"])

    def read(self) -> Iterator[tuple[int, Frame]]:
        """Its frames with their numbers."""
        return read_wire(self.path)


def find(paths: Sequence[Path]) -> list[Recorded]:
    """The runs in files and folders, each read through once, in the order of their journal. Raises InputError.

    Not of time: the machine's clock may have been set back.
    """
    files: list[Path] = []
    for path in paths:
        found = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not found:
            raise InputError(f"{path}: no recording here; expected files of bn live --record-wire, *{SUFFIX}")
        files += found
    return sorted(
        (look_through(path) for path in dict.fromkeys(files)), key=lambda run: (run.account, run.seq, run.began_ns)
    )


def look_through(path: Path) -> Recorded:
    """A file's sums checked, and what has to be known before it is played. Raises InputError."""
    run: Recorded | None = None
    number = 0
    for number, frame in read_wire(path):
        if run is None:
            if frame.kind != "head":
                raise InputError(f"{path}: frame 1 is {frame.kind!r}; expected what the run began with")
            head = content(path, number, frame)
            run = _begun(path, head, frame.now_ns)
        run.frames, run.ended_ns = number, frame.now_ns
        run.counts[frame.kind] += 1
        _take(run, number, frame)
    if run is None:
        raise InputError(f"{path}: nothing was recorded; expected at least what the run began with")
    return run


def _begun(path: Path, head: Any, now_ns: int) -> Recorded:
    run = Recorded(path=path, head=head, began_ns=now_ns, ended_ns=now_ns)
    try:
        is_whole = run.seq >= 0 and isinstance(head["version"], str) and isinstance(run.account, str)
    except (KeyError, TypeError, ValueError):
        is_whole = False
    if not is_whole:
        raise InputError(f"{path}: frame 1: expected what a run began with")
    return run


def _take(run: Recorded, number: int, frame: Frame) -> None:
    if frame.kind not in SHAPES:
        return
    found = content(run.path, number, frame)
    if not SHAPES[frame.kind](found):
        raise InputError(f"{run.path}: frame {number}: {frame.kind}: {str(found)[:SHOWN_MAX]}: not what was expected")
    match frame.kind:
        case "slept":
            run.slept_ns[found[0]] = found[1]
        case "late":
            run.late_ns[found[0]] = found[1]
        case "wrote":
            run.events += len(found)
        case "unwritten":
            run.unwritten[run.counts["wrote"] + run.counts["unwritten"]] = found
        case "ended":
            run.end = found
        case _:
            pass


def content(path: Path, number: int, frame: Frame) -> Any:
    """A frame's JSON. Raises InputError."""
    try:
        return json.loads(frame.data)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: frame {number}: {frame.kind}: expected JSON") from None
