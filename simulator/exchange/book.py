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

LAST: Final = 0
DOUBLE_LAST: Final = 1
EITHER: Final = 2  # from here on quotes count, up to here trades do
BID_ASK: Final = 3
DOUBLE_BID_ASK: Final = 4
MIDDLE: Final = 5

UNSET: Final = -1  # no quote and no trade has told yet how much is ahead in the queue


class OrderType(IntEnum):
    """How an order fills."""

    MARKET = MARKET
    LIMIT = LIMIT
    STOP = STOP
    STOP_LIMIT = STOP_LIMIT


class Trigger(IntEnum):
    """What sets a stop off: prices that reach it. Of quotes a buy looks at the bid and a sell at the ask."""

    LAST = LAST
    DOUBLE_LAST = DOUBLE_LAST  # two trades running
    EITHER = EITHER  # a trade or a quote
    BID_ASK = BID_ASK
    DOUBLE_BID_ASK = DOUBLE_BID_ASK  # two quotes running
    MIDDLE = MIDDLE  # of bid and ask


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
        ("trigger", "i8"),  # of a stop
        ("reached", "i8"),  # how many prices running have reached a stop that takes two
    ],
    align=True,
)
REPORT: Final = np.dtype(
    [("order_id", "i8"), ("what", "i8"), ("ts_ns", "i8"), ("contracts", "i8"), ("price_ticks", "i8"), ("group", "i8")],
    align=True,
)
