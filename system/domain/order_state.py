"""The life of one order of ours as far as the broker has proven it: one table of states and happenings.

A code is never proof and silence is never an answer: both lead to UNKNOWN, which counts against every limit as if the
order were live. An illegal pair raises: two parts of the program disagree about what was sent.
"""

from enum import Enum
from typing import Final


class OrderState(Enum):
    """What is known of an order."""

    INTENDED = "intended"  # journaled; its bytes may have left
    SENT = "sent"
    WORKING = "working"  # the broker says that it has it, be it held, armed or at work
    PARTLY_FILLED = "partly filled"
    CANCELING = "canceling"  # a cancel is asked for; it may still fill
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"

    @property
    def is_over(self) -> bool:
        """Proven to add nothing any more."""
        return self in OVER


class Happening(Enum):
    """What happens to an order."""

    SEND = "sent"
    DROP = "never sent"
    ACKNOWLEDGE = "acknowledged"
    ACKNOWLEDGE_PARTLY = "acknowledged, filled in part"
    FILL = "filled in part"
    FILL_ALL = "filled"
    ASK_CANCEL = "cancel asked for"
    CANCEL = "canceled"
    REJECT = "rejected"
    DOUBT = "doubted"


OVER: Final = frozenset({OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED})

_TOLD: Final = {
    Happening.ACKNOWLEDGE: OrderState.WORKING,
    Happening.ACKNOWLEDGE_PARTLY: OrderState.PARTLY_FILLED,
    Happening.FILL: OrderState.PARTLY_FILLED,
    Happening.FILL_ALL: OrderState.FILLED,
    Happening.ASK_CANCEL: OrderState.CANCELING,
    Happening.CANCEL: OrderState.CANCELED,
    Happening.REJECT: OrderState.REJECTED,  # of a working order too: IB can take one back
    Happening.DOUBT: OrderState.UNKNOWN,
}
_REVIVED: Final = {  # the proof of its end was wrong: a fill came after it, or the broker still tells of it
    Happening.DOUBT: OrderState.UNKNOWN,
    Happening.FILL: OrderState.UNKNOWN,
    Happening.FILL_ALL: OrderState.FILLED,
}
_ROWS: Final = {
    OrderState.INTENDED: {  # reports may overtake the word that it was sent
        **_TOLD,
        Happening.SEND: OrderState.SENT,
        Happening.DROP: OrderState.CANCELED,
    },
    OrderState.SENT: {**_TOLD, Happening.SEND: OrderState.SENT, Happening.DROP: OrderState.CANCELED},
    OrderState.WORKING: {**_TOLD, Happening.SEND: OrderState.WORKING},
    OrderState.PARTLY_FILLED: {
        **_TOLD,
        Happening.ACKNOWLEDGE: OrderState.PARTLY_FILLED,  # an old report, told late
        Happening.SEND: OrderState.PARTLY_FILLED,
    },
    OrderState.CANCELING: {  # what was said before the cancel arrived may come after it
        **_TOLD,
        **dict.fromkeys(
            (Happening.ACKNOWLEDGE, Happening.ACKNOWLEDGE_PARTLY, Happening.FILL, Happening.SEND), OrderState.CANCELING
        ),
    },
    OrderState.UNKNOWN: {
        **_TOLD,
        Happening.FILL: OrderState.UNKNOWN,  # it was there; what is left of it is as unknown as before
        Happening.SEND: OrderState.UNKNOWN,
        Happening.DROP: OrderState.CANCELED,
    },
    OrderState.CANCELED: _REVIVED,
    OrderState.REJECTED: _REVIVED,
    OrderState.FILLED: {},
}
TABLE: Final = {(state, happening): after for state, row in _ROWS.items() for happening, after in row.items()}


class IllegalOrderError(Exception):
    """A happening that the order's state does not allow."""


def advance(state: OrderState, happening: Happening) -> OrderState:
    """The state after a happening. Raises IllegalOrderError for a pair that is not in the table."""
    try:
        return TABLE[state, happening]
    except KeyError:
        raise IllegalOrderError(f"{happening.value} while {state.value}") from None


# What the broker calls an order, and what that makes of it. Inactive is in doubt: such an order can come alive.
STATUSES: Final = {
    "ApiPending": Happening.DOUBT,
    "PendingSubmit": Happening.DOUBT,
    "PreSubmitted": Happening.ACKNOWLEDGE,
    "Submitted": Happening.ACKNOWLEDGE,
    "PendingCancel": Happening.ASK_CANCEL,
    "Cancelled": Happening.CANCEL,
    "ApiCancelled": Happening.CANCEL,
    "Inactive": Happening.DOUBT,
}
PROVEN: Final = frozenset({"PreSubmitted", "Submitted"})

# Codes that say something of an order without touching it: queued until the open, hours ignored.
REMARKS: Final = frozenset({399, 2109})
# Codes that hint at an order's end. A hint becomes proof when the broker, asked after it, does not know the order.
REFUSED: Final = 201
HINTS: Final = {REFUSED: "rejected", 202: "canceled", 10147: "canceled"}
NOT_CANCELED: Final = 10148  # its text names the state
OF_A_CANCEL: Final = frozenset({10147, NOT_CANCELED})  # what only the answer to a cancel can mean
ENDS: Final = {"Filled": "filled", "Cancelled": "canceled", "Inactive": "rejected"}


def hint(code: int, text: str) -> str:
    """The end that an error about an order hints at: rejected, canceled, filled, or nothing."""
    if code != NOT_CANCELED:
        return HINTS.get(code, "")
    return next((end for word, end in ENDS.items() if word in text), "")
