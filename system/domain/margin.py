"""Whether the account can carry an entry: TWS is asked once a session, by an order that is never placed (a what-if).

Until the session's answer is a good one entries are shut; silence and a refusal are no answer. It is asked again once a
minute, at most so many times in an hour.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from system.domain.order_events import MarginAnswered
from system.domain.settings import MINUTE_S, SECOND_NS

RETRY_NS: Final = MINUTE_S * SECOND_NS
HOUR_NS: Final = 60 * RETRY_NS
ASKS_MAX: Final = 20  # in any hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What is known. `good_for`: the session in which the account has been told to carry an entry."""

    good_for: date | None = None
    fault: str = ""
    asked_ns: tuple[int, ...] = ()  # in the last hour

    def is_due(self, now_ns: int, day: date) -> bool:
        """Whether to ask now, in the session of `day`."""
        if day == self.good_for or (self.asked_ns and now_ns - self.asked_ns[-1] < RETRY_NS):
            return False
        return len(self._recent(now_ns)) < ASKS_MAX

    def asked(self, now_ns: int) -> "Margin":
        """It is asked."""
        return replace(self, asked_ns=(*self._recent(now_ns), now_ns))

    def answered(self, told: MarginAnswered, day: date) -> "Margin":
        """Good only where the broker says so in numbers."""
        fault = _fault(told)
        return replace(self, fault=fault, good_for=None if fault else day)

    def why_shut(self, day: date) -> str:
        """Why no entry may be made in the session of `day`, or nothing."""
        if day == self.good_for:
            return ""
        return self.fault or "whether the account can carry an entry is not known yet"

    def _recent(self, now_ns: int) -> tuple[int, ...]:
        return tuple(at_ns for at_ns in self.asked_ns if now_ns - at_ns < HOUR_NS)


def _fault(told: MarginAnswered) -> str:
    if not told.known:
        return f"whether the account can carry an entry is not known: {told.text or 'TWS did not say'}"
    if told.initial_cents > told.equity_cents:
        initial, equity = told.initial_cents / 100, told.equity_cents / 100
        return f"an entry would need {initial:,.2f} of initial margin, the equity with loan value is {equity:,.2f}"
    return ""
