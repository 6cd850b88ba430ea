"""What becomes of a signal (METHOD 6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from tests.reference import calendar
from tests.reference.exchange import Exchange
from tests.reference.ledger import RoundTrip
from tests.reference.settings import Settings, to_ns

ACCEPTED, CLOSE = "accepted", "close"


@dataclass(frozen=True, slots=True)
class Results:
    """The closed trades of a session so far."""

    net_cents: int = 0
    losses_in_a_row: int = 0


class Gate:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._entries: Counter[date] = Counter()  # submitted, by session
        self._results: dict[date, Results] = {}  # by the session of the last exit's stamp
        self._last_loss_ns: int | None = None

    def closed(self, trip: RoundTrip) -> None:
        """A trade has been closed."""
        session = calendar.session_of(trip.exit_ts_ns)
        before = self._results.get(session, Results())
        lost = trip.net_cents < 0
        self._results[session] = Results(before.net_cents + trip.net_cents, before.losses_in_a_row + 1 if lost else 0)
        if lost:
            self._last_loss_ns = trip.exit_ts_ns

    def entered(self, ts_ns: int) -> None:
        """An entry has been submitted."""
        self._entries[calendar.session_of(ts_ns)] += 1

    def judge(self, ts_ns: int, direction: int, exchange: Exchange, pattern_lately: bool) -> str:
        """'accepted', 'close', or the first reason that applies."""
        if exchange.entry is not None or exchange.position is not None:
            return CLOSE if self._may_close(ts_ns, direction, exchange) else "position_open"
        session = calendar.session_of(ts_ns)
        results = self._results.get(session, Results())
        settings = self._settings
        rules = {
            "outside_entry_hours": not self._in_entry_hours(ts_ns, session),
            "cooldown": self._last_loss_ns is not None
            and ts_ns - self._last_loss_ns < to_ns(settings.cooldown_after_loss_s),
            "daily_loss": results.net_cents <= -round(settings.max_daily_loss_usd * 100),
            "max_trades": self._entries[session] >= settings.max_trades_per_day,
            "consecutive_losses": results.losses_in_a_row >= settings.max_consecutive_losses,
            "no_pattern": settings.require_pattern and not pattern_lately,
        }
        return next((reason for reason, applies in rules.items() if applies), ACCEPTED)

    def _may_close(self, ts_ns: int, direction: int, exchange: Exchange) -> bool:
        position = exchange.position
        return (
            position is not None
            and exchange.exit is None
            and direction == -position.direction
            and ts_ns - position.entered_ns >= to_ns(self._settings.min_trade_duration_s)
        )

    def _in_entry_hours(self, ts_ns: int, session: date) -> bool:
        settings = self._settings
        now = calendar.new_york_second(ts_ns)
        start, end = calendar.parse_wall(settings.entry_start), calendar.parse_wall(settings.entry_end)
        return (
            calendar.in_span(now, start, end)
            and not (settings.flattens and calendar.in_span(now, settings.flat_by_second, calendar.FLAT_UNTIL_S))
            and calendar.is_full_session(session, settings.special_sessions)
            and (settings.roll_date is None or session < settings.roll_date)
            and not any(begin <= ts_ns < until for begin, until in settings.blackouts)
        )
