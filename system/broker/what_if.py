"""A what-if order: TWS tells what it would do to the account's margin, and neither keeps nor sends it."""

import math
from typing import Any

from system.broker.terms import UNSET, order_of
from system.domain.order_events import AskMargin, Terms


def what_if(asked: AskMargin, account: str) -> Any:
    """An entry as ours are, that is only asked about. TWS answers none that it is told to hold back."""
    entry = order_of(
        Terms(order_id=asked.order_id, ref="", side=1, contracts=asked.contracts, type="MKT"), account, transmit=True
    )
    entry.whatIf = True
    return entry


def margin_cents(state: Any) -> tuple[int, int]:
    """Initial margin and equity with loan value after the order. Raises ValueError where TWS does not tell them."""
    initial, equity = (_cents(text) for text in (state.initMarginAfter, state.equityWithLoanAfter))
    return initial, equity


def _cents(text: str) -> int:
    usd = float(text or "nan")
    if not math.isfinite(usd) or abs(usd) > UNSET:
        raise ValueError(f"margin {text!r}: expected an amount")
    return round(usd * 100)
