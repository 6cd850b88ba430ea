"""A client without I/O that speaks frames and nothing else: what it reads is what was on the wire."""

from dataclasses import dataclass, field

from simulator.tws.session import Session
from simulator.tws.wire.framing import LENGTH_BYTES, PREFIX, frame
from simulator.tws.world import World

# Numbers of messages on the wire.
TICK_PRICE, TICK_SIZE, ORDER_STATUS, ERROR, OPEN_ORDER = 1, 2, 3, 4, 5
NEXT_VALID_ID, CONTRACT_DATA, EXECUTION, MANAGED_ACCOUNTS = 9, 10, 11, 15
CURRENT_TIME, CONTRACT_END, OPEN_ORDER_END, EXECUTION_END, COMMISSION = 49, 52, 53, 55, 59
POSITION, POSITION_END = 61, 62

MISFRAMED_BYTES = 1 << 24  # what clients that guard themselves take for too long


@dataclass
class FrameClient:
    """One connection to a world; `at_s` is the transport's time."""

    world: World
    client_id: int = 7
    version: str = "v100..178"
    at_s: float = 0.0
    session: Session = field(init=False)
    raw: bytes = b""
    pieces: list[bytes] = field(default_factory=list)  # as the transport got them

    def __post_init__(self) -> None:
        self.session = Session(self.world, f"client {self.client_id}", self.at_s)

    # what it says

    def greet(self) -> None:
        offer = self.version.encode()
        self.session.receive(PREFIX + len(offer).to_bytes(LENGTH_BYTES, "big") + offer, self.at_s)

    def connect(self) -> "FrameClient":
        self.greet()
        self.ask(71, 2, self.client_id, "")
        return self

    def ask(self, *fields: object) -> None:
        self.session.receive(frame(*fields), self.at_s)

    def order(
        self,
        order_id: int,
        action: str = "BUY",
        kind: str = "MKT",
        *,
        limit: object = "",
        stop: object = "",
        quantity: int = 1,
        tif: str = "DAY",
    ) -> None:
        contract = (0, "ES", "FUT", "202403", 0, "", "", "CME", "", "USD", "", "")
        terms = (
            "",
            "",
            action,
            quantity,
            kind,
            limit,
            stop,
            tif,
            "",
            "",
            "",
            0,
            f"ref{order_id}",
            1,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
        )
        self.ask(3, order_id, *contract, *terms)

    def cancel(self, order_id: int) -> None:
        self.ask(4, 1, order_id, "")

    # what it reads

    def read(self) -> None:
        while piece := self.session.take():
            self.pieces.append(piece)
            self.raw += piece

    @property
    def frames(self) -> list[list[str]]:
        """Whole messages in order, the greeting too; what does not fit the framing ends it."""
        self.read()
        found, at = [], 0
        while len(self.raw) - at >= LENGTH_BYTES:
            length = int.from_bytes(self.raw[at : at + LENGTH_BYTES], "big", signed=True)
            if not 0 < length <= len(self.raw) - at - LENGTH_BYTES:
                break
            at += LENGTH_BYTES + length
            found.append(self.raw[at - length : at - 1].decode("latin-1").split("\0"))
        return found

    @property
    def left_over(self) -> bytes:
        """What did not make a whole message."""
        return self.raw[sum(LENGTH_BYTES + sum(len(field) + 1 for field in fields) for fields in self.frames) :]

    def of(self, *numbers: int) -> list[list[str]]:
        """Messages of these numbers, behind the greeting."""
        return [fields for fields in self.frames[1:] if fields[0] in map(str, numbers)]

    @property
    def kinds(self) -> list[int]:
        return [int(fields[0]) for fields in self.frames[1:]]

    @property
    def errors(self) -> list[tuple[int, int]]:
        """Ids and codes."""
        return [(int(fields[2]), int(fields[3])) for fields in self.of(ERROR)]

    @property
    def codes(self) -> list[int]:
        return [code for _, code in self.errors]

    @property
    def statuses(self) -> list[tuple[int, str]]:
        return [(int(fields[1]), fields[2]) for fields in self.of(ORDER_STATUS)]

    @property
    def is_cut(self) -> bool:
        return self.session.closed is not None
