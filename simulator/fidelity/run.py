"""A replay through the live system: one run over the source for each profile, with what a replay of the core leaves."""

from collections.abc import Iterator, Sequence
from itertools import chain
from time import perf_counter
from typing import Final

import numpy as np
import trio

from simulator.fidelity.guard import no_standstill, nothing_outside
from simulator.fidelity.live import Fidelity, run
from simulator.replay.ledger import Ledger
from simulator.replay.notes import TapeNotes
from simulator.replay.result import Result
from simulator.replay.run import Source, summary_of
from simulator.replay.trader import Trader
from simulator.tws.data.contracts import listed
from simulator.tws.lockstep import seed_scheduler
from simulator.tws.lockstep_clock import LockstepClock
from system.config import Config
from system.domain.confluence import Confluence
from system.domain.errors import BnError, InputError
from system.domain.instrument import ContractMonth
from system.domain.session import Calendar
from system.domain.settings import DAY_S, SECOND_NS, Settings
from system.domain.ticks import GAP, SEED, Batch

PIECE: Final = 8192  # events between two looks at whether it is to go on
SPAN_DAYS: Final = 100  # a clock of floating point seconds tells one nanosecond from the next for so long
FAR: Final = ContractMonth(2199, 12)  # never rolls: a tape without a contract month has no roll


class FidelityError(BnError):
    """The live system complained in a run without faults."""


class LiveReplay:
    """Has the face of `simulator.replay.run.Replay`; a step is a whole profile."""

    def __init__(
        self, source: Source, config: Config, profiles: Sequence[str], *, with_curves: bool, fidelity: Fidelity
    ) -> None:
        self._source = source
        self._fidelity = fidelity
        symbol = source.meta.symbol or None
        self._settings = [config.settings(name, symbol) for name in profiles]
        self._ledgers = [Ledger(settings, with_curves=with_curves) for settings in self._settings]
        self._calendar = Calendar(config.settings().closures)
        self._results: list[Result] = []
        self.load_s = 0.0
        self.summary = summary_of(source)

    def step(self) -> int:
        """Run the next profile; return how many events the tape has, 0 where there is none left, or nothing on it."""
        place = len(self._results)
        if place == len(self._settings):
            return 0
        began, loaded_s = perf_counter(), self.load_s
        settings, ledger = self._settings[place], self._ledgers[place]
        pieces = self._pieces(None if place else TapeNotes(self.summary, self._calendar), settings)
        first = next(pieces, None)
        if first is None:
            trader = Trader(settings, None, with_curves=False)
            self._results.append(trader.result())
            return 0
        month = self._month(int(first["ts_ns"][0]), settings)
        result = simulate(self._fidelity, chain([first], pieces), settings, ledger, month=month)
        result.run_s = perf_counter() - began - (self.load_s - loaded_s)
        self._results.append(result)
        return self.summary.events

    def results(self) -> list[Result]:
        """Those of the profiles that have run, in their order."""
        return list(self._results)

    def _month(self, first_ns: int, settings: Settings) -> ContractMonth:
        """The tape's; else one that does not roll: over the wire the last that is listed."""
        if self._source.meta.contract_month is not None:
            return self._source.meta.contract_month
        if self._fidelity == "actors":
            return FAR
        months = listed(self._calendar.at(first_ns).day).live
        return [each.month for each in months if each.instrument == settings.instrument][-1]

    def _pieces(self, notes: TapeNotes | None, settings: Settings) -> Iterator[Batch]:
        """The source in pieces, looked at once; nothing more once the run is interrupted."""
        stretches, gauge = self._source.open(), SideGauge(settings, self._calendar)
        first_ns = 0
        while True:
            began = perf_counter()
            meta, batch = next(stretches, (self._source.meta, None))
            self.load_s += perf_counter() - began
            if batch is None:
                break
            first_ns = first_ns or int(batch["ts_ns"][0])
            if meta.contract_month != self._source.meta.contract_month:
                raise InputError(f"--fidelity {self._fidelity}: tapes of two contracts; expected one a run")
            self._check(batch, first_ns)
            for start in range(0, len(batch), PIECE):
                if not self.summary.complete:
                    return
                piece = batch[start : start + PIECE]
                if notes is not None:
                    notes.note(piece)
                    gauge.take(piece)
                yield piece
        if notes is not None:
            self.summary.side_agreement = gauge.agreement

    def _check(self, batch: Batch, first_ns: int) -> None:
        if int(batch["ts_ns"][-1]) - first_ns > SPAN_DAYS * DAY_S * SECOND_NS:
            raise InputError(f"--fidelity {self._fidelity}: more than {SPAN_DAYS} days; expected shorter runs")
        if self._fidelity == "wire":
            found = np.flatnonzero((batch["kind"] == GAP) | (batch["kind"] == SEED))
            if len(found):
                row = batch[found[0]]
                what = "gap" if row["kind"] == GAP else "seed"
                raise InputError(
                    f"--fidelity wire: the tape has a {what} at {int(row['ts_ns'])} ns, which TWS has no word for; "
                    "expected none, or --fidelity actors"
                )


class SideGauge:
    """How often the method's sides are the tape's own, which never reach the live system."""

    def __init__(self, settings: Settings, calendar: Calendar) -> None:
        self._core = Confluence(settings)
        self._calendar = calendar
        self._session_ns = 0

    def take(self, batch: Batch) -> None:
        """Read a batch."""
        for segment in self._calendar.segments(batch["ts_ns"]):
            if segment.in_break:
                continue
            if segment.session.open_ns != self._session_ns:
                self._session_ns = segment.session.open_ns
                self._core.begin_session()
            for _ in self._core.read(batch, segment.start, segment.stop):
                pass

    @property
    def agreement(self) -> float | None:
        """The share of the volume whose aggressor is known; None without any."""
        return self._core.side_agreement


def simulate(
    fidelity: Fidelity,
    batches: Iterator[Batch],
    settings: Settings,
    ledger: Ledger,
    *,
    month: ContractMonth,
    mark_ns: int = SECOND_NS,
) -> Result:
    """One guarded run, the same every time. Raises FidelityError where the system had something to complain of."""

    async def play() -> tuple[Result, list[str]]:
        with no_standstill():
            return await run(fidelity, batches, settings, ledger, month=month, mark_ns=mark_ns)

    seed_scheduler(0)
    with nothing_outside():
        try:
            result, faults = trio.run(play, clock=LockstepClock())
        except BaseExceptionGroup as group:
            errors = _leaves(group)
            if isinstance(errors[0], BnError):
                raise errors[0] from None
            raise
    if faults:
        raise FidelityError(f"{fidelity}, {settings.profile.name}: {faults[0]}; {len(faults)} such complaints")
    return result


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
