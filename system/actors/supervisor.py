"""What becomes of actors that fail: all of them begin again from the journal, a few times; then the system halts.

All, because what was in their channels is lost with the one that failed, and a journal and a broker that is asked
again are known, while what the others remember of the lost records is not.
"""

from collections import deque
from typing import Final

from system.domain.settings import MINUTE_S, SECOND_NS

WITHIN_NS: Final = MINUTE_S * SECOND_NS
RESTARTS: Final = {"risk": 1, "order": 1}
RESTARTS_OF_OTHERS: Final = 3


class ActorFailedError(Exception):
    """An actor has raised what it should not have; the cause is chained."""

    def __init__(self, actor: str) -> None:
        super().__init__(f"the {actor} actor failed")
        self.actor = actor


class Supervisor:
    """Counts failures."""

    def __init__(self) -> None:
        self._failures: deque[tuple[int, str]] = deque(maxlen=64)

    def may_restart(self, actor: str, now_ns: int) -> bool:
        """Note a failure; whether the actors may begin again as if nothing had been."""
        self._failures.append((now_ns, actor))
        recent = sum(1 for at_ns, name in self._failures if name == actor and now_ns - at_ns < WITHIN_NS)
        return recent <= RESTARTS.get(actor, RESTARTS_OF_OTHERS)
