"""Quotes and trades in one stream, as a tape wants them: every trade row carries the last valid quote row before it."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch

BBO: Final = ("bid_ticks", "ask_ticks", "bid_size", "ask_size")


def with_prevailing_quotes(batches: Iterator[Batch], has_quotes: bool) -> Iterator[Batch]:
    """Finish a source's batches. Without quotes of its own, each trade whose quote differs from the last brings one."""
    last_seen = empty_batch(1)
    last_valid = empty_batch(1)
    for raw in batches:
        if not len(raw):
            continue
        batch = raw if has_quotes else _quotes_from_trades(raw, last_seen)
        _carry(batch, last_valid)
        yield batch


def _quotes_from_trades(trades: Batch, last_seen: Batch) -> Batch:
    """Put a quote row before each trade whose quote is not that of the trade before it; `last_seen` moves on."""
    is_trade = trades["kind"] == TRADE
    rows = np.flatnonzero(is_trade)
    if not len(rows):
        return trades
    known = np.concatenate([last_seen, trades[rows]])
    changed = np.zeros(len(rows), bool)
    for name in BBO:
        changed |= known[name][1:] != known[name][:-1]
    last_seen[:] = known[-1:]
    copies = np.ones(len(trades), np.int64)
    copies[rows[changed]] = 2
    batch = np.repeat(trades, copies)
    # The first of two copies becomes the quote.
    at = (np.cumsum(copies) - copies)[rows[changed]]
    quotes = empty_batch(len(at))
    for name in ("ts_ns", *BBO):
        quotes[name] = batch[name][at]
    quotes["kind"] = QUOTE
    batch[at] = quotes
    return batch


def _carry(batch: Batch, last_valid: Batch) -> None:
    """Overwrite the quote of every trade row with the last valid quote row's; `last_valid` moves on."""
    valid = (
        (batch["kind"] == QUOTE)
        & (batch["bid_ticks"] < batch["ask_ticks"])
        & (batch["bid_size"] > 0)
        & (batch["ask_size"] > 0)
    )
    latest = np.maximum.accumulate(np.where(valid, np.arange(len(batch)), -1))
    trades = np.flatnonzero(batch["kind"] == TRADE)
    source = latest[trades]
    for name in BBO:
        column = batch[name]
        # Before the batch's first valid quote the one of an earlier batch still holds.
        column[trades] = np.where(source >= 0, column[source], last_valid[name][0])
    if latest[-1] >= 0:
        last_valid[:] = batch[latest[-1]]
