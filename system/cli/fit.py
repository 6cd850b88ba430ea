"""`bn tape fit`: from recorded tapes to a flow file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from system.domain.errors import InputError

if TYPE_CHECKING:
    from simulator.flow.fit import Fit, Progress
    from simulator.flow.meter import Meter


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A flow file that was written."""

    out: Path
    tapes: list[Path]
    symbol: str
    sessions: list[str]
    hours: float
    prints: int
    fit: "Fit"

    def header(self) -> str:
        """What the file says of itself; names without folders, so that the same tapes give the same file."""
        days = f"{len(self.sessions)}, {self.sessions[0]} to {self.sessions[-1]}"
        return "\n".join(
            [
                "A synthetic market like that of recorded tapes.",
                *(f"tape: {path.name}" for path in self.tapes),
                f"market: {self.symbol}",
                f"sessions: {days}; {self.hours:.1f} hours covered",
                f"prints: {self.prints}",
                "What is kept stands as a comment, with the value of the preset normal.",
            ]
        )

    def as_json(self) -> dict[str, object]:
        from dataclasses import asdict

        parameters = asdict(self.fit.flow.parameters)
        return {
            "path": str(self.out),
            "tapes": [str(path) for path in self.tapes],
            "symbol": self.symbol,
            "sessions": self.sessions,
            "hours": round(self.hours, 3),
            "prints": self.prints,
            "measured": {
                name: {
                    "value": parameters[name],
                    "what": self.fit.measured[name],
                    **({"wanted": each.wanted, "reached": each.reached} if each else {}),
                }
                for name in self.fit.measured
                for each in (self.fit.figures.get(name),)
            },
            "kept": self.fit.kept,
        }

    def as_text(self) -> str:
        parameters = self.fit.flow.parameters
        lines = [
            f"  {name:<20}{'' if name == 'half_hours' else f'{getattr(parameters, name):<10.5g}  '}{note}"
            for name, note in self.fit.measured.items()
        ]
        sessions = f"{len(self.sessions)} session{'' if len(self.sessions) == 1 else 's'}"
        return "\n".join([f"{self.out}: from {sessions}, {self.hours:.1f} hours, {self.prints:,} prints", *lines])


def fit_tapes(tapes: list[Path], out: Path) -> Fitted:
    """Measure, fit, write; say on standard error what kept its default for want of data."""
    from simulator.flow.fit import fit
    from simulator.flow.flow_text import flow_text
    from system.storage.atomic_file import atomic_file, check_outputs

    check_outputs([out], tapes)
    meter, symbol = _measure(tapes)
    with _bar() as progress:
        try:
            done = fit(meter, progress)
        except InputError as error:
            raise InputError(f"{', '.join(map(str, tapes))}: {error}") from None
    fitted = Fitted(
        out=out,
        tapes=tapes,
        symbol=symbol,
        sessions=sorted(meter.days),
        hours=float(meter.sums["seconds"].sum() / 3600),
        prints=int(meter.sums["prints"].sum()),
        fit=done,
    )
    with atomic_file(out) as file:
        file.write(flow_text(done.flow, fitted.header(), done.measured, done.kept).encode())
    for name, why in done.kept.items():
        if "too little data" in why:
            sys.stderr.write(f"bn: {name} {why}\n")
    return fitted


def _measure(tapes: list[Path]) -> "tuple[Meter, str]":
    """What the tapes show, and of which market. Raises InputError for tapes of several contracts."""
    from simulator.flow.meter import Meter
    from system.storage.tape import read_stretches

    meter, first = Meter(), None
    for meta, batch in read_stretches(tapes):
        first = first or meta
        names = [f"{each.symbol} {each.contract_month or ''}".strip() for each in (first, meta)]
        if names[0] != names[1]:
            raise InputError(f"tapes of {names[0] or 'unknown'} and of {names[1] or 'unknown'}; expected one contract")
        meter.add(batch)
    assert first is not None  # a tape without any event is refused
    return meter, f"{first.symbol or 'unknown'} {first.contract_month or ''}".strip()


@contextmanager
def _bar() -> "Iterator[Progress]":
    """Progress on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fitting")
        yield lambda done, total: bar.update(task, completed=done, total=total)
