"""How a whole session's volume lies over its half hours."""

from typing import Any, Final

import numpy as np

from simulator.facts.pools import ratio
from simulator.facts.stretch import Stretch
from system.domain.session import HOUR_NS, Session

HALF_HOURS: Final = 46  # of a session, from 18:00 to 17:00 in New York
HALF_HOUR_NS: Final = HOUR_NS // 2
RTH_FIRST: Final = 31  # 09:30
RTH_LAST: Final = 43  # 15:30


class Day:
    """Of regular sessions that a tape holds from their first half hour to their last; parts would tilt the shares."""

    def __init__(self) -> None:
        self.sessions = 0
        self._volume = np.zeros(HALF_HOURS)
        self._held = np.zeros(HALF_HOURS)
        self._session: Session | None = None
        self._begin_ns = self._end_ns = 0

    def add(self, stretch: Stretch) -> None:
        """Add one stretch of either segment."""
        if self._session is None:
            self._session, self._begin_ns = stretch.session, stretch.begin_ns
        self._end_ns = stretch.end_ns
        half_hour = HALF_HOURS - 1 - (stretch.session.break_ns - 1 - stretch.prints["ts_ns"]) // HALF_HOUR_NS
        self._held += np.bincount(np.maximum(half_hour, 0), stretch.prints["size"], minlength=HALF_HOURS)

    def end_session(self) -> None:
        """Take the session in where it is whole."""
        session = self._session
        if (
            session is not None
            and session.regular
            and self._begin_ns < session.open_ns + HALF_HOUR_NS
            and self._end_ns >= session.break_ns - HALF_HOUR_NS
        ):
            self.sessions += 1
            self._volume += self._held
        self._held = np.zeros(HALF_HOURS)
        self._session = None

    def values(self) -> dict[str, float | None]:
        """Figures by the keys of the catalogue."""
        total = float(self._volume.sum())
        return {
            "rth_volume": ratio(float(self._volume[RTH_FIRST : RTH_LAST + 1].sum()), total),
            "volume_0930": ratio(float(self._volume[RTH_FIRST]), total),
            "volume_1530": ratio(float(self._volume[RTH_LAST]), total),
        }

    def curve(self) -> dict[str, Any]:
        """The share of each half hour, by its start in New York."""
        starts = [(36 + number) % 48 for number in range(HALF_HOURS)]
        return {
            "half_hours": [f"{start // 2:02}:{start % 2 * 30:02}" for start in starts],
            "volume_share": [float(share) for share in self._volume / max(self._volume.sum(), 1)],
        }
