"""What a simulated run refuses."""

import socket
import subprocess
import sys
import threading

import pytest
import trio

from simulator.fidelity.guard import OutsideError, StandstillError, no_standstill, nothing_outside
from simulator.tws.lockstep_clock import LockstepClock


def test_a_thread_is_refused_in_a_simulated_run_and_allowed_after_it() -> None:
    thread = threading.Thread(target=lambda: None)
    with nothing_outside(), pytest.raises(OutsideError, match="thread"):
        thread.start()
    again = threading.Thread(target=lambda: None)
    again.start()
    again.join()


def test_work_handed_to_trios_threads_is_refused() -> None:
    async def main() -> None:
        await trio.to_thread.run_sync(lambda: None)

    with nothing_outside(), pytest.raises(OutsideError):
        trio.run(main, clock=LockstepClock())


def test_a_connection_and_a_process_are_refused() -> None:
    with socket.socket() as one, nothing_outside(), pytest.raises(OutsideError, match="connect"):
        one.connect(("127.0.0.1", 9))
    with nothing_outside(), pytest.raises(OutsideError, match="Popen"):
        subprocess.run([sys.executable, "-V"], check=True, timeout=60)


def test_a_run_that_spins_at_one_instant_is_ended() -> None:
    async def main() -> None:
        with no_standstill(0.2):
            while True:
                await trio.lowlevel.checkpoint()

    with pytest.raises(StandstillError, match="stood still"):
        trio.run(main, clock=LockstepClock())


def test_a_run_that_goes_on_is_not() -> None:
    async def main() -> float:
        with no_standstill(0.2):
            for _ in range(20_000):
                await trio.sleep(1)
        return trio.current_time()

    assert trio.run(main, clock=LockstepClock()) == 20_000


def test_a_run_in_which_everybody_waits_for_ever_is_ended() -> None:
    async def main() -> None:
        with no_standstill(0.2):
            await trio.sleep_forever()

    with pytest.raises(StandstillError, match="stood still"):
        trio.run(main, clock=LockstepClock())
