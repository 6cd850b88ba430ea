"""The life of an order in TWS: one table of states and events.

A child waits in TWS for its entry (HELD), a stop for its trigger (ARMED), an order without `outsideRth` for regular
hours and one that came while the exchange is closed for its opening (ASLEEP); all are told as PreSubmitted. An illegal
pair raises: the desk and the exchange would disagree.
"""

from enum import Enum
from typing import Final


class Life(Enum):
    """Where an order is."""

    UNTRANSMITTED = "in TWS alone"
    SHELVED = "in TWS alone, and told to be inactive"
    WAITING = "held by IB until its time"
    SENT = "on its way to the exchange"
    HELD = "held until its entry fills"
    ASLEEP = "held until regular hours"
    ARMED = "held until its trigger"
    WORKING = "at work"
    CANCELING = "a cancel is on its way"
    FILLED = "filled"
    CANCELED = "canceled"
    INACTIVE = "rejected"

    @property
    def is_over(self) -> bool:
        return self in OVER

    @property
    def is_unsent(self) -> bool:
        """Whether the exchange has not been sent it."""
        return self in (Life.UNTRANSMITTED, Life.SHELVED, Life.WAITING)

    @property
    def status(self) -> str:
        """What TWS calls it."""
        return STATUS[self]


class Event(Enum):
    """What happens to an order."""

    SHELVE = "put aside by TWS"
    WAIT = "put aside by IB until its time"
    SEND = "sent to the exchange"
    HOLD = "held until its entry fills"
    WORK = "works at the exchange"
    ARM = "waits for its trigger"
    SLEEP = "waits for regular hours"
    FILL = "filled in part"
    FILL_ALL = "filled"
    ASK_CANCEL = "cancel asked for"
    CANCEL = "canceled"
    REJECT = "rejected"


STATUS: Final = {
    Life.UNTRANSMITTED: "ApiPending",  # never told
    Life.SHELVED: "Inactive",
    Life.WAITING: "PreSubmitted",
    Life.SENT: "PreSubmitted",
    Life.HELD: "PreSubmitted",
    Life.ASLEEP: "PreSubmitted",
    Life.ARMED: "PreSubmitted",
    Life.WORKING: "Submitted",
    Life.CANCELING: "PendingCancel",
    Life.FILLED: "Filled",
    Life.CANCELED: "Cancelled",
    Life.INACTIVE: "Inactive",
}
OVER: Final = (Life.FILLED, Life.CANCELED, Life.INACTIVE)

_RESTING: Final = {Event.WORK: Life.WORKING, Event.ARM: Life.ARMED, Event.SLEEP: Life.ASLEEP}
_AT_EXCHANGE: Final = {
    **_RESTING,
    Event.FILL_ALL: Life.FILLED,
    Event.ASK_CANCEL: Life.CANCELING,
    Event.HOLD: Life.HELD,  # its group has used up what it rested for, and its entry may still fill
    Event.CANCEL: Life.CANCELED,
}
_UNSENT: Final = {
    Event.SEND: Life.SENT,
    Event.HOLD: Life.HELD,
    Event.CANCEL: Life.CANCELED,
    Event.REJECT: Life.INACTIVE,
}
_ROWS: Final = {
    Life.UNTRANSMITTED: {**_UNSENT, Event.SHELVE: Life.SHELVED, Event.WAIT: Life.WAITING},
    Life.SHELVED: {**_UNSENT, Event.WAIT: Life.WAITING},
    Life.WAITING: _UNSENT,
    Life.SENT: {**_RESTING, Event.ASK_CANCEL: Life.CANCELING, Event.CANCEL: Life.CANCELED},
    Life.HELD: {**_RESTING, Event.HOLD: Life.HELD, Event.ASK_CANCEL: Life.CANCELING, Event.CANCEL: Life.CANCELED},
    Life.WORKING: {**_AT_EXCHANGE, Event.FILL: Life.WORKING},
    Life.ARMED: {**_AT_EXCHANGE, Event.FILL: Life.WORKING},  # a stop's trigger is told by its fill
    Life.ASLEEP: {**_AT_EXCHANGE, Event.FILL: Life.WORKING},  # as the exchange opens
    Life.CANCELING: {  # it may still be filled, modified by what was sent before, or woken
        **dict.fromkeys((*_RESTING, Event.FILL, Event.HOLD), Life.CANCELING),
        Event.FILL_ALL: Life.FILLED,
        Event.CANCEL: Life.CANCELED,
        Event.REJECT: Life.INACTIVE,  # the cancel was IB's own
    },
}
TABLE: Final = {(state, event): after for state, row in _ROWS.items() for event, after in row.items()}


class IllegalLifeError(Exception):
    """An event that the order's state does not allow."""


def advance(state: Life, event: Event) -> Life:
    """The state after an event. Raises IllegalLifeError for a pair that is not in the table."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise IllegalLifeError(f"{event.value} while {state.name}") from None
