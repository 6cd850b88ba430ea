"""The benchmarks behind `ops/bench`: one JSON document of figures, ratios measured within the run.

ops/bench            everything that needs no tape (some minutes)
ops/bench core       the decision core and the exchange against the yardstick
ops/bench process    whole processes: help, warm, cold, memory and time at 1 and 10 million events
ops/bench flow       the synthetic market: speed, a session to Parquet, memory, the bands of real ES over ten seeds
ops/bench symmetry   the synthetic market again: long shares and moves after entries over a hundred sessions
ops/bench tws        the mock TWS: ticks a second over TCP, virtual against real time
ops/bench latency      from a tick's bytes to a bracket's last byte over TCP, against a bare ib_insync callback; a burst
ops/bench realism TAPE_A TAPE_B
                     how well a classifier tells minutes of tape A (real) from like minutes of tape B (synthetic)
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "ops"))

MILLION = 1_000_000
SEED = 7
TIMES = 7
PEERS_NS = {"hftbacktest": 250, "plain Python": 1000, "NautilusTrader": 7600}  # per event, a like strategy
MEASURED_CHILD = """
import json, resource, subprocess, sys, time
began = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
assert status.returncode == 0, status.stderr.decode()
print(json.dumps([time.perf_counter() - began, usage.ru_maxrss / 1024]))
"""


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs."""
    taken = []
    for _ in range(TIMES):
        began = perf_counter()
        work()
        taken.append(perf_counter() - began)
    return min(taken)


def make_tape(path: Path, events: int) -> Path:
    """Synthetic sessions, cut to a number of events."""
    from simulator.flow.sessions import sessions
    from system.storage.tape import TapeWriter
    from system.storage.tape_meta import TapeMeta

    left = events
    meta = TapeMeta(symbol="ES", contract_month=None, source="synthetic", seed=SEED)
    with TapeWriter(path, meta) as writer:
        for batch in sessions(seed=SEED, count=1000):
            writer.write(batch[:left])
            left -= len(batch[:left])
            if not left:
                return path
    raise AssertionError("a thousand sessions are enough")


def core(folder: Path) -> dict[str, Any]:
    """Nanoseconds per event of the whole core, per profile, and as a multiple of the yardstick."""
    import numpy as np
    from yardstick import bare_loop

    from simulator.replay.trader import Trader
    from system.domain.profile import PROFILES
    from system.domain.settings import Settings
    from system.domain.ticks import TRADE
    from system.storage.tape import read_tapes

    batches = [batch.copy() for batch in read_tapes([make_tape(folder / "million.parquet", MILLION)])]
    whole = np.concatenate(batches)
    bare_ns = best(lambda: bare_loop(whole, 100, 100_000_000)) / len(whole) * 1e9
    figures: dict[str, Any] = {
        "events": len(whole),
        "trades_share": round(float((whole["kind"] == TRADE).mean()), 3),
        "bare_loop_ns": round(bare_ns, 1),
        "peers_ns_for_scale": PEERS_NS,
    }
    for profile in PROFILES.values():

        def replay(profile: Any = profile) -> None:
            trader = Trader(Settings(profile=profile), None, with_curves=False)
            for batch in batches:
                trader.take(batch)

        ns = best(replay) / len(whole) * 1e9
        figures[profile.name] = {
            "ns_per_event": round(ns, 1),
            "times_bare_loop": round(ns / bare_ns, 2),
            "million_events_per_s": round(1e3 / ns, 1),
        }
    return figures


