"""A chaos run saved as a session for `bn replay`: each life of the program as `bn live --record-wire` would keep it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simulator.chaos.timeline import MachineClock
from system.broker.address import Address
from system.domain.errors import InputError
from system.domain.settings import Settings
from system.wiring.frames import Frames
from system.wiring.memory import Memory
from system.wiring.spelling import plain
from system.wiring.version import version

MODE: Final = "chaos"
CONFIGURED: Final = ("contracts", "stop_ticks", "target_ticks", "cooldown_after_loss_ns")  # by a blow, between lives


@dataclass(slots=True)
class Saved:
    """Where to, and of which seed, whose scenario has the rules."""

    folder: Path
    seed: int
    lives: int = 0

    def begin(self, clock: MachineClock, address: Address, settings: Settings, memory: Memory, seq: int) -> Frames:
        """The recording of the next life, with what it begins with."""
        self.lives += 1
        frames = Frames(self.folder, clock, f"life-{self.lives:03}")
        frames.begin(
            {
                "version": version(),
                "chaos": self.seed,
                "mode": MODE,
                "settings": {name: getattr(settings, name) for name in CONFIGURED},
                "account": "",
                "paper": True,
                "dry": False,
                "host": address.host,
                "port": address.port,
                "client_id": address.client_id,
                "journal": {"seq": seq, "memory": plain(memory)},
            }
        )
        return frames


def folder_for(path: Path) -> Path:
    """A folder that is there and holds nothing yet. Raises InputError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if next(path.iterdir(), None) is not None:
            raise InputError(f"{path}: expected an empty folder, or none")
    except OSError as error:
        raise InputError(f"{path}: cannot be saved to: {error.strerror}") from None
    return path
