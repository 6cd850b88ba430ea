"""What a kind of fault is."""

from dataclasses import dataclass
from enum import Enum

from simulator.faults.arguments import Argument


class How(Enum):
    """What a fault takes hold of."""

    NOTICE = "hits one message of TWS, or each for a while"
    REQUEST = "hits one message of a client, or each for a while"
    SPAN = "lasts for a while, or for ever"
    INSTANT = "happens at an instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind."""

    name: str
    side: str  # wire: of bytes and connections; broker: of what TWS and IB do
    how: How
    text: str
    arguments: tuple[Argument, ...] = ()
    of: tuple[str, ...] = ()  # the only messages that it can hit, where they are few
    everybody: bool = False  # about TWS as a whole, not about one connection
    before_start: bool = False  # about a connection whose client is not known yet

    def argument(self, name: str) -> Argument | None:
        """Its setting of that name."""
        return next((argument for argument in self.arguments if argument.name == name), None)