def child(*arguments: str, environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Seconds and peak MiB of a `bn` process."""
    command = [sys.executable, "-c", MEASURED_CHILD, sys.executable, "-P", "-m", "system.cli", *arguments]
    output = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **(environment or {})})
    seconds, mebibytes = json.loads(output.stdout)
    return seconds, mebibytes


def process(folder: Path) -> dict[str, Any]:
    """Whole processes: wall time and peak memory."""
    small, large = make_tape(folder / "small.parquet", MILLION), make_tape(folder / "large.parquet", 10 * MILLION)
    child("sim", str(small), "--json")
    help_s = min(child("--help")[0] for _ in range(TIMES))
    one = [child("sim", str(small), "--json", "--profile", "final") for _ in range(TIMES)]
    all_profiles = [child("sim", str(small), "--json") for _ in range(3)]
    ten = [child("sim", str(large), "--json", "--profile", "final") for _ in range(3)]
    cold_s, _ = child("sim", str(small), "--json", environment={"NUMBA_CACHE_DIR": str(folder / "cold")})
    one_s, one_mib = min(one)[0], min(mib for _, mib in one)
    ten_s, ten_mib = min(ten)[0], min(mib for _, mib in ten)
    return {
        "help_s": round(help_s, 3),
        "sim_1m_warm_s": round(one_s, 3),
        "sim_1m_warm_three_profiles_s": round(min(all_profiles)[0], 3),
        "sim_1m_cold_s": round(cold_s, 2),
        "sim_10m_warm_s": round(ten_s, 3),
        "seconds_per_further_million": round((ten_s - one_s) / 9, 3),
        "peak_mib_1m": round(one_mib, 1),
        "peak_mib_10m": round(ten_mib, 1),
        "peak_ratio": round(ten_mib / one_mib, 3),
    }


def flow(folder: Path) -> dict[str, Any]:
    """The synthetic market: events a second, a session to a file, memory by sessions, bands held."""
    import flow_figures

    out = str(folder / "session.parquet")
    child("tape", "make", "-o", out)
    makes = [child("tape", "make", "-o", out) for _ in range(3)]
    _, five_mib = child("tape", "make", "-o", out, "--sessions", "5")
    sims = [child("sim", "--json", "--profile", "final")[0] for _ in range(3)]
    return {
        "million_events_per_s": round(flow_figures.speed() / 1e6, 2),
        "session_to_parquet_s": round(min(makes)[0], 3),
        "sim_synthetic_session_s": round(min(sims), 3),
        "peak_mib_1_session": round(min(mib for _, mib in makes), 1),
        "peak_mib_5_sessions": round(five_mib, 1),
        "bands_over_ten_seeds": flow_figures.bands(),
    }


def symmetry(folder: Path) -> dict[str, Any]:
    """Whether the synthetic market is fair."""
    from symmetry import symmetry as figures

    return figures()


def tws(folder: Path) -> dict[str, Any]:
    """The mock TWS: ticks a second, and virtual time."""
    from tws_figures import figures

    return figures()


def latency(folder: Path) -> dict[str, Any]:
    """The live system's reaction, journal in memory and on disk."""
    from latency_figures import figures

    return figures(folder)


PARTS = {"core": core, "process": process, "flow": flow, "symmetry": symmetry, "tws": tws, "latency": latency}


def realism(tapes: list[str]) -> dict[str, Any]:
    """The two tapes' figures. Raises InputError for a tape that cannot be read or judged."""
    from realism import realism as figures  # scikit-learn is there only where the tests' libraries are

    return figures(Path(tapes[0]), Path(tapes[1]))


def refused(message: str) -> int:
    sys.stderr.write(f"ops/bench: {message}\n")
    return 2


def main(names: list[str]) -> int:
    from system.domain.errors import InputError

    document = {}
    if names[:1] == ["realism"]:
        tapes = [name for name in names[1:] if name != "--json"]  # there is no other output
        if len(tapes) != 2 or any(tape.startswith("-") for tape in tapes):
            return refused("realism: expected two tapes: realism TAPE_A TAPE_B")
        try:
            document["realism"] = realism(tapes)
        except InputError as error:
            return refused(str(error))
    else:
        unknown = [name for name in names if name not in PARTS]
        if unknown:
            return refused(f"{unknown[0]}: expected one of {', '.join(PARTS)}, or realism TAPE_A TAPE_B")
        with tempfile.TemporaryDirectory() as folder:
            for name in names or list(PARTS):
                document[name] = PARTS[name](Path(folder))
    sys.stdout.write(json.dumps(document, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
