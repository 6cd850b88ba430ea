"""Runs a script of `walks` in its client's environment against a mock TWS of its own."""

import json
import subprocess
from pathlib import Path

from simulator.tws.handle import MockTws
from tests.contract.environments import clean, environment

WALKS = Path(__file__).parent / "walks"
WALK_S = 90  # a walk takes about 10 s where nothing else runs


def walk(kind: str, client: str, folder: Path, *options: str) -> tuple[list[str], list[str]]:
    """The names of the steps, and what the server logged. Fails with the steps that did."""
    python = environment(client)
    with MockTws(*options, seed=1, speed=20) as server:
        script = [str(python), str(WALKS / f"{kind}_{client}.py"), str(server.port)]
        done = subprocess.run(
            script, cwd=folder, env=clean(), capture_output=True, text=True, timeout=WALK_S, check=False
        )
    steps = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [f"{step['step']}: {step['detail']}" for step in steps if not step["ok"]]
    assert failed == [], "\n".join([*failed, done.stderr[-3000:], *server.log[-20:]])
    assert (done.returncode, done.stderr) == (0, "")
    return [step["step"] for step in steps], server.log
