"""The table of an order's states: every pair that is in it, and every other raises."""

from itertools import product

import pytest

from simulator.tws.desk.life import OVER, STATUS, TABLE, Event, IllegalLifeError, Life, advance

PAIRS = list(product(Life, Event))


@pytest.mark.parametrize(("state", "event"), PAIRS, ids=lambda value: value.name)
def test_a_pair_is_in_the_table_or_raises(state: Life, event: Event) -> None:
    if (state, event) in TABLE:
        assert advance(state, event) is TABLE[state, event]
    else:
        with pytest.raises(IllegalLifeError):
            advance(state, event)


def test_what_is_over_stays_over() -> None:
    assert not [pair for pair in TABLE if pair[0] in OVER]
    assert [state for state in Life if state.is_over] == list(OVER)


def test_every_state_can_be_reached_and_has_a_status() -> None:
    assert set(TABLE.values()) | {Life.UNTRANSMITTED} == set(Life)
    assert set(STATUS) == set(Life)


def test_a_cancel_on_its_way_ends_in_a_cancel_a_fill_or_ibs_reject() -> None:
    after = {TABLE[state, event] for state, event in TABLE if state is Life.CANCELING}
    assert after == {Life.CANCELING, Life.CANCELED, Life.FILLED, Life.INACTIVE}
