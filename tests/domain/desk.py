"""A gate with someone at the exchange: signals in, fills at will."""

from datetime import date
from typing import Any, Literal

from system.domain.instrument import ContractMonth
from system.domain.position import Fill, Reason, RoundTrip
from system.domain.risk import ExitAtMarket, Risk, SignalFound, SubmitBracket
from system.domain.session import Calendar
from system.domain.settings import Settings
from tests.domain.tape import NOON, S


class Desk:
    """Times are nanoseconds; by default a signal sees 1000 / 1001 and an entry fills at its touch."""

    def __init__(self, month: ContractMonth | None = None, **changes: Any) -> None:
        self.settings = Settings(**changes)
        self.risk = Risk(self.settings, Calendar(self.settings.closures), month)
        self.command: SubmitBracket | ExitAtMarket | None = None

    def signal(self, ts_ns: int = NOON, direction: Literal[1, -1] = 1, *, patterned: bool = False) -> str:
        found = SignalFound(ts_ns=ts_ns, direction=direction, bid_ticks=1000, ask_ticks=1001, patterned=patterned)
        outcome, self.command = self.risk.judge(found)
        assert (self.command is not None) == (outcome in ("accepted", "close"))
        return outcome

    def fill(self, ts_ns: int, side: int, contracts: int, price: int, reason: Reason) -> RoundTrip | None:
        return self.risk.filled(Fill(ts_ns=ts_ns, side=side, contracts=contracts, price_ticks=price, reason=reason))

    def enter(self, ts_ns: int = NOON, direction: Literal[1, -1] = 1) -> None:
        """A signal that is accepted, and filled at the same time."""
        assert self.signal(ts_ns, direction) == "accepted"
        self.fill(ts_ns, direction, self.settings.contracts, 1001 if direction > 0 else 1000, "entry")

    def trade(self, ts_ns: int, ticks: int, exit_ns: int | None = None) -> None:
        """A long round trip that wins or loses so many ticks, stamped `exit_ns` or a second later."""
        self.enter(ts_ns)
        exit_ns = ts_ns + S if exit_ns is None else exit_ns
        assert self.fill(exit_ns, -1, self.settings.contracts, 1001 + ticks, "target") is not None

    @property
    def day(self) -> date | None:
        return self.risk.counters.day
