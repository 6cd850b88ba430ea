"""Random draws for compiled code that come out the same on every machine, compiled or not.

Integers of at most 63 bits make the bits; numbers with a fraction come from them by tables and by +, - and x alone,
which IEEE 754 fixes to the last bit, where a library's logarithm may differ between machines.
"""

from fractions import Fraction
from math import exp, log
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from system.domain.kernels import kernel

Array = npt.NDArray[Any]

UNIT: Final = 1.0 / (1 << 32)
STEPS: Final = 4096
SHIFT: Final = 20  # bits of a draw below the table's index
DECAY_MAX: Final = 16  # exp(-16) is nothing
DECAY_STEPS: Final = 256  # a unit


def _fixed(value: float) -> float:
    """Rounded to a multiple of 2**-32, which hides the last bits, where machines differ."""
    return float(Fraction(round(value * (1 << 32)), 1 << 32))


LOG_STEPS: Final = _fixed(log(STEPS))
EXPONENTIAL: Final = np.array([0.0] + [_fixed(-log(i / STEPS)) for i in range(1, STEPS + 1)])
NORMAL: Final = np.array([_fixed(NormalDist().inv_cdf(0.5 + (i + 0.5) / (2 * STEPS))) for i in range(STEPS)])
DECAY: Final = np.array([_fixed(exp(-i / DECAY_STEPS)) for i in range(DECAY_MAX * DECAY_STEPS + 2)])


def seed_generators(state: Array, words: tuple[int, int, int]) -> None:
    """Start both generators, from three words of 32 bits."""
    # Multiply-with-carry stands still at 0 and where the carry is one below its factor; the xorshift at 0.
    state["carry"] = ((words[0] % 698_769_067 + 1) << 32) + words[1]
    state["shift"] = words[2] % 0xFFFFFFFF + 1


@kernel
def bits(state: Array) -> int:
    """32 random bits: multiply-with-carry plus a xorshift."""
    carry = state["carry"][0]
    carry = 698_769_069 * (carry & 0xFFFFFFFF) + (carry >> 32)
    shift = state["shift"][0]
    shift ^= (shift << 13) & 0xFFFFFFFF
    shift ^= shift >> 17
    shift ^= (shift << 5) & 0xFFFFFFFF
    state["carry"][0] = carry
    state["shift"][0] = shift
    drawn: int = (carry + shift) & 0xFFFFFFFF
    return drawn


@kernel
def uniform(state: Array) -> float:
    """In [0, 1)."""
    return bits(state) * UNIT


@kernel
def fair(state: Array) -> int:
    """0 or 1."""
    return bits(state) >> 31


@kernel
def exponential(state: Array) -> float:
    """Of mean 1: the logarithm between two steps of its table is a straight line."""
    whole = 0.0
    while True:
        drawn = bits(state)
        i = drawn >> SHIFT
        if i > 0:
            low, high = EXPONENTIAL[i], EXPONENTIAL[i + 1]
            return float(whole + low + (high - low) * ((drawn & ((1 << SHIFT) - 1)) * (1.0 / (1 << SHIFT))))
        whole += LOG_STEPS  # memoryless: beyond the table it begins anew


@kernel
def normal(state: Array) -> float:
    """Of mean 0 and deviation 1, at most about 3.8 on either side; a fair bit has the sign."""
    drawn = bits(state)
    z = NORMAL[(drawn >> 1) & (STEPS - 1)]
    return float(z if drawn & 1 else -z)


@kernel
def decay(x: float) -> float:
    """exp(-x) for x >= 0."""
    scaled = x * DECAY_STEPS
    i = int(scaled)
    if i >= DECAY_MAX * DECAY_STEPS:
        return 0.0
    return float(DECAY[i] + (DECAY[i + 1] - DECAY[i]) * (scaled - i))
