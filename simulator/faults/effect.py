"""What lasts: a fault from its beginning to its end, as the player asks it on every message."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.faults.kinds import KINDS
from simulator.faults.plan import Fault
from simulator.tws.notices import Notice
from simulator.tws.requests import Request
from simulator.tws.session import Session

if TYPE_CHECKING:
    from simulator.faults.player import Player


@dataclass(slots=True)
class Route:
    """How bytes are to go: when, and how fast."""

    due_s: float
    rate: int | None = None


class Effect:
    """Does nothing by itself. `session`: the only connection it is about; None: its client says."""

    tells_bytes = False  # whether it changes how bytes go

    def __init__(self, player: "Player", fault: Fault, session: Session | None, until_s: float) -> None:
        self.player = player
        self.fault = fault
        kind = KINDS[fault.kind]
        self.of_world = kind.of_world
        self.session = None if kind.everybody or kind.of_world or kind.before_start else session
        self.until_s = until_s

    def concerns(self, session: Session) -> bool:
        """Whether it is about this connection."""
        if self.session is not None:
            return session is self.session
        return self.fault.client is None or self.of_world or session.client_id == self.fault.client

    def sessions(self) -> Iterator[Session]:
        """The connections that it is about and that stand."""
        return iter([session for session in self.player.world.connections if self.concerns(session)])

    def others(self) -> list["Effect"]:
        """Faults of the same kind that last, oldest first."""
        return [effect for effect in self.player.active if effect is not self and effect.fault.kind == self.fault.kind]

    def begin(self) -> None:
        """It begins."""

    def end(self) -> None:
        """It is over."""

    def says(self, session: Session, notice: Notice) -> Iterable[Notice]:
        """What is said instead of a notice."""
        return (notice,)

    def hears(self, session: Session, request: Request) -> bool:
        """Whether a request is passed on."""
        return True

    def greets(self, session: Session) -> None:
        """A connection is about to be greeted."""

    def refuses(self, session: Session, client_id: int) -> bool:
        """Whether a client is not let in."""
        return False

    def version(self, agreed: int) -> int:
        """The version to greet with."""
        return agreed

    def deafens(self, session: Session) -> bool:
        """Whether what the client sends is left unread."""
        return False

    def route(self, session: Session, route: Route) -> None:
        """Change how bytes go."""
