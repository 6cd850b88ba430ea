"""A plan of chaos is a file that reads back as itself, or one line that says what is wrong with it."""

from pathlib import Path

import pytest

from simulator.chaos.blow import Blow
from simulator.chaos.plan import Plan, load_chaos, read_chaos, write_chaos
from simulator.chaos.swarm import DEALT, DRAWN, drawn
from simulator.faults.plan import Fault
from system.domain.errors import InputError

SEEDS = range(1, 120)


def test_a_plan_reads_back_as_itself() -> None:
    for seed in SEEDS:
        plan = drawn(seed)
        assert read_chaos(write_chaos(plan), "a plan") == plan


def test_a_seed_draws_the_same_plan_again() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_few_seeds_draw_every_kind() -> None:
    kinds = {wrong.kind for seed in SEEDS for wrong in drawn(seed).wrongs}
    assert kinds == {*DRAWN, *DEALT}


def test_no_seed_draws_most_kinds() -> None:
    assert max(len({wrong.kind for wrong in drawn(seed).wrongs}) for seed in SEEDS) <= 10


def test_in_the_regime_of_liveness_all_is_over_ten_minutes_before_the_end() -> None:
    plans = [plan for plan in map(drawn, SEEDS) if plan.regime == "liveness"]
    assert plans
    for plan in plans:
        assert plan.heal_s == plan.minutes * 60 - 600
        assert (
            max((fault.at_s or 0) + (fault.for_s or 0) for fault in (*plan.faults, Fault(kind="reset")))
            <= plan.heal_s + 1
        )


def test_only_leaves_out_what_is_not_named() -> None:
    plan = Plan(
        seed=1,
        faults=(Fault(kind="reset", at_s=1.0), Fault(kind="1100", at_s=2.0)),
        blows=(Blow(kind="kill", at_s=3.0),),
    )
    assert plan.only((plan.faults[1], plan.blows[0])).wrongs == (plan.faults[1], plan.blows[0])
    assert plan.only(()).wrongs == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("seed = -1", "F: seed: -1; expected a whole number from 0 on"),
        ("minutes = 0", "F: minutes: 0; expected a whole number from 1 to 1440"),
        ('regime = "war"', "F: regime: 'war'; expected safety or liveness"),
        ("luck = 1", "F: unknown key 'luck'; expected one of seed, minutes, regime, fault, blow"),
        ("blow = 1", "F: blow: expected tables that begin with [[blow]]"),
        ('[[blow]]\nkind = "hug"', "F: blow 1: kind: 'hug'; expected one of kill, power"),
        ('[[blow]]\nkind = "kill"', "F: blow 1: at: missing; expected a time such as 30s, 500ms or 2m"),
        (
            '[[blow]]\nkind = "kill"\nat = "1s"\nfor = "2s"',
            "F: blow 1: for: kill has no such key; expected one of at, where",
        ),
        ('[[blow]]\nkind = "kill"\nat = "1s"\nwhere = "bed"', "F: blow 1: where: 'bed'; expected one of now, write"),
        ('[[fault]]\nkind = "1100"\nat = 5', "F: fault 1: at: 5; expected a time"),
        ("[[blow]", "F: "),
    ],
)
def test_a_wrong_plan_is_one_line(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as wrong:
        read_chaos(text, "F")
    assert str(wrong.value).startswith(complaint)
    assert "\n" not in str(wrong.value)


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no\.toml: cannot be read: No such file"):
        load_chaos(tmp_path / "no.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8 text, at byte"):
        load_chaos(tmp_path / "bytes.toml")
