"""Quotes and trades in one stream, as a tape wants them: every trade row carries the last valid quote row before it."""

from typing import Final

import numpy as np

from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch

BBO: Final = ("bid_ticks", "ask_ticks", "bid_size", "ask_size")


class PrevailingQuotes:
    """Finishes the batches of one tape, in order, however they are cut."""

    def __init__(self) -> None:
        self._seen = empty_batch(1)  # the last quote that a trade row of the source brought
        self._valid = empty_batch(1)  # the last valid quote row of the tape; sizes of 0: none yet

    def finish(self, raw: Batch, has_quotes: bool) -> Batch:
        """`raw` as tape rows. Without quotes of its own, each trade whose quote differs from the last brings a row."""
        batch = raw if has_quotes else self._with_quote_rows(raw)
        if len(batch):
            self._carry(batch)
        return batch

    def _with_quote_rows(self, trades: Batch) -> Batch:
        rows = np.flatnonzero(trades["kind"] == TRADE)
        if not len(rows):
            return trades
        known = np.concatenate([self._seen, trades[rows]])
        changed = np.zeros(len(rows), bool)
        for name in BBO:
            changed |= known[name][1:] != known[name][:-1]
        self._seen = known[-1:].copy()
        copies = np.ones(len(trades), np.int64)
        copies[rows[changed]] = 2
        batch: Batch = np.repeat(trades, copies)
        at = (np.cumsum(copies) - copies)[rows[changed]]  # the first of two copies becomes the quote
        quotes = empty_batch(len(at))
        for name in ("ts_ns", *BBO):
            quotes[name] = batch[name][at]
        quotes["kind"] = QUOTE
        batch[at] = quotes
        return batch

    def _carry(self, batch: Batch) -> None:
        """Overwrite the quote of every trade row."""
        valid = batch["kind"] == QUOTE
        valid &= batch["bid_ticks"] < batch["ask_ticks"]
        valid &= (batch["bid_size"] > 0) & (batch["ask_size"] > 0)
        latest = np.maximum.accumulate(np.where(valid, np.arange(len(batch)), -1))
        trades = np.flatnonzero(batch["kind"] == TRADE)
        source = latest[trades]
        for name in BBO:
            column = batch[name]
            # Before the batch's first valid quote the one of an earlier batch still holds.
            column[trades] = np.where(source >= 0, column[source], self._valid[name][0])
        if latest[-1] >= 0:
            self._valid = batch[latest[-1] :][:1].copy()
