"""`bn chaos` as a user types it."""

import json
from pathlib import Path

import pytest

from simulator.mutants.mutants import MUTANTS
from tests.cli.test_sim import bn

pytestmark = pytest.mark.jit
PLAN = 'seed = 1\nminutes = 5\n[[fault]]\nkind = "reset"\nat = "200s"\n'


def test_a_plan_is_replayed_and_told_as_json(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    done = bn(tmp_path, "chaos", "--plan", "plan.toml", "--json", "--trace")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["seed"], told["broken"], told["dealt"]) == (1, "", {"reset": 1})
    assert "fault: reset" in done.stderr
    assert "link phase=ready" in done.stderr


def test_a_failure_is_told_with_its_last_decisions_and_a_plan_to_replay(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    done = bn(tmp_path, "chaos", "--plan", "plan.toml", "--mutant", "double_size")
    assert done.returncode == 1, done.stderr
    assert "bn: seed 1 broke S01 after" in done.stderr
    assert "orders may lead to 2 contracts" in done.stderr
    assert "order do=place" in done.stderr
    assert 'kind = "reset"' in (tmp_path / "chaos-1.toml").read_text()


def test_the_planted_bugs_are_listed(tmp_path: Path) -> None:
    done = bn(tmp_path, "chaos", "--mutant", "list")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(MUTANTS)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--plan", "no.toml"], "bn: no.toml: cannot be read: No such file or directory"),
        (["--mutant", "unheard_of"], "bn: --mutant 'unheard_of': expected one of double_size"),
        (["--trace"], "bn: --trace: expected with --seed or --plan"),
        (["--save", "folder"], "bn: --save: expected with --seed or --plan"),
        (["--plan", "no.toml", "--seed", "1"], "bn: --seed: expected without --plan, which has its own"),
        (["--seeds", "0"], "bn: Invalid value for '--seeds'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path: Path, words: list[str], complaint: str) -> None:
    done = bn(tmp_path, "chaos", *words)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(complaint)
    assert done.stderr.count("\n") == 1
