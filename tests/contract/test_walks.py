"""Other people's clients, unchanged, walk through the mock TWS and find nothing to complain of."""

import json
import subprocess
from pathlib import Path

import pytest

from simulator.tws.handle import MockTws
from tests.contract.environments import clean, environment

WALKS = Path(__file__).parent / "walks"
WALK_S = 90  # a walk takes about 20 s where nothing else runs
STEPS_MIN = 28
pytestmark = [pytest.mark.contract, pytest.mark.jit]


@pytest.mark.parametrize("client", ["ib_insync", "ib_async", "ibapi"])
def test_a_strangers_client_walks_through_every_step(client: str, tmp_path: Path) -> None:
    python = environment(client)
    with MockTws(seed=1, speed=20) as server:
        walk = [str(python), str(WALKS / f"walk_{client}.py"), str(server.port)]
        done = subprocess.run(
            walk, cwd=tmp_path, env=clean(), capture_output=True, text=True, timeout=WALK_S, check=False
        )
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [f"{step['step']}: {step['detail']}" for step in steps if not step["ok"]]
    assert failed == [], "\n".join([*failed, done.stderr[-3000:], *server.log[-20:]])
    assert len(steps) >= STEPS_MIN
    assert (done.returncode, done.stderr) == (0, "")
