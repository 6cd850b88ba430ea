"""When the market is open and when a broker may be away: what the link expects at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from system.domain.maintenance import Window
from system.domain.session import CHICAGO, Calendar, Session, utc_ns
from system.domain.settings import SECOND_NS

LOOK_AHEAD_NS: Final = 3600 * SECOND_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """What holds from a time up to, not including, `until_ns`."""

    is_open: bool
    opened_ns: int  # when the session that this is, or is the break after, opened
    window: str  # the maintenance that may be under way, or ""
    ahead: str  # the one that begins soon, or ""
    until_ns: int

    @property
    def is_quiet(self) -> bool:
        """A broker that is away, or says nothing, has a reason."""
        return not self.is_open or bool(self.window)


class Hours:
    """Spells by time. `margin_ns` before a window there are no entries any more."""

    def __init__(self, calendar: Calendar, windows: Iterable[Window] = (), margin_ns: int = 0) -> None:
        self._calendar = calendar
        self._windows = tuple(windows)
        self._margin_ns = margin_ns
        self._from_ns = 0
        self._last: Spell | None = None

    def at(self, now_ns: int) -> Spell:
        """The spell that `now_ns` lies in."""
        last = self._last
        if last is None or not self._from_ns <= now_ns < last.until_ns:
            self._from_ns, self._last = now_ns, (last := self._spell(now_ns))
        return last

    def _spell(self, now_ns: int) -> Spell:
        session = self._calendar.at(now_ns)
        close_ns = self._close_ns(session)
        marks = [close_ns, session.reopen_ns, now_ns + LOOK_AHEAD_NS]
        inside = ahead = ""
        for window in self._windows:
            for start_ns, end_ns in window.near(now_ns, LOOK_AHEAD_NS + self._margin_ns):
                marks += (start_ns - self._margin_ns, start_ns, end_ns)
                if start_ns <= now_ns < end_ns:
                    inside = inside or window.name
                elif start_ns - self._margin_ns <= now_ns < start_ns:
                    ahead = ahead or window.name
        return Spell(
            is_open=now_ns < close_ns,
            opened_ns=session.open_ns,
            window=inside,
            ahead=ahead,
            until_ns=min(mark for mark in marks if mark > now_ns),
        )

    def _close_ns(self, session: Session) -> int:
        """When the session closes: at its open where it does not trade."""
        close_s = self._calendar.close_s(session.day)
        if close_s is None:
            return session.open_ns
        return utc_ns(datetime.combine(session.day, time(close_s // 3600, close_s // 60 % 60, close_s % 60), CHICAGO))
