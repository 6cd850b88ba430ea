"""The first difference between a session and its replay, with what led to it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
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


class Track:
    """The last frames that agree, for the context."""

    def __init__(self) -> None:
        self._last: deque[tuple[int, Frame]] = deque(maxlen=BEFORE)

    def note(self, number: int, frame: Frame) -> None:
        """One more."""
        self._last.append((number, frame))

    def lines(self, up_to: int) -> tuple[str, ...]:
        """In words."""
        return tuple(
            f"frame {number} {clock(frame.now_ns)[11:23]} {KINDS[frame.kind]} {words(frame.kind, frame.data, BEFORE_SHOWN)}"
            for number, frame in self._last
            if number <= up_to
        )


def missing(number: int, frame: Frame, track: Track, why: str = "") -> Difference:
    """The session did what the replay does not do."""
    return Difference(
        kind=frame.kind,
        frame=number,
        now_ns=frame.now_ns,
        generation=frame.generation,
        session=words(frame.kind, frame.data),
        replay=why or NOTHING,
        before=track.lines(number),
    )


def other(number: int, frame: Frame, done: Done, track: Track) -> Difference:
    """Both did something, and not the same."""
    return Difference(
        kind=frame.kind,
        frame=number,
        now_ns=frame.now_ns,
        generation=frame.generation,
        session=words(frame.kind, frame.data),
        replay=words(done.kind, done.data),
        apart=tuple(apart(frame.kind, frame.data, done.data)) if done.kind == frame.kind else (),
        before=track.lines(number),
    )


def extra(done: Done, track: Track) -> Difference:
    """The replay did what the session did not do."""
    return Difference(
        kind=done.kind,
        frame=done.number,
        now_ns=done.now_ns,
        generation=done.generation,
        session=NOTHING,
        replay=words(done.kind, done.data),
        before=track.lines(done.number),
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
