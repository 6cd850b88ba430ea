"""The README's examples, copied out of it word by word, do what it says they do."""

import re
import socket
import subprocess
from pathlib import Path

import pytest

from simulator.tws.handle import MockTws
from tests.contract.environments import clean, environment

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
PORT = 7497
EXAMPLE_S = 60
pytestmark = [pytest.mark.contract, pytest.mark.jit]


def example(library: str) -> str:
    """The one block of code that imports `library`."""
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if f"from {library}" in block]
    return str(found)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def run(library: str, port: int, folder: Path) -> list[str]:
    """What the example prints; another port only where somebody else has the README's."""
    script = folder / f"with_{library}.py"
    script.write_text(example(library) if port == PORT else example(library).replace(str(PORT), str(port)))
    python = environment(library)
    done = subprocess.run(
        [str(python), str(script)],
        cwd=folder,
        env=clean(),
        capture_output=True,
        text=True,
        timeout=EXAMPLE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines()


def test_the_examples_see_ticks_acknowledgements_and_fills(tmp_path: Path) -> None:
    """One after the other, since both want the README's port."""
    with MockTws(port=PORT if is_free(PORT) else 0, seed=1, speed=20) as server:
        printed = run("ib_async", server.port, tmp_path)
        official = run("ibapi", server.port, tmp_path)
    ticks = re.match(r"(\d+) ticks of ES\w\d, now [\d.]+ to [\d.]+$", printed[0])
    assert ticks is not None
    assert int(ticks[1]) >= 10
    assert sum("acknowledged" in line for line in printed) == 3
    assert [line.split(" at ")[0] for line in printed[4:]] == ["BOT 1", "SLD 1"]
    assert official[0].startswith("2104: Market data farm connection is OK")
    assert any(line.startswith("10 ticks of ES") for line in official)
    assert len([line for line in official if line.startswith("order ")]) >= 3
    assert [line.split(" at ")[0] for line in official if " at " in line] == ["BOT 1", "SLD 1"]
