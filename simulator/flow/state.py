"""What the synthetic market carries from event to event, what steers it, and the schedule of its day: three records."""

from typing import Final

import numpy as np

SCALES: Final = 3  # of the memory of arrivals
REGIMES: Final = 4  # of activity, from a third of a minute to a quarter of an hour
LONG_RUNS: Final = 2  # large orders that are being worked at once
WANDERS: Final = 2  # of a queue's usual length
TENSIONS: Final = 2  # of how much news there is in trades
STYLES: Final = 5  # what kind of traders are about: how quick, with how large orders, in how many pieces
BID: Final = 0
ASK: Final = 1
NO_FLOOR: Final = -(1 << 40)
STEP_NS: Final = 1_000_000_000  # regimes and the day's schedule move once a second

FLOW: Final = np.dtype(
    [
        ("carry", "i8"),  # the two generators' states
        ("shift", "i8"),
        ("ts_ns", "i8"),  # the time of the last event, nanoseconds UTC
        ("open_ns", "i8"),
        ("close_ns", "i8"),
        ("step_ns", "i8"),  # when the schedule is looked at again
        ("faded_ns", "i8"),  # the time that `excited` stands for
        ("base", "f8"),  # arrivals a ns that nothing has caused
        ("excited", "f8", (SCALES,)),  # arrivals a ns that earlier ones have caused
        ("regime", "i8", (REGIMES,)),
        ("sigma", "f8"),  # ticks that one trade's news moves the efficient price, about
        ("repair", "f8"),  # how much likelier something happens while the spread is wide
        ("efficient", "f8"),  # the efficient price, ticks
        ("depth", "f8", (2,)),  # contracts that usually wait at either touch
        ("wander", "i8", (2, WANDERS)),
        ("tension", "i8", (TENSIONS,)),
        ("style", "i8", (STYLES,)),
        ("heat", "f8"),  # of this moment's arrivals, the share that earlier ones have caused, over the usual share
        ("quickness", "f8"),  # what that adds to the chance of a reaction
        ("singles", "f8"),  # to the share of orders of one contract
        ("order_mean", "f8"),  # contracts of orders that are more than one
        ("touch", "i8", (2,)),  # bid and ask in ticks
        ("shown", "i8", (2,)),  # the contracts there
        ("gone", "i8"),  # the touch that went when the spread last became wide
        ("last", "i8"),  # the touch that the last trade hit
        ("hit", "i8"),  # the touch that was hit in this chain of reactions, or -1
        ("run_side", "i8", (LONG_RUNS,)),  # the touch that each large order hits
        ("run_left", "i8", (LONG_RUNS,)),  # pieces that are left of it
        ("hold_side", "i8"),  # the touch that is hit over and over while a price holds
        ("hold_left", "i8"),  # prints for which it still holds
        ("hold_next", "i8"),  # prints until the next one does
        ("rest", "i8"),  # contracts that an order still wants beyond the level it cleared
        ("more", "?"),  # whoever traded last has not done yet
        ("prints", "i8"),  # of this order so far
        ("large", "?"),  # it is one of those that take what they want at once, in many pieces
        ("reacts", "?"),  # somebody answers to the last event within a millisecond or so
        ("due", "?"),  # a quote of the same time is still to be written
        ("minute", "i8"),  # of the schedule, the one in force
        ("halted", "?"),
        ("dark", "?"),  # the market goes on, the feed does not
        ("lost", "?"),  # and events are missing since the last one written
        ("floor", "i8"),  # the lowest price allowed, ticks
        ("limited", "?"),  # the price is there, and nobody bids
    ],
    align=True,
)

RULES: Final = np.dtype(
    [
        ("branching", "f8", (SCALES,)),
        ("memory_ns", "f8", (SCALES,)),
        ("regime_step", "f8"),
        ("tension_step", "f8"),
        ("wish", "f8"),  # of arrivals, the share that would rather trade than quote
        ("wish_fast", "f8"),  # the same of reactions
        ("reacts_to_trade", "f8"),
        ("reacts_to_quote", "f8"),
        ("reacts_to_gap", "f8"),
        ("repair_fast", "f8"),  # of reactions while the spread is wide, the share that closes it
        ("split_first", "f8"),  # chance that a trade is the first of several
        ("split_more", "f8"),  # that another one follows those
        ("large", "f8"),  # share of orders that are large and in a hurry
        ("piece", "f8"),  # of reactions while an order is being split, the share that are its next piece
        ("beyond", "f8"),  # of the chance of another piece, what a cleared level leaves
        ("sweep", "f8"),  # chance that what a level could not fill goes on to the next
        ("runs", "f8"),  # share of trades that belong to the large orders
        ("run_pieces", "f8"),  # their length's scale
        ("hold_prints", "f8"),  # prints while a price holds
        ("hold_every", "f8"),  # prints between
        ("hold_flow", "f8"),  # share of the wishes meanwhile that all hit the same touch
        ("hold_news", "f8"),  # of a trade's usual news, what is left meanwhile
        ("hold_fill", "f8"),  # of changes of a queue meanwhile that is shorter than usual, those that fill it up
        ("informed", "f8"),  # pull of the efficient price on who trades
        ("lean", "f8"),  # pull of the shorter queue
        ("lean_fast", "f8"),
        ("thin", "f8"),  # contracts: at a queue this long every other wish comes to nothing
        ("thin_fast", "f8"),
        ("clear", "f8"),  # chance that an order is for all that a short queue shows
        ("impact", "f8"),  # of a trade's news, how much is in its side
        ("fade", "f8"),  # of reactions to a trade, the share that leave the touch that it hit
        ("pull", "f8"),  # of the efficient price on the queues
        ("follow", "f8"),  # chance that the other touch follows one that went
        ("follow_pull", "f8"),
        ("join", "f8"),  # how much likelier an order joins than leaves, since those that leave are larger
        ("single_join", "f8"),
        ("single_leave", "f8"),
        ("short", "f8"),  # a queue below this share of its usual length
        ("heal", "f8"),  # draws orders away from the other one, with this chance
        ("excess", "f8"),  # of what a queue has beyond its usual length, what a large order that leaves it takes
        ("short_small", "f8"),  # of the larger orders, those that are of one contract where a queue is nearly gone
        ("at_once", "f8"),  # chance that a wide spread closes in the same instant
        ("piece_at_once", "f8"),  # that the next piece of an order has the time of the last
        ("order_mean", "f8"),
        ("quick_step", "f8"),
        ("order_step", "f8"),
        ("single_step", "f8"),
        ("reacts_to_short", "f8"),  # what a queue that is nearly gone adds to the chance of a reaction
        ("hurry", "f8"),  # how much quicker reactions are then, a share
        ("eager", "f8"),
        ("behind", "f8"),  # length of the queue behind a touch, in touches
        ("fresh", "f8"),  # contracts at a new touch
        ("wander_step", "f8"),
        ("busy_depth", "f8"),  # how much of a regime's activity the usual queues share
    ],
    align=True,
)

# A minute of the day.
MINUTE: Final = np.dtype(
    [
        ("base", "f8"),  # arrivals a ns, those that others cause among them
        ("sigma", "f8"),
        ("depth", "f8"),
        ("repair", "f8"),
        ("drift", "f8"),  # of the efficient price, ticks a second
        ("jump", "f8"),  # of the efficient price as the minute begins, ticks
        ("halted", "?"),
        ("dark", "?"),
        ("fall", "i8"),  # ticks that the price may fall from where it is when the first such minute begins; 0: any
    ],
    align=True,
)
