"""The document that `bn sim --json` prints. Its names are a contract: scripts depend on them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from simulator.replay.result import Result, TapeSummary
from simulator.report.figures import figures


def document(tape: TapeSummary, results: Sequence[Result], load_s: float) -> dict[str, Any]:
    """Everything a script wants to know of a run, as JSON takes it. `load_s`: seconds before the first event."""
    return {
        "tape": {**asdict(tape), "sessions": [day.isoformat() for day in tape.sessions]},
        "profiles": [_profile(tape, result, load_s) for result in results],
    }


def _profile(tape: TapeSummary, result: Result, load_s: float) -> dict[str, Any]:
    found = figures(result)
    return {
        "profile": result.profile.name,
        "events": tape.events,
        "trades_on_tape": tape.trades,
        "evaluated": result.evaluated,
        "signals": found.signals,
        "longs": found.longs,
        "shorts": found.signals - found.longs,
        "denied": found.denied,
        "score": dict(zip(("min", "max", "mean"), result.score, strict=True)) if result.score else None,
        "patterns": dict(result.patterns),
        "round_trips": found.round_trips,
        "wins": found.wins,
        "net_usd": found.net_cents / 100,
        "max_drawdown_usd": found.max_drawdown_cents / 100,
        "open_at_end": asdict(result.open_at_end) if result.open_at_end else None,
        "decision_hash": result.decision_hash,
        "elapsed_s": {"load": load_s, "run": result.run_s},
    }
