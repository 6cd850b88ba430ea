"""Hypothesis profiles. `ci`, the default, repeats its examples; BN_TEST_HYPOTHESIS=thorough searches anew."""

import os
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from simulator.tws.lockstep_clock import LockstepClock

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]  # says how fast the machine is, not what the code does

settings.register_profile(
    "ci", derandomize=True, database=None, deadline=None, max_examples=60, suppress_health_check=SLOW
)
settings.register_profile("nojit", settings.get_profile("ci"), max_examples=15)  # kernels in plain Python are slow
settings.register_profile(
    "thorough", database=None, deadline=None, max_examples=3000, print_blob=True, suppress_health_check=SLOW
)

DEFAULT = "nojit" if os.environ.get("NUMBA_DISABLE_JIT") == "1" else "ci"
settings.load_profile(os.environ.get("BN_TEST_HYPOTHESIS", DEFAULT))


@pytest.fixture
def autojump_clock() -> LockstepClock:
    """Instead of pytest-trio's: the same instants in fewer passes of the scheduler."""
    return LockstepClock()


LONG: Final = {"test_lockstep.py", "test_pytest_plugin.py"}  # and, by their names, among the last


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that not one of several workers is left with it while the others are idle."""
    items.sort(key=lambda item: item.path.name not in LONG)
