"""Bars counted again from the rows of a tape, one row at a time, by the rules that the simulator states."""

from collections.abc import Sequence

from system.domain.ticks import QUOTE, TRADE
from tests.tws.data.floor import SECOND, Row

Counted = tuple[int, float, float, float, float, int, float, int]  # begin, prices, volume, wap, count


def prices_of(rows: Sequence[Row], what: str) -> list[tuple[int, float, int]]:
    """Time, price in points and size of each thing that a series is made of."""
    out = []
    for row in rows:
        if what == "TRADES" and row["kind"] == TRADE and row["size"] > 0:
            out.append((row["ts_ns"], row["price_ticks"] / 4, row["size"]))
        elif what != "TRADES" and row["kind"] == QUOTE:
            bid, ask = row["bid_size"] > 0, row["ask_size"] > 0
            if what == "BID" and bid:
                out.append((row["ts_ns"], row["bid_ticks"] / 4, 0))
            elif what == "ASK" and ask:
                out.append((row["ts_ns"], row["ask_ticks"] / 4, 0))
            elif what == "MIDPOINT" and bid and ask:
                out.append((row["ts_ns"], (row["bid_ticks"] + row["ask_ticks"]) / 8, 0))
    return out


def recount(rows: Sequence[Row], what: str, bar_ns: int, grid_ns: int, start_ns: int, stop_ns: int) -> list[Counted]:
    """The bars over [start, stop) on a grid from `grid_ns` on, of a tape of one session."""
    if what == "BID_ASK":
        return _bid_ask(rows, bar_ns, grid_ns, start_ns, stop_ns)
    ticks = [tick for tick in prices_of(rows, what) if tick[0] < stop_ns]
    out: list[Counted] = []
    begin_ns = start_ns
    while begin_ns < stop_ns:
        end_ns = min(stop_ns, grid_ns + ((begin_ns - grid_ns) // bar_ns + 1) * bar_ns)
        before = [price for at, price, _ in ticks if at < begin_ns]
        inside = [tick for tick in ticks if begin_ns <= tick[0] < end_ns]
        shown = [price for _, price, _ in inside]
        if what == "TRADES":
            volume = sum(size for _, _, size in inside)
            wap = sum(price * size for _, price, size in inside) / volume if volume else 0.0
            if shown:
                out.append((begin_ns, shown[0], max(shown), min(shown), shown[-1], volume, round(wap, 3), len(shown)))
            elif before:
                last = before[-1]
                out.append((begin_ns, last, last, last, last, 0, last, 0))
        else:
            shown = before[-1:] + shown
            if shown:
                out.append((begin_ns, shown[0], max(shown), min(shown), shown[-1], -1, -1, -1))
        begin_ns = end_ns
    return out


def _bid_ask(rows: Sequence[Row], bar_ns: int, grid_ns: int, start_ns: int, stop_ns: int) -> list[Counted]:
    bids, asks = (recount(rows, what, bar_ns, grid_ns, start_ns, stop_ns) for what in ("BID", "ASK"))
    out: list[Counted] = []
    for bid in bids:
        for ask in asks:
            if bid[0] == ask[0]:
                end_ns = min(stop_ns, grid_ns + ((bid[0] - grid_ns) // bar_ns + 1) * bar_ns)
                means = [_mean(rows, what, bid[0], end_ns) for what in ("BID", "ASK")]
                out.append((bid[0], means[0], ask[2], bid[3], means[1], -1, -1, -1))
    return out


def _mean(rows: Sequence[Row], what: str, begin_ns: int, end_ns: int) -> float:
    """Of what prevails at the end of each second."""
    ticks, seen = prices_of(rows, what), []
    for second_ns in range(begin_ns, end_ns, SECOND):
        before = [price for at, price, _ in ticks if at < second_ns + SECOND]
        seen += before[-1:]
    return round(sum(seen) / len(seen), 3)
