"""The first difference between a session and its replay, with what led to it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final

from simulator.flight.moment import DEEDS, Done, Lane, lane_of_frame
from simulator.flight.words import KINDS, apart, clock, words
from system.storage.wire_log import Frame

BEFORE: Final = 6  # frames shown that agree
BEFORE_SHOWN: Final = 150  # characters of each
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`frame` is the session's, or, where it has none, the one after which the replay did more."""

    kind: str
    frame: int
    now_ns: int
    generation: int
    session: str
    replay: str
    apart: tuple[str, ...] = field(default=())  # where the two are not the same
    before: tuple[str, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "frame": self.frame,
            "at": clock(self.now_ns),
            "kind": KINDS.get(self.kind, self.kind),
            "connection": self.generation,
            "session": self.session,
            "replay": self.replay,
            "apart": list(self.apart),
            "before": list(self.before),
        }


class DifferentError(Exception):
    """The replay goes another way."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.kind)
        self.difference = difference


def before(number: int, frames: Iterable[tuple[int, Frame]]) -> tuple[str, ...]:
    """What led to a frame, in words."""
    last = deque(takewhile(lambda each: each[0] <= number, frames), maxlen=BEFORE)
    return tuple(f"frame {at} {clock(frame.now_ns)[11:23]} {KINDS[frame.kind]}: {_short(frame)}" for at, frame in last)


def _short(frame: Frame) -> str:
    return words(frame.kind, frame.data, BEFORE_SHOWN)


def missing(number: int, frame: Frame, why: str = "") -> Difference:
    """The session did what the replay does not do."""
    return Difference(
        kind=frame.kind,
        frame=number,
        now_ns=frame.now_ns,
        generation=frame.generation,
        session=words(frame.kind, frame.data),
        replay=why or NOTHING,
    )


def other(number: int, frame: Frame, done: Done) -> Difference:
    """Both did something, and not the same."""
    return Difference(
        kind=frame.kind,
        frame=number,
        now_ns=frame.now_ns,
        generation=frame.generation,
        session=words(frame.kind, frame.data),
        replay=words(done.kind, done.data),
        apart=tuple(apart(frame.kind, frame.data, done.data)) if done.kind == frame.kind else (),
    )


def extra(done: Done) -> Difference:
    """The replay did what the session did not do."""
    return Difference(
        kind=done.kind,
        frame=done.number,
        now_ns=done.now_ns,
        generation=done.generation,
        session=NOTHING,
        replay=words(done.kind, done.data),
    )


def without_like(pending: Iterable[Done], to_come: Iterable[tuple[int, Frame]]) -> list[Done]:
    """Of what the replay has done ahead of its place: what has no like in what is to come."""
    lanes: dict[Lane, deque[Done]] = {}
    for done in pending:
        lanes.setdefault(done.lane, deque()).append(done)
    for _, frame in to_come:
        if not any(lanes.values()):
            break
        if frame.kind in DEEDS and (waiting := lanes.get(lane_of_frame(frame))) and _are_alike(waiting[0], frame):
            waiting.popleft()
    return [done for waiting in lanes.values() for done in waiting]


def _are_alike(done: Done, frame: Frame) -> bool:
    return done.kind == frame.kind and (done.kind == "told" or done.data == frame.data)
