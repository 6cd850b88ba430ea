"""Hard limits that no signal can pass, and the worst position that our orders may lead to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from system.domain.intent import Order
from system.domain.settings import MINUTE_S, SECOND_NS

MINUTE_NS: Final = MINUTE_S * SECOND_NS


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRules:
    """The defaults are wide enough never to deny what the method decides."""

    client_id: int = 1  # ours at the broker
    max_contracts: int = 10
    max_orders_per_minute: int = 30
    max_spread_ticks: int = 40
    commission_cents: int = 225  # per contract and side, as configured: another one is told of
    max_day_loss_cents: int = 500_000  # of a session, what is open counted as if closed now


def reach(held: int, orders: Iterable[Order]) -> tuple[int, int]:
    """The lowest and highest position that fills of orders not proven dead may lead to.

    Of a one-cancels-other group at most its largest member fills; orders without one fill or not as they like.
    """
    most: dict[tuple[str, int], int] = {}
    for order in orders:
        key = (order.group or f"#{order.order_id}", order.side)
        most[key] = max(most.get(key, 0), order.left)
    lowest = held - sum(left for (_, side), left in most.items() if side < 0)
    return lowest, held + sum(left for (_, side), left in most.items() if side > 0)


def worst(held: int, orders: Iterable[Order]) -> int:
    """The largest position, of either sign, that fills may lead to."""
    lowest, highest = reach(held, orders)
    return max(-lowest, highest)


def too_fast(sent_ns: tuple[int, ...], orders: int, now_ns: int, rules: OrderRules) -> bool:
    """Whether so many orders more are too many for the minute."""
    recent = sum(1 for at_ns in sent_ns if now_ns - at_ns < MINUTE_NS)
    return recent + orders > rules.max_orders_per_minute
