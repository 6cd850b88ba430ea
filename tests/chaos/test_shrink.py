"""What is left of a list that fails is what it takes to fail."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from simulator.chaos.shrink import fewest


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
