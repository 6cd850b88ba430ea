"""Faults that hit one message of a client: what TWS hears in its place, or None."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from simulator.faults.plan import Fault
from simulator.tws.codes import warning
from simulator.tws.requests import Request
from simulator.tws.session import RATE_MAX, Session

if TYPE_CHECKING:
    from simulator.faults.player import Player

Strike = Callable[["Player", Fault, Session, Request], Request | None]


def _rate(player: "Player", fault: Fault, session: Session, request: Request) -> Request | None:
    player.tell(session, warning(100, RATE_MAX, RATE_MAX + 1, 1))
    if fault["close"]:
        session.close(f"fault: {fault.kind}")
    return None


REQUEST_STRIKES: Final[dict[str, Strike]] = {
    "rate": _rate,
}
