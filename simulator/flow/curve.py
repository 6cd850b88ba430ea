"""The day's curve of activity from the prints of the minutes that tapes cover."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.parameters import Parameters
from simulator.flow.schedule import MINUTES, SLOT, activity

Array = npt.NDArray[Any]

SLOT_SECONDS_MIN: Final = 600
SLOT_PRINTS_MIN: Final = 30
ROUNDS: Final = 20
DAMPING: Final = 0.7  # the curve is smooth where half hours meet: what one takes, its neighbours lose
LEAST: Final = 1e-4  # of the busiest half hour


def fit_curve(parameters: Parameters, seconds: Array, prints: Array) -> tuple[Parameters, int]:
    """Half hours and prints a session from those of each minute, shape (1380,); and how many half hours were measured.

    The others keep their shares relative to those.
    """
    slots = (MINUTES // SLOT, SLOT)
    covered, printed = seconds.reshape(slots).sum(axis=1), prints.reshape(slots).sum(axis=1)
    known = (covered >= SLOT_SECONDS_MIN) & (printed >= SLOT_PRINTS_MIN)
    default = np.array(parameters.half_hours, dtype=np.float64)
    shares = default.copy()
    if known.any():
        for _ in range(ROUNDS):
            expected = (_expected(parameters, shares) * seconds).reshape(slots).sum(axis=1)[known]
            shares[known] *= (printed[known] / printed[known].sum() * expected.sum() / expected) ** DAMPING
            shares = np.maximum(shares, shares.max() * LEAST)
            shares[~known] = default[~known] * shares[known].sum() / default[known].sum()
        shares *= default.sum() / shares.sum()
        parameters = replace(parameters, half_hours=tuple(float(f"{share:.4g}") for share in shares))
    total = prints.sum() / (activity(parameters) * seconds / 60).sum()
    return replace(parameters, prints_per_session=float(total)), int(known.sum())


def _expected(parameters: Parameters, shares: Array) -> Array:
    return activity(replace(parameters, half_hours=tuple(map(float, shares))))
