"""The life of a bracket: every pair of phase and step, in the table or refused."""

from itertools import product

import pytest

from system.domain.bracket import IllegalTransitionError, Phase, Step, advance

LEGAL = {
    ("flat", "entry sent"): "entering",
    ("entering", "entry filled"): "open",
    ("entering", "entry canceled"): "flat",
    ("open", "entry filled"): "open",
    ("open", "exit sent"): "exiting",
    ("open", "reduced"): "open",
    ("open", "closed"): "flat",
    ("exiting", "entry filled"): "exiting",
    ("exiting", "reduced"): "exiting",
    ("exiting", "closed"): "flat",
}


@pytest.mark.parametrize(("phase", "step"), list(product(Phase, Step)))
def test_a_step_leads_where_the_table_says_or_is_refused(phase: Phase, step: Step) -> None:
    after = LEGAL.get((phase.value, step.value))
    if after is not None:
        assert advance(phase, step) is Phase(after)
    else:
        with pytest.raises(IllegalTransitionError, match=f"{step.value} while {phase.value}"):
            advance(phase, step)
