"""The live tape as the actors see it: a disk that takes no more halts entries once, and never the actors."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import trio

from system.actors.ports import Clock, Log, Post
from system.domain.errors import InputError, StorageError
from system.domain.road import ContractTold, OperatorAsked
from system.domain.session import Calendar
from system.domain.ticks import Batch
from system.storage.live_tape import LiveTape, Sealed, seal_left_over
from system.storage.tape_meta import TapeMeta

LOOK_S: Final = 1.0
SEAL_S: Final = 10.0  # at the end of the program; what is not done by then is done at the next start

Seal = Callable[[Path], Awaitable[list[Sealed]]]


async def seal_aside(folder: Path) -> list[Sealed]:
    """By a thread of its own: it may take seconds."""
    return await trio.to_thread.run_sync(seal_left_over, folder, abandon_on_cancel=True)


class Recorder:
    """A segment for each session and contract. `seal` seals those that are over; it raises as `seal_left_over` does."""

    def __init__(
        self,
        folder: Path,
        symbol: str,
        *,
        calendar: Calendar,
        clock: Clock,
        post: Post,
        log: Log,
        seal: Seal = seal_aside,
    ) -> None:
        self.has_failed = False
        self._folder = folder
        self._symbol = symbol
        self._calendar = calendar
        self._clock = clock
        self._post = post
        self._log = log
        self._seal_over = seal
        self._meta = TapeMeta(symbol=symbol, source="bn live")
        self._tape = LiveTape(folder, self._meta)
        self._session_ns = calendar.at(clock()).open_ns

    def contract(self, contract: ContractTold) -> None:
        """What the events from now on are of."""
        meta = TapeMeta(symbol=self._symbol, contract_month=contract.month, source="bn live")
        if meta != self._meta:
            self._meta = meta
            self._try(lambda now_ns: self._tape.leave(now_ns, meta))

    def record(self, batch: Batch, now_ns: int) -> None:
        """Append events. What comes before the contract is known is of no market."""
        if self._meta.contract_month is None:
            return
        self._try(lambda _: self._tape.record(batch, now_ns))

    async def run(self) -> None:
        """Each second: to the system what is in memory; after a session, its tape."""
        await self._seal()
        while True:
            await trio.sleep(LOOK_S)
            self._try(self._tape.flush_due)
            session = self._calendar.at(self._clock())
            if session.open_ns != self._session_ns:
                self._session_ns = session.open_ns
                self._try(self._tape.leave)
                await self._seal()

    async def end(self, within_s: float = SEAL_S) -> None:
        """Seal what there is, if it does not take longer."""
        self._try(self._tape.leave)
        with trio.move_on_after(within_s):
            await self._seal()

    async def _seal(self) -> None:
        try:
            sealed = await self._seal_over(self._folder)
        except (InputError, StorageError) as error:
            self._log("tape_not_sealed", text=str(error))
            return
        for tape in sealed:
            self._log("tape_sealed", **_words(tape))

    def _try(self, work: Callable[[int], object]) -> None:
        if self.has_failed:
            return
        try:
            work(self._clock())
        except StorageError as error:
            self.has_failed = True
            self._log("alert", name="recording_failed", text=f"{error}: no more entries; nothing more is recorded")
            self._post(OperatorAsked(now_ns=self._clock(), what="halt", reason="the tape cannot be recorded"))


def _words(sealed: Sealed) -> dict[str, object]:
    return {
        "tape": sealed.tape.name if sealed.tape else "",
        "events": sealed.events,
        "lost_bytes": sealed.lost_bytes,
        "problem": sealed.problem,
    }
