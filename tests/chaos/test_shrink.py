"""What is left of a list that fails is what it takes to fail."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from simulator.chaos.blow import Blow
from simulator.chaos.plan import Plan
from simulator.chaos.run import Result
from simulator.chaos.shrink import cut, fewest, shrink

EARLY, LATE = (Blow(kind="second", at_s=at_s) for at_s in (60.0, 3000.0))


@given(st.lists(st.integers(0, 40), max_size=30), st.sets(st.integers(0, 40), max_size=4))
def test_what_is_left_is_what_it_takes(items: list[int], culprits: set[int]) -> None:
    culprits &= {*items}

    def fails(kept: Sequence[int]) -> bool:
        return culprits <= {*kept}

    left = fewest(items, fails)
    assert fails(left)
    assert {*left} == culprits or not culprits
    assert len(left) == len(culprits)


def test_a_list_of_which_nothing_can_go_stays() -> None:
    asked: list[int] = []

    def never(kept: Sequence[int]) -> bool:
        asked.append(len(kept))
        return False

    assert fewest([1, 2, 3], never) == [1, 2, 3]
    assert len(asked) < 10


def test_what_comes_after_the_failure_is_cut_off_first() -> None:
    plan = Plan(seed=1, minutes=120, regime="liveness", blows=(EARLY, LATE))
    assert cut(Result(plan=plan, broken="S01", at_s=100.0)) == Plan(seed=1, minutes=4, blows=(EARLY,))


def test_a_failure_in_the_calm_at_the_end_keeps_it() -> None:
    plan = Plan(seed=1, minutes=120, regime="liveness", blows=(EARLY, LATE))
    assert cut(Result(plan=plan, broken="L04", at_s=plan.heal_s + 60)) == plan


def test_a_plan_that_fails_no_more_when_cut_is_shrunk_whole() -> None:
    plan, asked = Plan(seed=1, minutes=120, blows=(EARLY, LATE)), []

    def run(plan: Plan) -> Result:
        asked.append(plan.minutes)
        return Result(plan=plan, broken="S01" if plan.minutes == 120 and EARLY in plan.blows else "", at_s=100.0)

    best, runs = shrink(Result(plan=plan, broken="S01", at_s=100.0), run)
    assert best.plan == plan.only((EARLY,))
    assert asked == [4] + [120] * (runs - 1)
