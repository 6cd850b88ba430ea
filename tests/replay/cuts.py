"""`ops/parity`: ten cuts of synthetic sessions through core, actors and wire, with what an event costs in each."""

import json
import sys
from dataclasses import dataclass, replace
from time import process_time
from typing import Any

import numpy as np

from simulator.fidelity.live import Fidelity
from simulator.fidelity.run import FidelityError
from simulator.replay.result import Result
from system.domain.profile import PROFILES
from system.domain.settings import Settings
from tests.replay.parity import compared, core, live, stretch

MINUTES = 30.0
MS = 1_000_000


@dataclass(frozen=True)
class Cut:
    """`at` is where the cut begins, or its middle where `around`, on New York's clock of the session `day`."""

    day: str
    at: str
    profile: str = "final"
    contracts: int = 1
    latency_ms: int = 50
    around: bool = False
    more_minutes: int = 0
    seed: int = 1


CUTS = {
    "the open": Cut("2024-03-19", "09:30"),
    "the open, seven contracts": Cut("2024-03-20", "09:30", "legacy", 7, seed=2),
    "the entry hours' beginning": Cut("2024-03-21", "09:35", "adaptive", 7, latency_ms=1, around=True, seed=3),
    "noon": Cut("2024-03-19", "12:00", "adaptive"),
    "the flatten": Cut("2024-03-19", "15:50", "legacy", 1, around=True),
    "the flatten, seven contracts": Cut("2024-03-20", "15:50", "final", 7, latency_ms=1, around=True, seed=2),
    "the break": Cut("2024-03-19", "17:30", "legacy", 7, around=True, more_minutes=60),
    "the first day of summer time": Cut("2024-03-11", "09:35", "final", around=True, seed=4),
    "the first day of winter time": Cut("2024-11-04", "15:50", "legacy", 7, around=True, seed=5),
    "the night": Cut("2024-03-19", "03:00", "final"),
}


def play(cut: Cut, minutes: float) -> dict[str, Any]:
    """One cut three times: counts, what differs, and microseconds of the processor's per event."""
    length = minutes + cut.more_minutes
    hours, minute = map(int, cut.at.split(":"))
    begin = hours * 60 + minute - (length / 2 if cut.around else 0)
    tape = stretch(cut.day, f"{int(begin // 60)}:{int(begin % 60)}", length, cut.seed)
    settings = replace(
        Settings(),
        profile=PROFILES[cut.profile],
        contracts=cut.contracts,
        order_latency_ns=cut.latency_ms * MS,
        max_daily_loss_cents=500_000,
    )
    took, results = {}, {}
    for fidelity in ("core", "actors", "wire"):
        began = process_time()
        results[fidelity] = run(fidelity, tape, settings)
        took[fidelity] = round((process_time() - began) / len(tape) * 1e6, 2)
    expected = results["core"]
    assert isinstance(expected, Result)
    found = {
        "events": len(tape),
        "instants": len(np.unique(tape["ts_ns"])),
        "signals": len(expected.signals),
        "fills": len(expected.fills),
        "us_per_event": took,
    }
    wrong = {name: differs(result, expected) for name, result in results.items()}
    return found | {"differs": {name: why for name, why in wrong.items() if why}}


def run(fidelity: str, tape: Any, settings: Settings) -> Result | str:
    """The result, or why there is none."""
    if fidelity == "core":
        return core([tape], settings)
    one: Fidelity = "actors" if fidelity == "actors" else "wire"
    try:
        return live(one, [tape], settings)
    except FidelityError as error:
        return str(error)


def differs(result: Result | str, expected: Result) -> str:
    """The first difference in words, or nothing."""
    if isinstance(result, str):
        return result
    for what in ("signals", "fills"):
        for ours, theirs in zip(getattr(result, what), getattr(expected, what), strict=False):
            if ours != theirs:
                return f"{what}: {ours}, the core's: {theirs}"
    ours, theirs = compared(result), compared(expected)
    return ", ".join(name for name in theirs if ours[name] != theirs[name])


def main() -> int:
    """Every cut; 1 where one differs."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    found = {}
    for name, cut in CUTS.items():
        found[name] = play(cut, minutes)
        sys.stderr.write(f"{name}: {json.dumps(found[name])}\n")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return int(any(one["differs"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
