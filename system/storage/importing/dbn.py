"""Databento files (DBN): trades, TBBO, MBP-1, and MBO, whose book is rebuilt from the orders."""

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import QUOTE, TRADE, Batch, empty_batch
from system.storage.importing import order_book
from system.storage.importing.dbn_file import DbnHeader, Listed, Records, read_header, read_records
from system.storage.importing.order_book import LAST, MAX_TICKS, SNAPSHOT, TICK_NANOS, UNDEF_PRICE, OrderBook

INT32_MAX: Final = 2**31 - 1
_Numbers = npt.NDArray[np.int64]


class DbnSource:
    """One DBN file, one instrument of it. Raises InputError where the choice is not clear."""

    def __init__(self, path: Path, symbol: str | None, contract: ContractMonth | None) -> None:
        header = read_header(path)
        self.name = str(path)
        self.label = f"{header.dataset} {header.schema}"
        self.has_quotes = header.schema in ("mbo", "mbp-1")
        self.dropped: Counter[str] = Counter()
        self._path = path
        self._schema = header.schema
        chosen = _choose(path, header, symbol, contract)
        self._named = chosen is not None
        self._ids = chosen.ids if chosen is not None else None
        self.symbol = chosen.root if chosen is not None else symbol or ""
        self.contract_month = chosen.month if chosen is not None and chosen.month is not None else contract

    def batches(self) -> Generator[Batch, None, None]:
        """See Source. Times are ts_event; records of a snapshot give the book before the first event, and no event."""
        self.dropped.clear()
        decode = {"mbo": self._mbo, "mbp-1": self._mbp1}.get(self._schema, self._trades)()
        last_ns = 0
        with closing(self._selected()) as chunks:
            for records, numbers in chunks:
                if self._schema != "mbo":
                    last_ns = _check_times(self._path, records, numbers, last_ns)
                yield decode(records, numbers)

    def _selected(self) -> Generator[tuple[Records, _Numbers], None, None]:
        """The chosen instrument's records; MBO keeps its snapshots, which make the book."""
        with closing(read_records(self._path, self._schema)) as chunks:
            for records, numbers in chunks:
                wanted = self._wanted(records)
                if wanted.all():
                    yield records, numbers
                elif wanted.any():
                    yield records[wanted], numbers[wanted]

    def _wanted(self, records: Records) -> npt.NDArray[np.bool_]:
        ours = self._ours(records)
        self.dropped["of another instrument"] += len(records) - int(ours.sum())
        if self._schema == "mbo":
            return ours
        snapshot: npt.NDArray[np.bool_] = (records["flags"] & SNAPSHOT) != 0
        self.dropped["of a snapshot"] += int((ours & snapshot).sum())
        return np.logical_and(ours, ~snapshot)

    def _ours(self, records: Records) -> npt.NDArray[np.bool_]:
        ids = records["instrument_id"]
        if self._ids is None:  # the file names no instrument: then it must hold one only
            self._ids = frozenset([int(ids[0])])
        wanted = np.isin(ids, list(self._ids)) if len(self._ids) > 1 else ids == next(iter(self._ids))
        if not self._named and not wanted.all():
            raise InputError(f"{self._path}: several instruments, none of them named in the metadata; expected one")
        return wanted

    def _mbo(self) -> Callable[[Records, _Numbers], Batch]:
        book = OrderBook()

        def decode(records: Records, numbers: _Numbers) -> Batch:
            batch, done, status = book.advance(records)
            if status != order_book.DONE:
                where = f"{self._path}: record {numbers[done]}"
                raise InputError(f"{where}: {_mbo_problem(status, records[done])}")
            return batch

        return decode

    def _mbp1(self) -> Callable[[Records, _Numbers], Batch]:
        last: dict[str, int] = dict.fromkeys(("bid_ticks", "ask_ticks", "bid_size", "ask_size"), 0)

        def decode(records: Records, numbers: _Numbers) -> Batch:
            """Each trade where it stands; after each record that ends an event its quote, where it changed."""
            rows = self._with_quotes(records, numbers)
            ends = np.flatnonzero(records["flags"] & LAST)
            changed = np.zeros(len(ends), bool)
            for name, value in last.items():
                column = np.concatenate([[value], rows[name][ends]])
                changed |= column[1:] != column[:-1]
                last[name] = int(column[-1])
            self.dropped["without a change of the best bid or ask"] += int((~changed).sum())
            quote_at = ends[changed]
            quotes = rows[quote_at]
            quotes["kind"] = QUOTE
            for name in ("price_ticks", "size", "side"):
                quotes[name] = 0
            trade_at = np.flatnonzero(records["action"] == order_book.TRADED)
            # At one record the trade comes first: the quote is the state after it.
            order = np.argsort(np.concatenate([2 * trade_at, 2 * quote_at + 1]), kind="stable")
            batch: Batch = np.concatenate([rows[trade_at], quotes])[order]
            return batch

        return decode

    def _trades(self) -> Callable[[Records, _Numbers], Batch]:
        def decode(records: Records, numbers: _Numbers) -> Batch:
            traded = records["action"] == order_book.TRADED
            self.dropped["not a trade"] += len(records) - int(traded.sum())
            return self._with_quotes(records[traded], numbers[traded])

        return decode

    def _with_quotes(self, records: Records, numbers: _Numbers) -> Batch:
        """Every record as a trade row, those that are no trade without price and size, with the record's quote."""
        rows = empty_batch(len(records))
        traded = records["action"] == order_book.TRADED
        rows["ts_ns"] = records["ts_event"]
        rows["kind"] = TRADE
        rows["side"] = np.select(
            [records["side"] == order_book.BID_SIDE, records["side"] == order_book.ASK_SIDE], [1, -1]
        )
        self._fill(rows, "price_ticks", "size", records, "price", "size", traded, numbers)
        if np.any(traded & (records["price"] == UNDEF_PRICE)):
            at = numbers[np.argmax(traded & (records["price"] == UNDEF_PRICE))]
            raise InputError(f"{self._path}: record {at}: a trade without a price")
        if "bid_price" in (records.dtype.names or ()):
            everywhere = np.ones(len(records), bool)
            self._fill(rows, "bid_ticks", "bid_size", records, "bid_price", "bid_size", everywhere, numbers)
            self._fill(rows, "ask_ticks", "ask_size", records, "ask_price", "ask_size", everywhere, numbers)
        return rows

    def _fill(
        self,
        rows: Batch,
        ticks_name: str,
        size_name: str,
        records: Records,
        price_name: str,
        source_size: str,
        where: npt.NDArray[np.bool_],
        numbers: _Numbers,
    ) -> None:
        """Convert one price and its size; an undefined price (or no size, for a quote) leaves both 0."""
        prices, sizes = records[price_name], records[source_size]
        present = where & (prices != UNDEF_PRICE)
        ticks, rest = np.divmod(np.where(present, prices, 0), TICK_NANOS)
        for bad, problem in (
            (rest != 0, "is off the grid of 0.25"),
            ((ticks < 0) | (ticks >= MAX_TICKS), "is out of range"),
        ):
            if bad.any():
                at = int(np.argmax(bad))
                raise InputError(f"{self._path}: record {numbers[at]}: {price_name} {int(prices[at]) / 1e9} {problem}")
        too_large = present & (sizes > INT32_MAX)
        if too_large.any():
            at = int(np.argmax(too_large))
            raise InputError(f"{self._path}: record {numbers[at]}: {source_size} {sizes[at]} is out of range")
        rows[ticks_name] = ticks
        rows[size_name] = np.where(present, sizes, 0)


