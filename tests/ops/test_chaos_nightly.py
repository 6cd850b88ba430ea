"""`ops/chaos-nightly` leaves figures and progress in a folder of the day's, and takes numbers alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The script in a project of its own, with this environment, which it does not have to make."""
    (tmp_path / "ops").mkdir()
    shutil.copy(ROOT / "ops" / "chaos-nightly", tmp_path / "ops")
    (tmp_path / "ops" / "environment.sh").write_text("ensure_environment() { :; }\n")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def night(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [project / "ops" / "chaos-nightly", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_a_night_leaves_its_figures(project: Path) -> None:
    done = night(project, "1", "1", "5")
    assert done.returncode == 0, done.stderr
    (folder,) = (project / "logs" / "chaos").iterdir()
    figures = json.loads((folder / "figures.json").read_text())
    assert figures["seeds"] == 1
    assert figures["events"] > 0
    assert f"see {folder}" in done.stdout
    assert "1/1" in (folder / "progress.log").read_text()


@pytest.mark.parametrize("argument", ["x", "0", "-1", "100000"])
def test_what_is_no_number_of_seeds_is_one_line_and_status_2(project: Path, argument: str) -> None:
    done = night(project, argument)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [f"ops/chaos-nightly: {argument}: expected a whole number from 1 to 99999"]
