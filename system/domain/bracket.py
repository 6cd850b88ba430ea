"""The life of a bracket: an entry at market, then its stop and target, and at most one exit at market in their group.

An illegal pair of phase and event raises: it means that two parts of the program disagree about what is held.
"""

from enum import Enum
from typing import Final


class Phase(Enum):
    """What is under way."""

    FLAT = "flat"  # nothing held, nothing sent
    ENTERING = "entering"  # the entry is sent and neither filled nor cancelled
    OPEN = "open"  # held, with nothing but the bracket's exits under way
    EXITING = "exiting"  # held, and an exit at market is sent or waits for a quote


class Step(Enum):
    """What happened to it."""

    ENTRY_SENT = "entry sent"
    ENTRY_FILLED = "entry filled"
    ENTRY_CANCELED = "entry canceled"
    EXIT_SENT = "exit sent"
    REDUCED = "reduced"  # an exit filled in part
    CLOSED = "closed"  # the last contract is gone


TRANSITIONS: Final = {
    (Phase.FLAT, Step.ENTRY_SENT): Phase.ENTERING,
    (Phase.ENTERING, Step.ENTRY_FILLED): Phase.OPEN,
    (Phase.ENTERING, Step.ENTRY_CANCELED): Phase.FLAT,
    (Phase.OPEN, Step.ENTRY_FILLED): Phase.OPEN,  # further contracts of the same entry, at a worse price
    (Phase.OPEN, Step.EXIT_SENT): Phase.EXITING,
    (Phase.OPEN, Step.REDUCED): Phase.OPEN,
    (Phase.OPEN, Step.CLOSED): Phase.FLAT,
    (Phase.EXITING, Step.ENTRY_FILLED): Phase.EXITING,  # what was left of the entry, before its cancel
    (Phase.EXITING, Step.REDUCED): Phase.EXITING,
    (Phase.EXITING, Step.CLOSED): Phase.FLAT,
}


class IllegalTransitionError(Exception):
    """A step that the phase does not allow."""


def advance(phase: Phase, step: Step) -> Phase:
    """The phase after a step. Raises IllegalTransitionError for a pair that is not in the table."""
    try:
        return TRANSITIONS[phase, step]
    except KeyError:
        raise IllegalTransitionError(f"{step.value} while {phase.value}") from None
