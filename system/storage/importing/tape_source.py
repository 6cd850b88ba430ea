"""Tapes as sources: to join several, or to cut them anew."""

from collections import Counter
from collections.abc import Generator
from pathlib import Path

from system.domain.errors import InputError
from system.domain.instrument import ContractMonth
from system.domain.ticks import Batch
from system.storage.tape import TapeReader


class TapeSource:
    """One tape. What `symbol` and `contract` say may fill in what it does not know, and not contradict it."""

    def __init__(self, path: Path, symbol: str | None, contract: ContractMonth | None) -> None:
        with TapeReader(path) as tape:
            meta = tape.meta
        for asked, there in ((symbol, meta.symbol), (contract, meta.contract_month)):
            if asked and there and asked != there:
                raise InputError(f"{path}: holds {there}; expected {asked}")
        self.name = str(path)
        self.label = meta.source or "tape"
        self.has_quotes = True  # its rows are a tape's already
        self.symbol = meta.symbol or symbol or ""
        self.contract_month = meta.contract_month or contract
        self.dropped: Counter[str] = Counter()
        self._path = path

    def batches(self) -> Generator[Batch, None, None]:
        """See Source."""
        with TapeReader(self._path) as tape:
            yield from tape.batches()
