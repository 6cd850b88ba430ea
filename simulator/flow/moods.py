"""What moves once a second: regimes of activity, the usual queues, the kind of traders that are about, the schedule."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.draws import fair, uniform
from simulator.flow.queues import lift_limit
from simulator.flow.state import BID, NO_FLOOR, SCALES, STEP_NS, STYLES
from system.domain.kernels import kernel

Array = npt.NDArray[Any]

MINUTE_NS: Final = 60_000_000_000
REGIME_S: Final = (20.0, 60.0, 200.0, 800.0)  # how long each regime of activity lasts, on average
TENSION_S: Final = (600.0, 3000.0)
WANDER_S: Final = (120.0, 900.0)  # the same of a queue's usual length
STYLE_S: Final = (60.0, 100.0, 400.0, 100.0, 400.0)
REGIME_ENDS: Final = np.array([1 / seconds for seconds in REGIME_S])
TENSION_ENDS: Final = np.array([1 / seconds for seconds in TENSION_S])
WANDER_ENDS: Final = np.array([1 / seconds for seconds in WANDER_S])
STYLE_ENDS: Final = np.array([1 / seconds for seconds in STYLE_S])


@kernel
def _turn(flow: Array, coin: int, ends: float) -> int:
    """A coin that is thrown anew with the chance `ends`; -1 or +1."""
    return 2 * (fair(flow) if uniform(flow) < ends else coin) - 1


@kernel
def _times_as_usual(flow: Array, coins: Array, ends: Array, step: float) -> float:
    """Turn the coins; each lifts or lowers what is usual by the share `step`."""
    factor = 1.0
    for k in range(len(ends)):
        sign = _turn(flow, coins[k], ends[k])
        coins[k] = (sign + 1) // 2
        factor *= 1 + sign * step
    return factor


@kernel
def _move_styles(flow: Array, rules: Array) -> None:
    style = flow["style"][0]
    for k in range(STYLES):
        style[k] = (_turn(flow, style[k], STYLE_ENDS[k]) + 1) // 2
    flow["quickness"][0] = (2 * style[0] - 1) * rules["quick_step"][0]
    step = rules["order_step"][0]
    flow["order_mean"][0] = rules["order_mean"][0] * (1 + (2 * style[1] - 1) * step) * (1 + (2 * style[2] - 1) * step)
    flow["singles"][0] = 2 * (style[3] + style[4] - 1) * rules["single_step"][0]


@kernel
def move_schedule(flow: Array, rules: Array, minutes: Array) -> bool:
    """Begin the next second; whether trading or the feed stops with it, or goes on."""
    number = (flow["step_ns"][0] - flow["open_ns"][0]) // MINUTE_NS
    minute = minutes[number]
    caused = 0.0
    for k in range(SCALES):
        caused += rules["branching"][0, k]
    busy = _times_as_usual(flow, flow["regime"][0], REGIME_ENDS, rules["regime_step"][0])
    flow["base"][0] = minute["base"] * busy * (1 - caused)
    for side in range(2):
        long = _times_as_usual(flow, flow["wander"][0, side], WANDER_ENDS, rules["wander_step"][0])
        flow["depth"][0, side] = minute["depth"] * long * (1 + rules["busy_depth"][0] * (busy - 1))
    _move_styles(flow, rules)
    tense = _times_as_usual(flow, flow["tension"][0], TENSION_ENDS, rules["tension_step"][0])
    flow["sigma"][0], flow["repair"][0] = minute["sigma"] * tense, minute["repair"]
    flow["efficient"][0] += minute["drift"]
    if number != flow["minute"][0]:
        flow["minute"][0] = number
        flow["efficient"][0] += minute["jump"]
        if minute["fall"] == 0:
            flow["floor"][0] = NO_FLOOR
            if flow["limited"][0]:
                lift_limit(flow, rules)
        elif flow["floor"][0] == NO_FLOOR:
            flow["floor"][0] = flow["touch"][0, BID] - minute["fall"]
    flow["step_ns"][0] += STEP_NS
    turned = flow["halted"][0] != minute["halted"] or flow["dark"][0] != minute["dark"]
    flow["halted"][0], flow["dark"][0] = minute["halted"], minute["dark"]
    return bool(turned)
