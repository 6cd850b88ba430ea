"""Orders and prices between the core's integers and ib_insync's objects. What cannot be true raises ValueError."""

import math
from typing import Any, Final

import ib_insync
from ib_insync.util import UNSET_DOUBLE

from system.domain.instrument import TICKS_PER_POINT
from system.domain.order_events import Terms

TICKS_MAX: Final = 1 << 28
SIZE_MAX: Final = 1 << 30
UNSET: Final = 1e300  # TWS's and the library's "no value" is 1.79e308
ID_MAX: Final = 1 << 31  # of orders and clients: 32 bits, with a sign
PERM_ID_MAX: Final = 1 << 63
ORDER_ID_MAX: Final = 1_000_000_000  # ids of requests are above, for errors name both alike
SIDES: Final = {"BUY": 1, "SELL": -1, "BOT": 1, "SLD": -1}


def ticks(price: float) -> int:
    """A price in points as ticks; 0 for none. Raises ValueError off the grid, and for what no price is."""
    if price in (0.0, -1.0) or price > UNSET:
        return 0
    scaled = price * TICKS_PER_POINT
    if not math.isfinite(scaled) or not 0 < scaled < TICKS_MAX or scaled != math.floor(scaled):
        raise ValueError(f"price {price!r}: expected one on the grid of quarter points")
    return int(scaled)


def contracts(size: float) -> int:
    """A size as a whole number of contracts. Raises ValueError for another."""
    if not math.isfinite(size) or size != math.floor(size) or not 0 <= size < SIZE_MAX:
        raise ValueError(f"size {size!r}: expected a whole number of contracts")
    return int(size)


def signed(size: float) -> int:
    """Contracts held: below 0 for sold ones. Raises ValueError for what is no whole number."""
    return contracts(size) if size >= 0 else -contracts(-size)


def touch(price: str, size: str) -> tuple[int, int]:
    """A side of a quote; 0 contracts where there is none, by its price or by its size. Raises ValueError."""
    at_ticks, shown = ticks(float(price)), float(size)
    if not at_ticks or shown < 0 or shown > UNSET:
        return at_ticks, 0
    return at_ticks, contracts(shown)


def whole(text: str, below: int) -> int:
    """A whole number that TWS can mean. Raises ValueError."""
    number = int(text)
    if not 0 <= abs(number) < below:
        raise ValueError(f"{text[:20]}: expected a number below {below}")
    return number


def order_id(text: str) -> int:
    """An id that orders may have: one that is far too high would be the floor of all later ones. Raises ValueError."""
    return whole(text, ORDER_ID_MAX)


def order_of(terms: Terms, account: str, *, transmit: bool) -> Any:
    """ib_insync's form of an order; nothing is left to the account's or the library's defaults."""
    return ib_insync.Order(
        orderId=terms.order_id,
        action="BUY" if terms.side > 0 else "SELL",
        totalQuantity=terms.contracts,
        orderType=terms.type,
        lmtPrice=terms.limit_ticks / TICKS_PER_POINT if terms.limit_ticks else UNSET_DOUBLE,
        auxPrice=terms.stop_ticks / TICKS_PER_POINT if terms.stop_ticks else UNSET_DOUBLE,
        tif=terms.tif,
        outsideRth=terms.outside_rth,
        triggerMethod=terms.trigger_method,
        ocaGroup=terms.group,
        ocaType=terms.group_type,
        parentId=terms.parent_id,
        orderRef=terms.ref,
        account=account,
        transmit=transmit,
    )


def terms_of(order: Any) -> Terms:
    """An order as the broker tells of it. Raises ValueError for one that ours can never look like."""
    return Terms(
        order_id=order_id(str(order.orderId)),
        ref=order.orderRef,
        side=SIDES[order.action],
        contracts=contracts(float(order.totalQuantity)),
        type=order.orderType,
        limit_ticks=ticks(float(order.lmtPrice)) if order.orderType == "LMT" else 0,
        stop_ticks=ticks(float(order.auxPrice)) if order.orderType == "STP" else 0,
        tif=order.tif,
        outside_rth=bool(order.outsideRth),
        trigger_method=order.triggerMethod,
        group=order.ocaGroup,
        group_type=order.ocaType if order.ocaGroup else 0,
        parent_id=order.parentId,
    )
