"""When a fault begins and which messages it hits: each fault of a plan counts what passes by."""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from simulator.faults.arguments import NOTICES, REQUESTS
from simulator.faults.kinds import KINDS, How, Kind
from simulator.faults.plan import Fault
from simulator.tws.account_notices import OrderStatus

NEVER_S: Final = float("inf")
_ONE: Final = {How.NOTICE: NOTICES, How.REQUEST: REQUESTS}


@dataclass(slots=True, eq=False)
class Watch:
    """One fault, and how far it has come. `until_s`: a fault of messages hits them until then."""

    fault: Fault
    number: int  # in its plan
    seed: int
    kind: Kind = field(init=False)
    counted: int = 0
    until_s: float = -NEVER_S
    once: bool = False  # armed for one message
    hits: int = 0  # of a kind that draws its own bytes

    def __post_init__(self) -> None:
        self.kind = KINDS[self.fault.kind]

    @property
    def begins_at_s(self) -> float:
        """When it begins by the clock, after the start; NEVER_S: it does not."""
        fault = self.fault
        if fault.message is not None or fault.order is not None or fault.chance is not None:
            return NEVER_S
        return fault.at_s or 0.0

    def looks_at(self, message: type) -> bool:
        """Whether messages of this type can matter to it."""
        return self._counts(message) or self._hits(message)

    def _counts(self, message: type) -> bool:
        fault = self.fault
        if fault.order is not None:
            return message is OrderStatus
        if fault.message is None and fault.chance is None:
            return False
        return self._hits(message) if self.kind.how in _ONE else message.__name__ == fault.of

    def _hits(self, message: type) -> bool:
        """Whether it is about messages of this type."""
        kind, name = self.kind, message.__name__
        if kind.how not in _ONE:
            return False
        if self.fault.of is not None:
            return name == self.fault.of
        return name in (kind.of or _ONE[kind.how])

    def begins(self, message: object) -> bool:
        """Count a message; whether the fault begins with it."""
        fault = self.fault
        if not self._counts(type(message)):
            return False
        if fault.order is not None and not (isinstance(message, OrderStatus) and message.status == fault.order):
            return False
        self.counted += 1
        if fault.chance is not None:
            return draw(self.seed, self.number, self.counted) < fault.chance
        return self.counted == (fault.message or 1)

    def arm(self, now_s: float) -> None:
        """A fault of messages begins: it hits one, or all for a while."""
        if self.fault.for_s is None:
            self.once = True
        else:
            self.until_s = max(self.until_s, now_s + self.fault.for_s)

    def strikes(self, message: object, now_s: float) -> bool:
        """Whether it hits this message."""
        if not (self.once or now_s < self.until_s) or not self._hits(type(message)):
            return False
        self.once = False
        return True


def draw(seed: int, number: int, counted: int) -> float:
    """A number from 0 up to 1 that depends on nothing else: of one message of one fault."""
    digest = blake2b(f"{seed}:{number}:{counted}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def rubbish(seed: int, number: int, counted: int, size: int) -> bytes:
    """Random bytes of the same kind."""
    block = (blake2b(f"{seed}:{number}:{counted}:{part}".encode()).digest() for part in range(size // 64 + 1))
    return b"".join(block)[:size]
