"""Runs a client's script in the client's own environment."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.contract.environments import clean, environment

HERE: Final = Path(__file__).resolve().parent
# The versions that each client's encoder and decoder speak, within what we speak.
VERSIONS: Final = {
    "ib_insync": range(157, 177),
    "ib_async": range(157, 179),
    "ibapi": range(151, 158),
}
SCRIPTS: Final = {"ib_insync": ("ib.py", "ib_insync"), "ib_async": ("ib.py", "ib_async"), "ibapi": ("official.py",)}
LIMIT_S: Final = 120


def drive(
    client: str, *, asks: list[Any] | None = None, frames: dict[int, list[bytes]] | None = None
) -> dict[str, Any]:
    """Have `client` write `asks` and read `frames` at each of its versions; its script tells how."""
    given = frames or {}
    task = {
        "versions": list(VERSIONS[client]),
        "asks": asks or [],
        "frames": {version: [frame.hex() for frame in given.get(version, [])] for version in VERSIONS[client]},
    }
    script, *arguments = SCRIPTS[client]
    done = subprocess.run(
        [str(environment(client)), str(HERE / script), *arguments],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        cwd=HERE,
        env=clean(),
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
