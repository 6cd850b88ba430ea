"""`bn config` as a user runs it: one line for what is wrong, output that other programs can read."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from system.config.model import Config


def bn(folder: Path, *words: str, **environ: str) -> tuple[int, str, str]:
    """Status, output and errors of `bn` in an empty folder and environment."""
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-P", "-m", "system.cli", *words],
        cwd=folder,
        env={"PYTHONPATH": str(root), "COLUMNS": "100", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


def test_show_loads_back_from_a_file(tmp_path: Path) -> None:
    status, out, _ = bn(tmp_path, "config", "show", "--set", "contracts=2", BN_STOP_TICKS="4")
    assert status == 0
    assert set(tomllib.loads(out)) >= set(Config.model_fields) - {"profiles"}
    (tmp_path / "bn.toml").write_text(out)
    again = bn(tmp_path, "config", "show", "--config", "bn.toml")[1]
    assert tomllib.loads(again) == tomllib.loads(out)
    assert "contracts = 2                             # bn.toml" in again
    assert "stop_ticks = 4                            # BN_STOP_TICKS" in out


def test_schema_is_json(tmp_path: Path) -> None:
    status, out, err = bn(tmp_path, "config", "schema")
    assert (status, err) == (0, "")
    assert "order_latency_ms" in json.loads(out)["properties"]


def test_check_says_ok(tmp_path: Path) -> None:
    assert bn(tmp_path, "config", "check") == (0, "configuration ok\n", "")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["check", "--set", "contracs=2"], 'bn: --set: unknown key "contracs"; did you mean "contracts"?\n'),
        (["show", "--config", "none.toml"], "bn: none.toml: cannot be read: No such file or directory\n"),
        (["check", "--sett", "contracts=2"], "bn: No such option: --sett"),
        (["chek"], "bn: No such command 'chek'."),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(tmp_path: Path, words: list[str], line: str) -> None:
    status, out, err = bn(tmp_path, "config", *words)
    assert (status, out) == (2, "")
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_a_group_without_a_command_shows_its_help(tmp_path: Path) -> None:
    status, out, err = bn(tmp_path, "config")
    assert (status, out) == (2, "")
    assert "Commands:\n" in err
