"""Plays a recorded run to the program, frame by frame, and holds what the program does against what it did.

Frames are of two sorts. What came from outside (bytes, clock marks, ends of waits and of connections, an operator's
words) is handed over at its place. What the program did (bytes, commands, records of its own, journal) is waited for
at its place: until every task is blocked, no longer. Nothing runs by a clock, so the order in which things happened is
the recording's, whatever happened within one millisecond.

What the program does ahead of its place (tasks run as soon as they can) is kept until then. So a command reaches the
broker, and a record the road, where it did in the session; that is also where it gets its time. What follows from a
frame within the same call (the bytes of a command, a probe at a clock mark) has to follow it in the session at once.
"""

import json
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import trio
import trio.testing

from simulator.flight.difference import Difference, DifferentError, before, extra, missing, other, without_like
from simulator.flight.moment import DEEDS, FROM_OUTSIDE, WATCHDOG, Done, Lane, lane_of, lane_of_frame, name_of
from simulator.flight.session import Recorded
from simulator.flight.stand_ins import Broker, Clock
from system.domain.errors import InputError
from system.domain.link_events import Abort, Dial
from system.domain.order_events import Journal
from system.domain.road import BrokerCommand, EntriesHeld, OperatorAsked, Packet
from system.domain.settings import SECOND_NS
from system.storage.masking import mask_bytes
from system.storage.wire_log import Frame
from system.wiring.spelling import read, spelled

ROAD_MAX: Final = 64  # packets handed over before the program is let run
SPEAKERS: Final = {each.__name__: each for each in (OperatorAsked, EntriesHeld)}
FROM_ACTORS: Final = ("slept", "late")  # what they have learnt meanwhile
END_NS: Final = SECOND_NS  # what was begun within it before the end may not have been done any more
WOKEN: Final = 2  # turns of the scheduler, within which a task that was woken has gone on
STEP_S: Final = 1e-6  # of trio's clock, to show that the replay goes on


