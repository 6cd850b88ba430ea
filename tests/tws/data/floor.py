"""A trading floor for tests: a tape written down row by row, the market that plays it, and one client's feed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from simulator.exchange.venue import Exchange
from simulator.tws.data.feed import Feed
from simulator.tws.data.limits import Limits
from simulator.tws.data.source import DataDesk
from simulator.tws.market import Market
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import Request
from simulator.tws.terms import Contract
from system.domain.session import utc_ns
from system.domain.ticks import GAP, QUOTE, TRADE, Batch, empty_batch

MS = 1_000_000
SECOND = 1_000 * MS
LATENCY_NS = 50 * MS
PRICE = 20_000  # ticks
ESM4 = Contract(symbol="ES", sec_type="FUT", exchange="CME", currency="USD", last_trade="202406")
Row = dict[str, int]


def utc(hour: int, minute: int = 0, second: int = 0, day: int = 18, month: int = 3) -> int:
    """Nanoseconds of a time of March 2024, a Monday; regular hours are 13:30 to 20:00."""
    return utc_ns(datetime(2024, month, day, hour, minute, second, tzinfo=UTC))


NOON = utc(16)  # in the middle of regular hours


def quote(ts_ns: int, bid: int = PRICE, ask: int = PRICE + 1, bid_size: int = 10, ask_size: int = 20) -> Row:
    """A size of 0: that side is absent."""
    return {
        "ts_ns": ts_ns,
        "kind": QUOTE,
        "bid_ticks": bid,
        "ask_ticks": ask,
        "bid_size": bid_size,
        "ask_size": ask_size,
    }


def trade(ts_ns: int, price: int = PRICE, size: int = 1) -> Row:
    return {"ts_ns": ts_ns, "kind": TRADE, "price_ticks": price, "size": size}


def gap(ts_ns: int) -> Row:
    return {"ts_ns": ts_ns, "kind": GAP}


def batch_of(rows: Sequence[Row]) -> Batch:
    batch = empty_batch(len(rows))
    for number, row in enumerate(rows):
        for name, value in row.items():
            batch[name][number] = value
    return batch


def cut(rows: Sequence[Row], sizes: Iterable[int]) -> list[Batch]:
    """Rows as batches of the sizes given, the rest in one."""
    out, start = [], 0
    for size in sizes:
        if start + size < len(rows):
            out.append(batch_of(rows[start : start + size]))
            start += size
    return [*out, batch_of(rows[start:])] if rows[start:] else out


class Floor:
    """Plays `rows`; `feed` is one client's."""

    def __init__(self, rows: Sequence[Row], *, batches: list[Batch] | None = None, **limits: Any) -> None:
        tape = cut(rows, []) if batches is None else batches
        self.market = Market.of(tape, Exchange(latency_ns=LATENCY_NS))
        self.desk = DataDesk(limits=Limits(**limits))
        self.feed = Feed(self.desk)

    def go(self, to_ns: int) -> list[Notice]:
        """Play up to a time; what the client is told."""
        out: list[Notice] = []
        for step in self.market.advance(to_ns):
            self.desk.take(step.events, step.ts_ns)
            out += self.feed.take(step.ts_ns)
        self.desk.clock(to_ns)
        return out + self.feed.take(to_ns)

    def ask(self, request: Request) -> list[Notice]:
        return self.feed.ask(request, self.market.now_ns)

    def refused(self, request: Request) -> tuple[int, str]:
        """The code and text of the only answer."""
        (answer,) = self.ask(request)
        assert isinstance(answer, Error), answer
        return answer.code, answer.text


@st.composite
def tapes(draw: st.DrawFn, start_ns: int = NOON, most: int = 60, longest_ms: int = 4_000) -> list[Row]:
    """Some events, several at an instant at times, sides absent at times, an invalid trade and a gap among them."""
    rows, ts_ns, price = [], start_ns, PRICE
    for _ in range(draw(st.integers(1, most))):
        ts_ns += draw(st.sampled_from((0, 1, 250, 333, 999, 1_000, longest_ms))) * MS
        price += draw(st.sampled_from((0, 0, 0, 1, -1, 4)))
        kind = draw(st.sampled_from(("quote", "quote", "quote", "trade", "trade", "gap")))
        size = st.sampled_from((0, 1, 2, 30))
        if kind == "quote":
            spread = draw(st.sampled_from((1, 1, 2)))
            rows.append(quote(ts_ns, price, price + spread, draw(size), draw(size)))
        elif kind == "trade":
            rows.append(trade(ts_ns, price, draw(size)))
        else:
            rows.append(gap(ts_ns))
    return rows
