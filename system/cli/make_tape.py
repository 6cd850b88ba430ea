"""Synthetic sessions into a tape file: where the simulator's flow meets the storage."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from simulator.flow.parameters import Flow
    from system.storage.tape import TapeMeta

Preset = Annotated[
    str | None,
    typer.Option("--preset", metavar="P", help="calm, normal, volatile, trend-up or trend-down [normal]."),
]
FlowFile = Annotated[
    Path | None, typer.Option("--flow", metavar="F", help="Parameters and events of the synthetic market, TOML.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written; times in nanoseconds UTC."""

    meta: "TapeMeta"
    days: "list[date]"
    quotes: int
    trades: int
    first_ts_ns: int
    last_ts_ns: int

    @property
    def events(self) -> int:
        return self.quotes + self.trades


def make_tape(out: Path, seed: int, count: int, first_day: "date | None", flow: "Flow") -> Made:
    """Write `count` sessions from `first_day` on. Raises InputError where the calendar ends or `out` cannot be."""
    import numpy as np

    from simulator.flow.sessions import sessions, trading_days
    from system.domain.errors import InputError
    from system.domain.ticks import TRADE
    from system.storage.tape import TapeWriter

    try:
        days = trading_days(first_day, count)
    except ValueError as error:
        raise InputError(f"--start, --sessions: {error}") from error
    meta = _meta(days, seed)
    events, trades, first_ns, last_ns = 0, 0, 0, 0
    with TapeWriter(out, meta) as tape:
        for batch in sessions(seed=seed, count=count, first_day=days[0], flow=flow):
            tape.write(batch)
            first_ns = first_ns if events else int(batch["ts_ns"][0])
            last_ns = int(batch["ts_ns"][-1])
            events += len(batch)
            trades += int(np.count_nonzero(batch["kind"] == TRADE))
    return Made(meta=meta, days=days, quotes=events - trades, trades=trades, first_ts_ns=first_ns, last_ts_ns=last_ns)


def _meta(days: "list[date]", seed: int) -> "TapeMeta":
    """A tape over a roll date is one continuous series: it names no contract month, and so has no roll."""
    from system.domain.instrument import front_month
    from system.domain.settings import Settings
    from system.storage.tape import TapeMeta

    first, last = (front_month(day, Settings().roll_days) for day in (days[0], days[-1]))
    return TapeMeta(symbol="ES", contract_month=first if first == last else None, source="synthetic", seed=seed)
