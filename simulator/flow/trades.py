"""Who trades, and how much: large orders worked in pieces, the informed, and those whom a short queue calls.

Each trade is news: the efficient price moves by what is new in its side, that is by the side less what the market would
have expected of it. Large orders make sides predictable, and prices stay as unpredictable as they are in real markets.

Now and then a price holds: somebody large keeps hitting one touch, somebody larger keeps filling it up, and everybody
knows, so little of it is news. The sides then have a memory that the tick rule, too, can see, and the price none.
"""

from typing import Any, Final

import numpy.typing as npt

from simulator.flow.draws import bits, exponential, fair, normal, uniform
from simulator.flow.queues import holds, leave, mispricing
from simulator.flow.state import LONG_RUNS
from system.domain.kernels import kernel

Array = npt.NDArray[Any]

SURE: Final = 0.98  # no trader is surer of a side
BREAKING: Final = 1 / 4000  # of trades, those that come with news of another order
BREAKING_SIZE: Final = 80.0
RUN_MAX: Final = 2000.0  # pieces of the largest order
LARGE_MORE: Final = 0.93  # chance that another piece follows of an order that is large and in a hurry
SHORT_QUEUE: Final = 20  # contracts: one order may want all of it
SIZES_SHIFT: Final = 20  # the table of sizes has 2 ** 12 entries


@kernel
def renew_runs(flow: Array, rules: Array) -> None:
    """Replace large orders that are done: the length has a power law of exponent 1, which gives sides a long memory."""
    for k in range(LONG_RUNS):
        if flow["run_left"][0, k] <= 0:
            flow["run_side"][0, k] = fair(flow)
            length = rules["run_pieces"][0] / (uniform(flow) + 0.001)
            flow["run_left"][0, k] = 1 + int(min(length, RUN_MAX))


@kernel
def plan_hold(flow: Array, rules: Array) -> None:
    """See when a price holds again."""
    flow["hold_left"][0] = 0
    flow["hold_next"][0] = 1 + int(exponential(flow) * rules["hold_every"][0])


@kernel
def _count_hold(flow: Array, rules: Array) -> None:
    """A print less until a price holds, or no longer does."""
    if flow["hold_left"][0] > 0:
        flow["hold_left"][0] -= 1
        if flow["hold_left"][0] == 0:
            plan_hold(flow, rules)
        return
    flow["hold_next"][0] -= 1
    if flow["hold_next"][0] == 0:
        flow["hold_side"][0] = fair(flow)
        flow["hold_left"][0] = 1 + int(exponential(flow) * rules["hold_prints"][0])


@kernel
def _chance_of_buying(flow: Array, rules: Array, reacts: bool) -> float:
    if flow["limited"][0]:
        return 1.0
    if holds(flow) and uniform(flow) < rules["hold_flow"][0]:
        return float(flow["hold_side"][0])
    bid_size, ask_size = flow["shown"][0, 0], flow["shown"][0, 1]
    imbalance = (bid_size - ask_size) / (bid_size + ask_size)
    if reacts:
        return float(0.5 + rules["lean_fast"][0] * imbalance)
    error = min(max(mispricing(flow), -1.0), 1.0)
    chance = 0.5 + rules["informed"][0] * error + rules["lean"][0] * imbalance
    chance = min(max(chance, 1 - SURE), SURE)
    share = rules["runs"][0]
    return float((1 - share) * chance + share * (flow["run_side"][0, 0] + flow["run_side"][0, 1]) / LONG_RUNS)


@kernel
def wish(flow: Array, rules: Array, reacts: bool) -> int:
    """Somebody would like to trade; return the touch that is hit, or -1 where its queue was too long to hurry."""
    thin = rules["thin_fast"][0] if reacts else rules["thin"][0]
    held = holds(flow)
    buying = _chance_of_buying(flow, rules, reacts)
    buys = buying * thin / (flow["shown"][0, 1] + thin)
    sells = (1 - buying) * thin / (flow["shown"][0, 0] + thin)
    drawn = uniform(flow)
    if drawn >= buys + sells:
        return -1
    side = 1 if drawn < buys else 0
    news = rules["impact"][0] * (2 * side - 1 - (buys - sells) / (buys + sells)) + normal(flow)
    if uniform(flow) < BREAKING:
        news += BREAKING_SIZE * normal(flow)
    flow["efficient"][0] += flow["sigma"][0] * (rules["hold_news"][0] if held else 1.0) * news
    _count_hold(flow, rules)
    if not reacts:
        k = fair(flow)
        flow["run_left"][0, k if flow["run_side"][0, k] == side else 1 - k] -= 1
        renew_runs(flow, rules)
    return side


@kernel
def trade(flow: Array, rules: Array, sizes: Array, side: int) -> int:
    """One print at the touch of `side`, never more than it shows; return its contracts."""
    shown = flow["shown"][0, side]
    wanted = flow["rest"][0]
    if flow["prints"][0] == 0:
        flow["large"][0] = uniform(flow) < rules["large"][0]
    if wanted == 0:
        wanted = sizes[bits(flow) >> SIZES_SHIFT]
        if flow["large"][0]:
            wanted = max(wanted, sizes[bits(flow) >> SIZES_SHIFT])
        if shown <= SHORT_QUEUE and uniform(flow) < rules["clear"][0]:
            wanted = max(wanted, shown)
    if wanted >= shown > 1 and holds(flow):
        wanted = shown - 1  # whoever defends the price fills the touch up in time
    size = min(wanted, shown)
    chance = rules["split_first"][0] if flow["prints"][0] == 0 else rules["split_more"][0]
    if flow["large"][0]:
        chance = LARGE_MORE
    if size == shown:
        chance *= rules["beyond"][0]
    flow["prints"][0] += 1
    flow["more"][0] = uniform(flow) < chance
    flow["rest"][0] = wanted - shown if wanted > shown and uniform(flow) < rules["sweep"][0] else 0
    flow["last"][0] = flow["hit"][0] = side
    leave(flow, rules, side, size)
    return int(size)
