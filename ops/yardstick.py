"""The yardstick: METHOD.md sections 3 and 4 of `final` as one bare loop, and nothing else: no sessions, gaps, patterns,
signals, orders. What the whole core costs is told as a multiple of this, measured in the same run.
"""

from math import tanh

import numba
import numpy as np


@numba.njit(cache=True)
def bare_loop(batch, window, interval_ns):  # noqa: ANN001, ANN201 - a yardstick, typed by numba
    ts_ns, kind = batch["ts_ns"], batch["kind"]
    price_ticks, sizes = batch["price_ticks"], batch["size"]
    bids, asks, bid_sizes, ask_sizes = batch["bid_ticks"], batch["ask_ticks"], batch["bid_size"], batch["ask_size"]
    bought, sold, prices = np.zeros(window, np.int64), np.zeros(window, np.int64), np.zeros(21, np.int64)
    price_size = size_sum = buys = sells = travel = seen = rule = last = 0
    bid = ask = bid_size = ask_size = 0
    evaluated_ns, evaluated, checksum = -(1 << 60), 0, 0.0
    for i in range(len(batch)):
        if kind[i] == 0:
            if bid_sizes[i] > 0 and ask_sizes[i] > 0 and bids[i] < asks[i]:
                bid, ask, bid_size, ask_size = bids[i], asks[i], bid_sizes[i], ask_sizes[i]
            continue
        if kind[i] != 1 or sizes[i] <= 0:
            continue
        price, size = np.int64(price_ticks[i]), np.int64(sizes[i])
        price_size += price * size
        size_sum += size
        change = price - last if seen else 0
        last = price
        if change != 0:
            rule = 1 if change > 0 else -1
        slot, oldest = seen % 21, (seen + 1) % 21
        travel += abs(change)
        if seen >= 21:
            travel -= abs(prices[oldest] - prices[slot])
        prices[slot] = price
        net = price - prices[oldest] if seen >= 20 else 0
        side = 1 if ask and price >= ask else (-1 if ask and price <= bid else rule)
        place = seen % window
        buys -= bought[place]
        sells -= sold[place]
        bought[place] = size if side > 0 else 0
        sold[place] = size if side < 0 else 0
        buys += bought[place]
        sells += sold[place]
        seen += 1
        if ask and ts_ns[i] - evaluated_ns >= interval_ns:
            evaluated_ns = ts_ns[i]
            vwap = price_size / size_sum
            total = buys + sells
            score = 0.40 * tanh(200 * (price - vwap) / vwap) + 0.40 * tanh((buys - sells) / 800)
            score += 0.15 * (tanh(1.5 * (buys - sells) / total) if total else 0.0)
            score += 0.03 * min(size / 100, 1.0) + 0.02 * max(0.0, 1 - (ask - bid) * 0.25 / 4)
            score += 0.0 * (bid_size - ask_size) / (bid_size + ask_size) + 0.0 * tanh(net / 8)
            score += 0.0 * (net / travel if travel and seen >= 21 else 0.0)
            evaluated += 1
            checksum += score
    return evaluated, checksum