def _check_times(path: Path, records: Records, numbers: _Numbers, last_ns: int) -> int:
    times = np.concatenate([[last_ns], records["ts_event"]])
    backwards = times[1:] < times[:-1]
    if backwards.any():
        at = int(np.argmax(backwards))
        raise InputError(f"{path}: record {numbers[at]}: ts_event {times[at + 1]} lies before the record above")
    return int(times[-1])


def _mbo_problem(status: int, record: np.void) -> str:
    price = int(record["price"]) / 1e9
    texts = {
        order_book.TABLE_FULL: f"more than {order_book.MAX_ORDERS // 2} orders in the book",
        order_book.PRICE_OUT: f"price {price} is out of range",
        order_book.OFF_GRID: f"price {price} is off the grid of 0.25",
        order_book.BACKWARDS: f"ts_event {record['ts_event']} lies before the record above",
        order_book.TOO_LARGE: f"size {record['size']} is out of range",
        order_book.UNDEFINED: "an order or trade without price or side",
    }
    return texts[status]


def _choose(path: Path, header: DbnHeader, symbol: str | None, contract: ContractMonth | None) -> Listed | None:
    """The one instrument that fits what was asked for; None where the file names none at all."""
    if not header.listed:
        return None
    fits = [
        listed
        for listed in header.listed
        if listed.root and symbol in (None, listed.root) and (contract is None or listed.month in (None, contract))
    ]
    if len(fits) == 1:
        shared = [other.name for other in header.listed if other is not fits[0] and other.ids & fits[0].ids]
        if shared:
            raise InputError(f"{path}: {fits[0].name} and {', '.join(shared)} share records; expected a file with one")
        return fits[0]
    names = ", ".join(listed.name for listed in header.listed[:20]) + (", ..." if len(header.listed) > 20 else "")
    if fits:
        raise InputError(f"{path}: holds {names}; choose one with --symbol and --contract YYYY-MM")
    asked = " ".join(str(part) for part in (symbol, contract) if part is not None)
    raise InputError(f"{path}: holds {names}; expected {asked or 'a future of ES or MES'}")
