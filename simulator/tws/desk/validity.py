"""When an order may act and when it ends."""

from simulator.tws.data import hours
from simulator.tws.desk.order import Ticket


def regular_at(ts_ns: int) -> tuple[bool, int]:
    """Whether it is regular hours, and when that changes: what the exchange asks for."""
    return hours.rth(ts_ns), hours.next_rth_change_ns(ts_ns)


def is_closed(ticket: Ticket, now_ns: int) -> bool:
    """Whether the order could not act now, whatever the prices."""
    return not (hours.is_open(now_ns) if ticket.terms.outside_rth else hours.rth(now_ns))


def held_until_ns(ticket: Ticket, now_ns: int) -> int | None:
    """When an order that cannot act now may; None: it can."""
    if not is_closed(ticket, now_ns):
        return None
    return hours.next_change_ns(now_ns) if ticket.terms.outside_rth else hours.next_rth_change_ns(now_ns)


def expiry_ns(ticket: Ticket, now_ns: int) -> int:
    """When it ends by itself: a day's order with the session in which it may first act, any with its contract."""
    end_ns = ticket.product.ends_ns
    if ticket.until_ns is not None:
        return min(ticket.until_ns, end_ns)
    if ticket.tif == "GTC":
        return end_ns
    return min(hours.at(held_until_ns(ticket, now_ns) or now_ns).close_ns, end_ns)
