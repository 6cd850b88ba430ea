"""The two queues at the touch: orders join and leave them, a touch that is empty goes, a wide spread closes.

Up and down are symmetric in law: a side is drawn with a fair bit, and all that follows looks at that side and the other
one, never at bid or ask.
"""

from math import sqrt
from typing import Any, Final

import numpy.typing as npt

from simulator.flow.draws import exponential, fair, uniform
from simulator.flow.state import ASK, BID
from system.domain.kernels import kernel

Array = npt.NDArray[Any]

PULL_MAX: Final = 0.9
PULLED: Final = -0.5  # a queue priced this badly may leave as a whole
LARGE_ORDERS: Final = 0.05  # of orders beyond one contract, this share is
LARGE: Final = 6  # times as large
FRESH_SINGLE: Final = 0.65  # of new touches, the share that a single contract makes
HOLD_MAX: Final = 1.0  # ticks: a price that is further off is not held
FADING_SINGLE: Final = 0.5  # of orders of one contract, those that leave because a trade has hit their queue
BEHIND_PARTS: Final = 4  # the more, the more alike are the levels behind the touch
LAST_STAYS: Final = 0.7  # chance that the last contract of a queue is joined instead of leaving


@kernel
def spread(flow: Array) -> int:
    """Ticks between the touches."""
    return int(flow["touch"][0, 1] - flow["touch"][0, 0])


@kernel
def mispricing(flow: Array) -> float:
    """Ticks from the middle of the touches up to the efficient price."""
    return float(flow["efficient"][0] - 0.5 * (flow["touch"][0, 0] + flow["touch"][0, 1]))


@kernel
def holds(flow: Array) -> bool:
    """Whether both touches are defended: whoever does so stops when the efficient price goes elsewhere."""
    return bool(flow["hold_left"][0] > 0 and -HOLD_MAX < mispricing(flow) < HOLD_MAX)


@kernel
def _queue_behind(flow: Array, rules: Array, side: int) -> int:
    """Contracts of a level that becomes the touch because the one before it went."""
    part = rules["behind"][0] * flow["depth"][0, side] / BEHIND_PARTS
    contracts = 1
    for _ in range(BEHIND_PARTS):
        contracts += int(exponential(flow) * part)
    return contracts


@kernel
def _fresh_queue(flow: Array, rules: Array) -> int:
    """Contracts of a touch that somebody has just made, inside a wide spread."""
    if uniform(flow) < FRESH_SINGLE:
        return 1
    return 1 + int(exponential(flow) * rules["fresh"][0])


@kernel
def lift_limit(flow: Array, rules: Array) -> None:
    """Somebody bids again, a tick below the offers."""
    flow["limited"][0] = False
    flow["touch"][0, BID] = flow["touch"][0, ASK] - 1
    flow["shown"][0, BID] = _fresh_queue(flow, rules)


@kernel
def _go(flow: Array, rules: Array, side: int) -> None:
    """The touch of `side` is empty: the level behind shows; a spread of two ticks takes the other side along.

    Below the lowest price allowed there is no level: nobody bids, and offers wait at that price.
    """
    if side == BID and flow["touch"][0, BID] <= flow["floor"][0]:
        flow["limited"][0] = True
        flow["touch"][0, BID], flow["shown"][0, BID] = flow["floor"][0] - 1, 0
        flow["touch"][0, ASK], flow["shown"][0, ASK] = flow["floor"][0], _queue_behind(flow, rules, ASK)
        return
    away = 2 * side - 1
    was_wide = spread(flow) > 1
    flow["gone"][0] = side
    flow["touch"][0, side] += away
    flow["shown"][0, side] = _queue_behind(flow, rules, side)
    if flow["limited"][0]:
        lift_limit(flow, rules)
    if was_wide:
        flow["touch"][0, 1 - side] += away
        flow["shown"][0, 1 - side] = _fresh_queue(flow, rules)


@kernel
def _improve(flow: Array, rules: Array, side: int) -> None:
    """Somebody makes a new touch inside a wide spread."""
    flow["touch"][0, side] += 1 - 2 * side
    flow["shown"][0, side] = _fresh_queue(flow, rules)


@kernel
def close_spread(flow: Array, rules: Array) -> None:
    """Make a wide spread one tick again: the other touch follows, or the one that went comes back."""
    gone = flow["gone"][0]
    chance = rules["follow"][0] + rules["follow_pull"][0] * mispricing(flow) * (2 * gone - 1)
    if holds(flow):
        chance = 0.0
    _improve(flow, rules, 1 - gone if uniform(flow) < chance else gone)


@kernel
def leave(flow: Array, rules: Array, side: int, contracts: int) -> None:
    """Take contracts from a touch, no more than it shows."""
    flow["shown"][0, side] -= contracts
    if flow["shown"][0, side] == 0:
        _go(flow, rules, side)
        if spread(flow) > 1 and uniform(flow) < rules["at_once"][0]:
            _improve(flow, rules, 1 - side)


@kernel
def _order_size(flow: Array, single: float, mean: float) -> int:
    if uniform(flow) < single:
        return 1
    return 2 + int(exponential(flow) * mean * (LARGE if uniform(flow) < LARGE_ORDERS else 1))


@kernel
def shortage(flow: Array) -> float:
    """From 0, where both queues are as long as usual or longer, to 1, where one is nearly gone."""
    shorter = min(flow["shown"][0, 0] / flow["depth"][0, 0], flow["shown"][0, 1] / flow["depth"][0, 1])
    return 1 - sqrt(min(shorter, 1.0))


@kernel
def change_queue(flow: Array, rules: Array) -> None:
    """An order joins or leaves a touch: the longer the queue and the worse its price, the likelier it leaves."""
    side = fair(flow)
    if flow["shown"][0, 1 - side] < rules["short"][0] * flow["depth"][0, 1 - side] and uniform(flow) < rules["heal"][0]:
        side = 1 - side
    fades = flow["hit"][0] >= 0 and uniform(flow) < rules["fade"][0]
    if fades:
        side = flow["hit"][0]
    if flow["limited"][0]:
        side = ASK
    pull = rules["pull"][0] * mispricing(flow) * (1 - 2 * side)
    pull = min(max(pull, -PULL_MAX), PULL_MAX)
    usual = flow["depth"][0, side]
    shown = flow["shown"][0, side]
    length = shown / usual
    joining = rules["join"][0] * (1 + pull)
    filled = holds(flow) and shown < usual and uniform(flow) < rules["hold_fill"][0]
    small = rules["short_small"][0] * max(0.0, 1 - 2 * length)
    if filled or (not fades and uniform(flow) * (joining + sqrt(length)) < joining):
        single = rules["single_join"][0] + flow["singles"][0]
        flow["shown"][0, side] += _order_size(flow, single + (1 - single) * small, flow["order_mean"][0])
        return
    single = (rules["single_leave"][0] + flow["singles"][0]) * (FADING_SINGLE if fades else 1.0)
    mean = flow["order_mean"][0] + rules["excess"][0] * max(0.0, shown - usual)
    contracts = _order_size(flow, single + (1 - single) * small, mean)
    if pull > PULLED:
        contracts = min(contracts, (shown + 1) // 2)
        if shown == 1 and uniform(flow) < LAST_STAYS:
            flow["shown"][0, side] += 1
            return
    leave(flow, rules, side, min(contracts, shown))
