"""A dozen seeds of chaos hold; one of them, run in two processes, writes the same journal."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.chaos.plan import write_chaos
from simulator.chaos.run import run
from simulator.chaos.swarm import drawn
from system.domain.settings import SECOND_NS

pytestmark = pytest.mark.jit
ROOT = Path(__file__).resolve().parents[2]
MINUTES = 6
SEEDS = range(1, 13)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_invariants_hold(seed: int) -> None:
    result = run(drawn(seed, MINUTES))
    assert (result.broken, result.told) == ("", ""), "\n".join([write_chaos(result.plan), *result.decisions])
    assert result.events > 50
    assert sum(result.dealt.values()) > 0


def test_a_seed_writes_the_same_journal_in_every_process() -> None:
    jobs = json.dumps({"plan": write_chaos(drawn(3, MINUTES)), "mutant": "", "shrinks": False}) + "\n"
    answers = [
        subprocess.run(
            [sys.executable, "-m", "simulator.chaos.worker"],
            input=jobs * times,
            env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            timeout=280,
            check=True,
        ).stdout.splitlines()
        for hash_seed, times in (("1", 1), ("2", 2))
    ]
    told = [{**json.loads(line), "cpu_s": 0} for lines in answers for line in lines]
    assert len(told) == 3
    assert told[0] == told[1] == told[2]
    assert len(told[0]["digest"]) == 64
    assert told[0]["orders"] > 0


def test_a_seed_writes_the_same_journal_on_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    today = run(drawn(3, MINUTES)).digest
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    monkeypatch.setattr(time, "time_ns", lambda: 4_000_000_000 * SECOND_NS)
    assert run(drawn(3, MINUTES)).digest == today
