"""An order's life: every pair of state and happening, in the table or refused."""

from itertools import product

import pytest

from system.domain.order_state import Happening, IllegalOrderError, OrderState, advance, hint

HAPPENINGS = [
    Happening.SEND,
    Happening.DROP,
    Happening.ACKNOWLEDGE,
    Happening.ACKNOWLEDGE_PARTLY,
    Happening.FILL,
    Happening.FILL_ALL,
    Happening.ASK_CANCEL,
    Happening.CANCEL,
    Happening.REJECT,
    Happening.DOUBT,
]
LETTERS = {
    "S": "sent",
    "W": "working",
    "P": "partly filled",
    "C": "canceling",
    "U": "unknown",
    "F": "filled",
    "X": "canceled",
    "R": "rejected",
}
ROWS = {  # in the order of HAPPENINGS; a dot is refused
    "intended": "SXWPPFCXRU",
    "sent": "SXWPPFCXRU",
    "working": "W.WPPFCXRU",
    "partly filled": "P.PPPFCXRU",
    "canceling": "C.CCCFCXRU",
    "unknown": "UXWPUFCXRU",
    "filled": "..........",
    "canceled": "....UF...U",
    "rejected": "....UF...U",
}


@pytest.mark.parametrize(("state", "happening"), list(product(OrderState, Happening)))
def test_a_happening_leads_where_the_table_says_or_is_refused(state: OrderState, happening: Happening) -> None:
    letter = ROWS[state.value][HAPPENINGS.index(happening)]
    if letter == ".":
        with pytest.raises(IllegalOrderError, match=f"{happening.value} while {state.value}"):
            advance(state, happening)
    else:
        assert advance(state, happening).value == LETTERS[letter]


@pytest.mark.parametrize(
    ("code", "text", "end"),
    [
        (201, "Order rejected - reason: margin", "rejected"),
        (202, "Order Canceled - reason:", "canceled"),
        (10147, "OrderId 7 that needs to be cancelled is not found.", "canceled"),
        (10148, "OrderId 7 that needs to be cancelled cannot be cancelled, state: Filled.", "filled"),
        (10148, "OrderId 7 that needs to be cancelled cannot be cancelled, state: Cancelled.", "canceled"),
        (10148, "OrderId 7 that needs to be cancelled cannot be cancelled, state: PendingCancel.", ""),
        (10349, "Order TIF was set to DAY based on order preset.", ""),
        (65000, "?", ""),
    ],
)
def test_a_code_is_a_hint_at_most(code: int, text: str, end: str) -> None:
    assert hint(code, text) == end
