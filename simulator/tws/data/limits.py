"""How much a TWS grants, and how fast it may be asked; data that a test or a fault may change."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from system.domain.settings import SECOND_NS

Entitlement = Literal["live", "delayed", "none", "competing"]
SMALL_BAR_S: Final = 30  # pacing is for bars up to this


@dataclass(slots=True, kw_only=True)
class Limits:
    """What is granted to one login."""

    entitlement: Entitlement = "live"
    delay_ns: int = 600 * SECOND_NS
    lines: int = 100
    tick_by_tick: int = 3
    tick_by_tick_every_ns: int = 0  # one request a contract and kind; 0: any number
    depth: int = 3
    depth_rows: int = 10
    history_every_ns: int = 15 * SECOND_NS  # an identical request
    history_burst: int = 6  # so many for one contract and kind within `history_burst_ns` are too many
    history_burst_ns: int = 2 * SECOND_NS
    history_most: int = 60
    history_most_ns: int = 600 * SECOND_NS


@dataclass(slots=True)
class Pacing:
    """Which requests for history came when, and whether one more is too many."""

    limits: Limits
    _asked: deque[tuple[int, int]] = field(default_factory=deque)  # when, and how much it counts
    _same: dict[object, int] = field(default_factory=dict)  # when last
    _kinds: dict[object, deque[int]] = field(default_factory=dict)

    def allows(self, request: object, kind: object, weight: int, now_ns: int) -> bool:
        """Whether a request may be served; one that may not counts as well. `kind`: contract, exchange and data."""
        limits = self.limits
        in_time = self.counts(weight, now_ns)
        same_ns = self._same.get(request)
        recent = self._kinds.setdefault(kind, deque())
        allowed = (
            (same_ns is None or now_ns - same_ns >= limits.history_every_ns)
            and len(recent) + 1 < limits.history_burst
            and in_time
        )
        self._same[request] = now_ns
        recent.append(now_ns)
        return allowed

    def counts(self, weight: int, now_ns: int) -> bool:
        """Count a request, and say whether it is not one too many in ten minutes."""
        self._forget(now_ns)
        self._asked.append((now_ns, weight))
        return sum(count for _, count in self._asked) <= self.limits.history_most

    def _forget(self, now_ns: int) -> None:
        limits = self.limits
        while self._asked and now_ns - self._asked[0][0] >= limits.history_most_ns:
            self._asked.popleft()
        self._same = {key: at for key, at in self._same.items() if now_ns - at < limits.history_every_ns}
        for recent in self._kinds.values():
            while recent and now_ns - recent[0] >= limits.history_burst_ns:
                recent.popleft()
        self._kinds = {kind: recent for kind, recent in self._kinds.items() if recent}
