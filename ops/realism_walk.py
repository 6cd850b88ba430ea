"""A naive random walk with a tape's own means: what a synthetic tape has to be better than."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from realism_features import MINUTE_NS, Minute, prints_of, quotes_of

from system.domain.ticks import QUOTE, TRADE, empty_batch

START_TICKS: Final = 20_000  # no feature knows the level


def random_walk(like: Sequence[Minute], count: int, rng: np.random.Generator) -> list[Minute]:
    """Minutes with Poisson times and geometric sizes; each print takes the touch on a fair coin's side one tick along.

    Prints and quotes a minute, and the mean sizes, are those of `like`.
    """
    quotes = [quotes_of(minute) for minute in like]
    prints = [prints_of(minute, quote) for minute, quote in zip(like, quotes, strict=True)]
    trades_a_minute = sum(len(found.size) for found in prints) / len(like)
    quotes_a_minute = sum((found.row >= 0).sum() for found in quotes) / len(like)
    print_size = np.concatenate([found.size for found in prints]).mean()
    touch_size = np.concatenate([np.append(found.bid_size, found.ask_size) for found in quotes]).mean()

    # A print is followed by the quote that it makes, at its own time; the other quotes come when they like.
    trades = rng.poisson(trades_a_minute * count)
    others = rng.poisson(max(0.0, quotes_a_minute - trades_a_minute) * count)
    ts_ns = rng.integers(0, count * MINUTE_NS, trades + others)
    order = np.argsort(ts_ns, kind="stable")
    is_trade = (np.arange(trades + others) < trades)[order]
    events = empty_batch(trades + others)
    events["ts_ns"], events["kind"] = ts_ns[order], np.where(is_trade, TRADE, QUOTE)
    sign = np.where(is_trade, rng.choice([-1, 1], len(events)), 0)
    bid = START_TICKS + np.cumsum(sign) - sign  # as it stands when the event comes
    events["side"], events["price_ticks"] = sign, np.where(is_trade, bid + (sign > 0), 0)
    events["size"] = np.where(is_trade, rng.geometric(1 / print_size, len(events)), 0)
    events["bid_ticks"] = bid
    made = events[is_trade].copy()
    for name in ("side", "price_ticks", "size"):
        made[name] = 0
    made["kind"], made["bid_ticks"] = QUOTE, (bid + sign)[is_trade]
    events = np.insert(events, np.flatnonzero(is_trade) + 1, made)
    events["ask_ticks"] = events["bid_ticks"] + 1
    for name in ("bid_size", "ask_size"):
        events[name] = rng.geometric(1 / touch_size, len(events))

    walked, last = [], empty_batch(0)
    bounds = np.searchsorted(events["ts_ns"], MINUTE_NS * np.arange(count + 1)).tolist()
    for number in range(count):
        part = events[bounds[number] : bounds[number + 1]]
        walked.append(Minute(start_ns=number * MINUTE_NS, events=part, standing=last))
        last = part[part["kind"] == QUOTE][-1:] if len(part) else last
        last = last if len(last) else walked[-1].standing
    return walked
