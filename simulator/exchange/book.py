"""What the exchange holds: the prevailing quote, the resting orders, and the reports of one event, as records.

Orders are rows in the order of their arrival; `simulator/exchange/matching.py` is the only code that changes them.
"""

from enum import IntEnum
from typing import Final

import numpy as np

MARKET: Final = 0
LIMIT: Final = 1
STOP: Final = 2
STOP_LIMIT: Final = 3

FILLED: Final = 0
CANCELED: Final = 1
TRIGGERED: Final = 2

UNSET: Final = -1  # no quote and no trade has told yet how much is ahead in the queue


class OrderType(IntEnum):
    """How an order fills."""

    MARKET = MARKET
    LIMIT = LIMIT
    STOP = STOP
    STOP_LIMIT = STOP_LIMIT


BOOK: Final = np.dtype(
    [
        ("quoted", "?"),
        ("regular", "?"),  # within regular hours
        ("bid_ticks", "i8"),
        ("ask_ticks", "i8"),
        ("bid_size", "i8"),
        ("ask_size", "i8"),
    ],
    align=True,
)
ORDER: Final = np.dtype(
    [
        ("order_id", "i8"),
        ("side", "i8"),  # +1 buy, -1 sell
        ("type", "i8"),
        ("target", "?"),  # a bracket's target: marketable on arrival, it fills at its own price
        ("contracts", "i8"),  # still to fill; 0: done
        ("filled", "i8"),
        ("limit_ticks", "i8"),
        ("stop_ticks", "i8"),
        ("ahead", "i8"),  # contracts before us in the queue, or UNSET
        ("group", "i8"),  # one cancels other; 0: none
        ("group_cancels", "?"),  # any fill in the group ends this order, however few contracts it is for
        ("trail_ticks", "i8"),  # the stop follows trades at this distance; 0: see trail_ppm
        ("trail_ppm", "i8"),  # or at these millionths of the price; 0 too: the stop stands
        ("regular_only", "?"),  # asleep outside regular hours
    ],
    align=True,
)
REPORT: Final = np.dtype(
    [("order_id", "i8"), ("what", "i8"), ("ts_ns", "i8"), ("contracts", "i8"), ("price_ticks", "i8"), ("group", "i8")],
    align=True,
)
