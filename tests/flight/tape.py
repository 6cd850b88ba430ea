"""Recordings made to order: read whole, changed frame by frame, and written again with right sums."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from system.storage.wire_log import Frame, WireLog, read_wire

Change = Callable[[list[Frame]], list[Frame]]


def frames(path: Path) -> list[Frame]:
    """All of them; frame k is at k - 1."""
    return [frame for _, frame in read_wire(path)]


def written(path: Path, of: Iterable[Frame]) -> Path:
    """A recording of these frames."""
    log = WireLog(path)
    for frame in of:
        log.write(frame)
    log.close()
    return path


def of_json(frame: Frame, change: Callable[[Any], Any]) -> Frame:
    """The frame with other content."""
    content = json.dumps(change(json.loads(frame.data)), sort_keys=True, separators=(",", ":")).encode()
    return Frame(now_ns=frame.now_ns, generation=frame.generation, kind=frame.kind, data=content)
