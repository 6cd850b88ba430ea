"""The live system's rules on a tape: METHOD.md's alone, for there is nothing else to guard against."""

from datetime import date
from typing import Final

from system.domain.hours import Hours
from system.domain.instrument import ContractMonth
from system.domain.limits import OrderRules
from system.domain.link_state import LinkRules
from system.domain.session import CLOSE_S, Calendar
from system.domain.settings import DAY_S, SECOND_NS, Settings
from system.wiring.wiring import Rules

CLIENT_ID: Final = 1
NEVER_NS: Final = 1000 * DAY_S * SECOND_NS
ENDLESS: Final = 1 << 40


class TradingDays(Calendar):
    """Every day is a whole one: a tape that has an event says that the market is open, whatever the holiday."""

    def close_s(self, day: date) -> int:
        """When the break begins."""
        return CLOSE_S


def tape_rules(settings: Settings, month: ContractMonth, *, mark_ns: int = SECOND_NS) -> Rules:
    """`mark_ns` lies between two of the clock's marks, and two probes; what the method makes due comes with a mark."""
    link = LinkRules(
        hours=Hours(TradingDays()),
        stall_ns=NEVER_NS,  # a market's silence is no fault of its tape
        spacing_ns=0,
        mark_ns=mark_ns,
        probe_ns=mark_ns,
        probe_deadline_ns=3 * mark_ns,
        probe_age_ns=4 * mark_ns,
    )
    orders = OrderRules(
        client_id=CLIENT_ID,
        max_contracts=settings.contracts,
        max_orders_per_minute=ENDLESS,
        max_spread_ticks=ENDLESS,
        max_day_loss_cents=ENDLESS,
    )
    return Rules(settings=settings, link=link, orders=orders, contract_month=month, starts_whole=True)