class Driver:
    """`meet` the broker first. `start` begins the actors."""

    def __init__(self, run: Recorded, clock: Clock, start: Callable[[], None]) -> None:
        self.frame = Frame(now_ns=run.began_ns, generation=0, kind="head", data=b"")  # the one in hand
        self.number = 0
        self.compared = 0
        self.journal: list[Journal] = []  # what the session wrote too
        self.ended: BaseException | None = None  # what the actors have ended with
        self.failed = ""  # an actor that has
        self.has_failed = False  # one had, in the session
        self._run = run
        self._clock = clock
        self._start = start
        self._done: defaultdict[Lane, deque[Done]] = defaultdict(deque)
        self._due: deque[Done] = deque()  # of those, what has to come next
        self._at_once: list[Done] | None = None  # what is done within a call of ours

    def meet(self, broker: Broker) -> None:
        """Who is driven."""
        self._broker = broker

    # what the program does

    def did(self, kind: str, generation: int, what: Any) -> None:
        """Keep it until its place."""
        name = type(what).__name__ if kind in ("do", "told") else ""
        done = Done(
            kind=kind,
            lane=lane_of(kind, generation, name),
            data=mask_bytes(what if isinstance(what, bytes) else b"" if what is None else spelled(what)),
            what=what,
            generation=generation,
            number=self.number,
            now_ns=self.frame.now_ns,
        )
        self._done[done.lane].append(done)
        if self._at_once is not None:
            self._at_once.append(done)

    def wired(self, generation: int, kind: str, _now_ns: int, what: object) -> None:
        """What the broker shows: bytes that leave. The rest is ours, or comes by other ways."""
        if kind == "out":
            self.did(kind, generation, what)

    # the recording

    async def play(self) -> None:
        """To its end. Raises DifferentError."""
        for number, frame in self._run.read():
            self.number, self.frame = number, frame
            if frame.kind == "began" and self._clock.began_ns:
                self.has_failed = True
                return  # what was in its hands is in no recording
            self._check_due(frame)
            if frame.kind == "ended":
                await self._settle()
                self._check_end(number, frame)
                break
            if frame.kind == "told" and name_of(frame) in FROM_OUTSIDE:
                self._broker.enter(Packet(now_ns=frame.now_ns, records=(self._said(number, frame),)))
            elif frame.kind in DEEDS:
                await self._expect(number, frame)
            else:
                await self._hand_over(number, frame)
            if self._broker.waiting > ROAD_MAX:
                await self._settle()
        else:
            await self._settle()
        self._check_rest()

    async def _settle(self) -> None:
        clock = trio.lowlevel.current_clock()
        assert isinstance(clock, trio.testing.MockClock)
        clock.jump(STEP_S)
        await trio.testing.wait_all_tasks_blocked()

    async def _hand_over(self, number: int, frame: Frame) -> None:
        broker, generation = self._broker, frame.generation
        match frame.kind:
            case "mark":  # the watchdog had taken all that there was, and acted at once
                broker.enter(Packet(now_ns=frame.now_ns, records=()))
                await self._settle()
                self._due.extend(self._done["actor", WATCHDOG])
            case "alarm":
                what = self._content(number, frame)
                if not broker.wake(generation, what):
                    await self._settle()
                    broker.wake(generation, what)  # nobody waits where the connection is over: nothing follows from it
                for _ in range(WOKEN):
                    await trio.lowlevel.checkpoint()
            case "in" | "made" | "failed" | "lost":
                if generation not in broker.connections:
                    await self._settle()
                if generation not in broker.connections:
                    self._differ_by_missing(number, frame)
                with self._watched():
                    self._connect(number, frame)
            case _:
                pass  # it is asked for

    def _connect(self, number: int, frame: Frame) -> None:
        connection = self._broker.connections[frame.generation]
        if frame.kind == "in":
            connection.data_received(frame.data)
            return
        if frame.kind != "lost" and (connection.dialled is None or connection.dialled.done()):
            self._differ_by_missing(number, frame)
        if frame.kind == "made":
            connection.made()
            return
        told = self._content(number, frame)
        if frame.kind == "failed":
            connection.failed(told["errno"], told["text"])
        else:
            connection.lost(told["text"], told["broken"])

    # comparing

    async def _expect(self, number: int, frame: Frame) -> None:
        """What the program did then, it does now."""
        lane = lane_of_frame(frame)
        if frame.kind == "began":
            self._clock.began_ns = frame.now_ns
            self._start()
        if not self._done[lane]:
            await self._settle()
        if not self._done[lane]:
            self._differ_by_missing(number, frame)
        done = kept = self._due.popleft() if self._due else self._done[lane][0]
        if done.kind == "told":
            record = replace(done.what, now_ns=frame.now_ns)
            done = replace(done, what=record, data=mask_bytes(spelled(record)))
        if done.kind != frame.kind or done.data != frame.data:
            self._differ(number, frame, done)
        self._done[lane].remove(kept)
        self.compared += 1
        if done.kind == "wrote":
            self.journal += [Journal(kind=kind, now_ns=now_ns, payload=payload) for kind, now_ns, payload in done.what]
        if frame.kind == "do":
            with self._watched():
                self._do(done.what)
        elif frame.kind == "told":
            self._broker.enter(Packet(now_ns=frame.now_ns, records=(done.what,)))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """What is done within has to come next, before what was due already."""
        self._at_once = []
        yield
        self._due.extendleft(reversed(self._at_once))
        self._at_once = None

    def _check_due(self, frame: Frame) -> None:
        """The session has done next what was due."""
        if self._due and frame.kind not in FROM_ACTORS:
            due = self._due[0]
            if frame.kind not in DEEDS or lane_of_frame(frame) != due.lane:
                raise self._different(extra(due))

    def _do(self, command: BrokerCommand) -> None:
        """A connection that is given up by it says and sends nothing more: so what it had ready is no part of it."""
        self._broker.do(command)
        if isinstance(command, Abort | Dial):
            last = command.generation - isinstance(command, Dial)
            for lane, waiting in self._done.items():
                if lane[0] in ("out", "told"):
                    kept = [done for done in waiting if done.generation > last]
                    waiting.clear()
                    waiting.extend(kept)

    def _differ(self, number: int, frame: Frame, done: Done) -> None:
        first = self._first_extra(number, {done.lane})
        if first is None or first.number >= done.number:
            raise self._different(other(number, frame, done))
        raise self._different(extra(first))

    def _differ_by_missing(self, number: int, frame: Frame) -> None:
        first = self._first_extra(number, set())
        if first is None:
            raise self._different(missing(number, frame, self._failure()))
        raise self._different(extra(first))

    def _first_extra(self, number: int, without: set[Lane]) -> Done | None:
        """The first thing that the replay has done and the session has not, the lane in hand aside."""
        pending = [done for lane, waiting in self._done.items() if lane not in without for done in waiting]
        to_come = (each for each in self._run.read() if each[0] >= number)
        return min(without_like(pending, to_come), key=lambda done: done.number, default=None)

    def _different(self, found: Difference) -> DifferentError:
        return DifferentError(replace(found, before=before(found.frame, self._run.read())))

    def _failure(self) -> str:
        if self.ended is not None:
            return f"nothing: it has ended: {type(self.ended).__name__}: {self.ended}"
        return f"nothing: {self.failed}" if self.failed else ""

    def _check_end(self, number: int, frame: Frame) -> None:
        """A run that ended by itself does so again, and for the same reason."""
        told = self._content(number, frame)
        ended = "" if self.ended is None else type(self.ended).__name__
        if told["error"] != ended:
            raise self._different(missing(number, frame, self._failure()))

    def _check_rest(self) -> None:
        """Nothing may be left but what the session may have been about to do as it ended."""
        rest = [done for waiting in self._done.values() for done in waiting]
        early = [done for done in rest if done.now_ns < self.frame.now_ns - END_NS]
        if early:
            raise self._different(extra(min(early, key=lambda done: done.number)))

    # reading

    def _content(self, number: int, frame: Frame) -> Any:
        try:
            return json.loads(frame.data)
        except ValueError:
            raise InputError(f"{self._run.path}: frame {number}: {frame.kind}: expected JSON") from None

    def _said(self, number: int, frame: Frame) -> Any:
        try:
            return read(SPEAKERS[name_of(frame)], self._content(number, frame))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{self._run.path}: frame {number}: {frame.kind}: cannot be read: {error}") from None
