"""The machine that the program runs on, and who looks after it: it is started again, and resumed, as a person would."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import trio

from simulator.chaos.process import Process, Setting
from simulator.chaos.scenario import Scenario
from system.domain.road import OperatorAsked

LIVES_MAX: Final = 500
SOON: Final = {"killed": 5.0, "power cut": 30.0, "StorageError": 10.0, "ActorFailedError": 5.0}
LOOK_S: Final = 5.0


class Machine:
    """One process after the other."""

    def __init__(self, setting: Setting, scenario: Scenario, on_end: Callable[[Process], None]) -> None:
        self._setting = setting
        self._scenario = scenario
        self._on_end = on_end
        self.process: Process | None = None
        self.lives = 0
        self.restart_s: float | None = None  # after the next end, where it is told
        self.settings = setting.settings  # with which it is started

    async def run(self) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._operate)
            for _ in range(LIVES_MAX):
                self.lives += 1
                self.process = process = Process(replace(self._setting, settings=self.settings))
                await process.run()
                self._on_end(process)
                wait_s, self.restart_s = self.restart_s, None
                await trio.sleep(SOON.get(process.end, self._scenario.restart_s) if wait_s is None else wait_s)
        raise AssertionError("it is started again and again")

    @property
    def running(self) -> Process | None:
        """The process that runs now."""
        process = self.process
        return process if process is not None and not process.dead and hasattr(process, "wiring") else None

    async def _operate(self) -> None:
        """Resume what has been halted for long enough."""
        halted_s = 0.0
        while True:
            await trio.sleep(LOOK_S)
            process = self.running
            halted_s = halted_s + LOOK_S if process is not None and process.wiring.order.state.halted else 0.0
            if process is not None and halted_s >= self._scenario.resume_s:
                halted_s = 0.0
                process.broker.post(OperatorAsked(now_ns=process.clock(), what="resume"))
