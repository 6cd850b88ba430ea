"""A client of a few lines for tests: it speaks frames to a session, and keeps what it is told."""

import struct
from dataclasses import dataclass, field
from datetime import date

from simulator.flow.parameters import NORMAL
from simulator.tws.session import Session
from simulator.tws.start import synthetic
from simulator.tws.world import World

DAY = date(2024, 3, 19)
NANO = 1_000_000_000


def a_world(seed: int = 1, start: str | None = None) -> World:
    """A market on 2024-03-19, at 10:00 New York."""
    return synthetic(seed, DAY, NORMAL, start)


def message(*fields: object) -> bytes:
    """A frame of fields."""
    payload = b"".join(str(one).encode() + b"\0" for one in fields)
    return struct.pack(">I", len(payload)) + payload


def greeting(offer: bytes = b"v151..178") -> bytes:
    return b"API\0" + struct.pack(">I", len(offer)) + offer


@dataclass
class Talk:
    """One client of a world, by default connected as client 1."""

    world: World
    client_id: int = 1
    offer: bytes = b"v151..178"
    at_s: float = 0.0
    session: Session = field(init=False)
    _data: bytes = b""

    def __post_init__(self) -> None:
        self.session = Session(self.world, "test", self.at_s)

    def start(self) -> "Talk":
        """Greet and start; what is said to that is read."""
        self.send(greeting(self.offer))
        self.send(message(71, 2, self.client_id, ""))
        self.read()
        return self

    def send(self, data: bytes) -> None:
        self.session.receive(data, self.at_s)

    def ask(self, *fields: object) -> list[list[str]]:
        """Send a message and read what comes at once."""
        self.send(message(*fields))
        return self.read()

    def read(self) -> list[list[str]]:
        """All whole frames so far, as fields."""
        while chunk := self.session.take():
            self._data += chunk
        frames = []
        while len(self._data) >= 4 and len(self._data) >= 4 + (length := struct.unpack(">I", self._data[:4])[0]):
            frames.append(self._data[4 : 3 + length].decode().split("\0"))
            self._data = self._data[4 + length :]
        return frames
