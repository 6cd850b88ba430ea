"""Short ways to write a tape and to measure it."""

from collections.abc import Sequence
from typing import Any

from simulator.facts.measure import Facts, measure
from system.domain.ticks import Batch, Kind, empty_batch
from tests.domain.tape import NOON, S

Row = tuple[Any, ...]


def quote(at_s: float, bid: int, ask: int, bid_size: int = 10, ask_size: int = 10) -> Row:
    return (Kind.QUOTE, at_s, bid, ask, bid_size, ask_size)


def trade(at_s: float, price: int, size: int = 1, side: int = 1) -> Row:
    return (Kind.TRADE, at_s, price, size, side)


def gap(at_s: float) -> Row:
    return (Kind.GAP, at_s)


def tape(*rows: Row, base_ns: int = NOON) -> Batch:
    """Events at seconds after the base; trades carry the last quote before them."""
    batch = empty_batch(len(rows))
    held = (0, 0, 0, 0)
    for event, (kind, at_s, *rest) in zip(batch, rows, strict=True):
        event["kind"], event["ts_ns"] = kind, base_ns + round(at_s * S)
        if kind == Kind.QUOTE:
            held = tuple(rest)
        if kind == Kind.TRADE:
            event["price_ticks"], event["size"], event["side"] = rest
        if kind in (Kind.QUOTE, Kind.TRADE):
            event["bid_ticks"], event["ask_ticks"], event["bid_size"], event["ask_size"] = held
    return batch


def measured(*batches: Batch) -> Facts:
    return measure("a tape", batches)


def rth(*rows: Row) -> dict[str, float | None]:
    """The figures of a tape that begins at noon in New York."""
    return measured(tape(*rows)).values["rth"]


def at_mids(steps: Sequence[float]) -> list[Row]:
    """Quotes of one tick of spread, one a second, whose mid takes these steps, and a last event after them."""
    rows, bid = [quote(0, 1000, 1001)], 1000
    for number, step in enumerate(steps, 1):
        bid += int(step)
        rows.append(quote(number, bid, bid + 1))
    return [*rows, trade(len(steps) + 0.5, bid)]
