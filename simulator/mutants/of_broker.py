"""Bugs of the broker's side."""

from dataclasses import replace
from typing import Any

import trio

from simulator.mutants.swap import Swap
from system.broker import line, terms
from system.broker.line import Line
from system.domain.order_events import Terms


def double_size() -> list[Swap]:
    """Twice as much is sent as was meant."""
    before = terms.order_of

    def order_of(sent: Terms, account: str, *, transmit: bool) -> Any:
        return before(replace(sent, contracts=2 * sent.contracts), account, transmit=transmit)

    return [Swap(line, "order_of", order_of)]


def price_off_the_grid() -> list[Swap]:
    """A price has a residue."""
    before = terms.order_of

    def order_of(sent: Terms, account: str, *, transmit: bool) -> Any:
        order = before(sent, account, transmit=transmit)
        if sent.type == "LMT":
            order.lmtPrice += 0.05
        return order

    return [Swap(line, "order_of", order_of)]


def tasks_leak() -> list[Swap]:
    """With each connection that ends, tasks stay behind."""
    before = Line.run

    async def run(self: Line) -> None:
        try:
            await before(self)
        finally:
            for _ in range(5):
                trio.lowlevel.spawn_system_task(trio.sleep_forever)

    return [Swap(Line, "run", run)]
