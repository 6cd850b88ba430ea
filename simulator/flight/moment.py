"""What is compared: what the program did, in the session and in its replay, each in the lane in which order counts."""

import json
from dataclasses import dataclass
from typing import Any, Final

from system.storage.wire_log import Frame

Lane = tuple[str, int | str]

ORDER: Final = "order"
WATCHDOG: Final = "watchdog"
ACTORS: Final = {  # whose word a command is; all others are the order actor's
    **dict.fromkeys(("Dial", "Abort", "Probe", "Subscribe", "Resubscribe"), WATCHDOG),
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
    """What goes out: of a connection. Commands, journal, what the order actor says: of an actor. Records: of a kind."""
    if kind == "out":
        return kind, generation
    if kind == "do":
        return "actor", ACTORS.get(name, ORDER)
    if kind in ("wrote", "unwritten") or name in OF_ORDERS:
        return "actor", ORDER
    return kind, name


def name_of(frame: Frame) -> str:
    """The type of a command or a record; empty for all else."""
    return str(json.loads(frame.data)["is"]) if frame.kind in ("do", "told") else ""


def lane_of_frame(frame: Frame) -> Lane:
    """The lane of what the program did."""
    return lane_of(frame.kind, frame.generation, name_of(frame))
