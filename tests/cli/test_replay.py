"""`bn live --record-wire` against `bn mock-tws`, as processes, with a lost connection; and `bn replay` of what it was."""

import json
import signal
from pathlib import Path

import pytest

from system.storage.wire_log import HEADER, MAGIC, SUMS
from tests.cli.test_live_control import live
from tests.cli.test_mock_tws import mock
from tests.cli.test_sim import bn
from tests.flight.tape import frames
from tests.live.kill9 import OFTEN

pytestmark = pytest.mark.jit
PLAN = '[[fault]]\nkind = "reset"\nof = "ReqCurrentTime"\nmessage = 4\n'


def recorded(folder: Path) -> Path:
    """A session that trades, loses its connection, makes another, and is told to stop; its recording."""
    (folder / "plan.toml").write_text(PLAN)
    settings = [word for setting in (*OFTEN, "link_pause_s=1") for word in ("--set", setting)]
    with (
        mock(folder, "--seed", "3", "--speed", "20", "--faults", "plan.toml") as (port, _),
        live(folder, port, "--record-wire", *settings) as running,
    ):
        running.wait_for("do=place")
        running.wait_for("phase=ready was=syncing generation=2")
        assert running.end(signal.SIGTERM) == 0
    (path,) = folder.glob("data/*/wire/*.wire")
    return path


def test_a_live_session_with_a_lost_connection_replays_identical_and_says_where_a_threshold_decides(
    tmp_path: Path,
) -> None:
    path = recorded(tmp_path)
    done = bn(tmp_path, "replay", str(path.parent), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["verdict"], told["difference"], told["notes"]) == ("identical", None, [])
    (run,) = told["runs"]
    assert run["recorded_by"] == told["replayed_by"]
    assert min(run[name] for name in ("inbound", "outbound", "commands", "transactions")) > 5
    kinds = [(frame.kind, frame.generation) for frame in frames(path)]
    assert ("lost", 1) in kinds
    assert ("made", 2) in kinds
    assert any(frame.kind == "out" and b"\0MKT\0" in frame.data for frame in frames(path))

    changed = bn(tmp_path, "replay", str(path), "--set", "target_ticks=4")
    assert changed.returncode == 1, changed.stderr
    lines = changed.stdout.splitlines()
    assert "different" in lines
    assert any(line.startswith("first difference: journal at frame ") for line in lines)
    assert "intent.target_ticks: " in lines[-1]

    content, place = bytearray(path.read_bytes()), frame_starts(path, 5)
    content[place + HEADER.size + SUMS.size + 1] ^= 1
    (tmp_path / "flipped.wire").write_bytes(content)
    flipped = bn(tmp_path, "replay", "flipped.wire")
    assert flipped.returncode == 2
    assert flipped.stderr == "bn: flipped.wire: frame 5 is damaged: its sum is wrong\n"


def frame_starts(path: Path, number: int) -> int:
    """Where a frame begins in its file."""
    before = frames(path)[: number - 1]
    return len(MAGIC) + sum(HEADER.size + SUMS.size + len(frame.data) for frame in before)
