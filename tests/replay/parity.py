"""The same tape through the core, the actors and the wire, and everything that has to be the same."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from simulator.fidelity.live import Fidelity
from simulator.fidelity.run import FAR, simulate
from simulator.flow.sessions import sessions
from simulator.replay.ledger import Ledger
from simulator.replay.result import Result
from simulator.replay.trader import Trader
from system.domain.instrument import ContractMonth
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.domain.ticks import Batch

LISTED = ContractMonth(2024, 12)  # at the mock TWS, through all of the tests' year, and not rolling in it


def core(batches: Iterable[Batch], settings: Settings, month: ContractMonth | None = None) -> Result:
    """By the decisions alone."""
    trader = Trader(settings, month, with_curves=True)
    for batch in batches:
        trader.take(batch)
    return trader.result()


def live(
    fidelity: Fidelity,
    batches: Iterable[Batch],
    settings: Settings,
    month: ContractMonth | None = None,
    *,
    mark_ns: int = SECOND_NS,
) -> Result:
    """By the live system."""
    ledger = Ledger(settings, with_curves=True)
    month = month or (FAR if fidelity == "actors" else LISTED)
    return simulate(fidelity, iter(batches), settings, ledger, month=month, mark_ns=mark_ns)


def compared(result: Result) -> dict[str, Any]:
    """All that `bn sim` prints and draws, but how long it took."""
    found = asdict(result)
    del found["run_s"]
    curves = found.pop("curves")
    return found | {name: rows.tobytes() for name, rows in curves.items()}


def assert_parity(ours: Result, cores: Result) -> None:
    """Equal in everything, and never halted."""
    assert "halted" not in {signal.outcome for signal in ours.signals}
    assert ours.signals == cores.signals
    assert ours.fills == cores.fills
    assert compared(ours) == compared(cores)


@cache
def _two_days(name: str, seed: int) -> Batch:
    """A whole synthetic session, and the one after it."""
    first = date.fromisoformat(name)
    return np.concatenate([batch.copy() for batch in sessions(seed=seed, count=2, first_day=first)])


def stretch(name: str, start: str, minutes: float, seed: int = 1) -> Batch:
    """A cut of the session of that name, or the evening after it, from a time of New York's clock on."""
    hours, minute = map(int, start.split(":"))
    begin_ns = Calendar().session(date.fromisoformat(name)).break_ns + ((hours - 17) * 60 + minute) * 60 * SECOND_NS
    batch = _two_days(name, seed)
    cut: Batch = batch[(batch["ts_ns"] >= begin_ns) & (batch["ts_ns"] < begin_ns + round(minutes * 60) * SECOND_NS)]
    return cut
