"""The check that the account can carry an entry: asks, and writes and says what `system.domain.margin` makes of it."""

from system.actors.ports import Log
from system.domain.margin import Margin
from system.domain.order_events import Journal, MarginAnswered, MarginAsked
from system.domain.session import Calendar


class MarginCheck:
    """For entries of so many contracts."""

    def __init__(self, contracts: int, calendar: Calendar, log: Log) -> None:
        self._margin = Margin()
        self._contracts = contracts
        self._calendar = calendar
        self._log = log

    def question(self, now_ns: int) -> MarginAsked | None:
        """What is to be asked now, if anything."""
        if not self._margin.is_due(now_ns, self._calendar.at(now_ns).day):
            return None
        self._margin = self._margin.asked(now_ns)
        return MarginAsked(now_ns=now_ns, contracts=self._contracts)

    def take(self, told: MarginAnswered) -> Journal:
        """Take an answer; a fault is said out loud, once."""
        before, self._margin = self._margin, self._margin.answered(told, self._calendar.at(told.now_ns).day)
        if not self._margin.fault:
            self._log("margin", initial=told.initial_cents / 100, equity=told.equity_cents / 100)
        elif self._margin.fault != before.fault:
            self._log("alert", name="margin", text=f"{self._margin.fault}: no entries until it can")
        payload: dict[str, int | str] = {
            "known": int(told.known),
            "initial_cents": told.initial_cents,
            "equity_cents": told.equity_cents,
            "text": told.text,
        }
        return Journal(kind="margin", now_ns=told.now_ns, payload=payload)

    def why_shut(self, now_ns: int) -> str:
        """Why no entry may be made, or nothing."""
        return self._margin.why_shut(self._calendar.at(now_ns).day)
