"""The machine's clock, as the program counts it, when the wall clock is set."""

from types import SimpleNamespace

import pytest

from system.domain.settings import SECOND_NS
from system.wiring import clock as module
from system.wiring.clock import SystemClock

BEGAN_NS = 1_718_208_000 * SECOND_NS


class Machine:
    """Its monotonic clock counts on; its wall clock may be set."""

    CLOCK_BOOTTIME, CLOCK_MONOTONIC = 7, 1

    def __init__(self) -> None:
        self.gone_ns = 0
        self.slept_ns = 0
        self.set_ns = 0

    def monotonic_ns(self) -> int:
        return self.gone_ns

    def clock_gettime_ns(self, clock: int) -> int:
        return self.gone_ns + (self.slept_ns if clock == self.CLOCK_BOOTTIME else 0)

    def wall_ns(self) -> int:
        return BEGAN_NS + self.gone_ns + self.slept_ns + self.set_ns


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    names = ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC", "monotonic_ns", "clock_gettime_ns")
    monkeypatch.setattr(module, "time", SimpleNamespace(**{name: getattr(machine, name) for name in names}))
    return machine


@pytest.mark.parametrize("step_ns", [3600 * SECOND_NS, SECOND_NS, -SECOND_NS])
def test_f52_a_clock_that_was_set_is_followed(step_ns: int, machine: Machine) -> None:
    clock = SystemClock(machine.wall_ns)
    machine.set_ns = step_ns
    assert clock() == BEGAN_NS
    assert (clock.anchor(), clock.anchor()) == (step_ns, 0)
    machine.gone_ns += 10 * SECOND_NS
    assert clock() == machine.wall_ns()


@pytest.mark.parametrize("step_ns", [-3 * SECOND_NS, -600 * SECOND_NS, -3600 * SECOND_NS])
def test_f52_time_goes_on_though_the_clock_was_set_far_back(step_ns: int, machine: Machine) -> None:
    clock = SystemClock(machine.wall_ns)
    assert clock() == BEGAN_NS
    machine.set_ns = step_ns
    assert clock.anchor() == step_ns
    machine.gone_ns += SECOND_NS
    assert clock() == BEGAN_NS + SECOND_NS
    machine.set_ns = 0
    assert clock.anchor() == 0


@pytest.mark.parametrize("step_ns", [0, -600 * SECOND_NS])
def test_f68_a_sleep_is_counted_though_the_clock_was_set_far_back(step_ns: int, machine: Machine) -> None:
    clock = SystemClock(machine.wall_ns)
    machine.set_ns = step_ns
    machine.slept_ns = 66 * SECOND_NS
    assert (clock.slept_ns(), clock.slept_ns()) == (66 * SECOND_NS, 0)
    assert clock() == BEGAN_NS + 66 * SECOND_NS


def test_f68_a_clock_that_was_set_while_the_machine_slept_is_followed(machine: Machine) -> None:
    clock = SystemClock(machine.wall_ns)
    machine.slept_ns, machine.set_ns = 66 * SECOND_NS, 5 * SECOND_NS
    assert clock.slept_ns() == 66 * SECOND_NS
    assert clock() == machine.wall_ns()
