"""Real client libraries in memory, under a virtual clock: the same every time."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.environments import environment

ROOT = Path(__file__).parents[2]


def process(library: str, seed: int, hash_seed: int, path: str = "") -> tuple[str, int]:
    """A run in a process of its own: its digest, and the fills in it."""
    output = subprocess.run(
        [sys.executable, "-m", "tests.tws.lockstep_run", library, str(seed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout.split()
    return output[0], int(output[1])


def test_the_same_seed_gives_the_same_bytes_in_six_processes_with_different_hash_seeds() -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda hash_seed: process("ib_insync", 1, hash_seed), range(6)))
    assert len(set(runs)) == 1
    assert runs[0][1] >= 40, "brackets filled at both ends"


def test_another_seed_gives_another_run() -> None:
    assert process("ib_insync", 1, 0) != process("ib_insync", 2, 0)


@pytest.mark.contract
def test_ib_async_runs_in_memory_too_and_the_same_every_time() -> None:
    python = environment("ib_async")
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    runs = {process("ib_async", 1, hash_seed, packages) for hash_seed in (1, 2)}
    assert len(runs) == 1
    assert runs.pop()[1] >= 40
