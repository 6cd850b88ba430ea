"""Orders that end as they arrive, without acting."""

from typing import Literal

import numpy as np

from simulator.exchange.book import LIMIT, MARKET
from simulator.exchange.orders import Order


def why_not(order: Order, book: np.void) -> Literal["no_quote", "unfilled"] | None:
    """Why an order does not act on the book as it stands, or None. One that sleeps ends later, if at all."""
    if order.regular_only and not book["regular"]:
        return None
    if order.type == MARKET and not order.waits and not book["quoted"]:
        return "no_quote"
    if order.lasts == "whole" and order.type == LIMIT:
        touch, shown = ("ask_ticks", "ask_size") if order.side > 0 else ("bid_ticks", "bid_size")
        levels = (order.limit_ticks - int(book[touch])) * order.side + 1
        if not book["quoted"] or int(book[shown]) * levels < order.contracts:
            return "unfilled"
    return None
