"""What is compared: what the program did, in the session and in its replay, each in the lane in which order counts."""

import json
from dataclasses import dataclass
from typing import Any, Final

from system.storage.wire_log import Frame

Lane = tuple[str, int | str]

ACTORS: Final = {  # whose word a command is; all others are the order actor's
    **dict.fromkeys(("Dial", "Abort", "Probe", "Subscribe", "Resubscribe"), "watchdog"),
    "AskSeed": "market data",
}
DEEDS: Final = frozenset({"out", "do", "told", "wrote", "unwritten", "began"})
OF_ORDERS: Final = frozenset({"Reconciled", "ContractLeft"})  # what the order actor puts on the road
FROM_OUTSIDE: Final = frozenset({"OperatorAsked", "EntriesHeld"})  # what no part of the replayed program says


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that the replayed program did; `number`: the frame that had been played by then."""

    kind: str
    lane: Lane
    data: bytes
    what: Any
    generation: int
    number: int
    now_ns: int


def lane_of(kind: str, generation: int, name: str) -> Lane:
    """Frames: of a connection. Commands: of an actor. Records: of a kind. The journal is one."""
    if kind == "out":
        return kind, generation
    if kind == "do":
        return kind, ACTORS.get(name, "order")
    return ("wrote", "") if kind == "unwritten" else (kind, name)


def name_of(frame: Frame) -> str:
    """The type of a command or a record; empty for all else."""
    return str(json.loads(frame.data)["is"]) if frame.kind in ("do", "told") else ""


def lane_of_frame(frame: Frame) -> Lane:
    """The lane of what the program did."""
    return lane_of(frame.kind, frame.generation, name_of(frame))
