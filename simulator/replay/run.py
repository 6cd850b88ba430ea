"""A replay: one stream of batches through one trader a profile, so that a tape is read once however many there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from simulator.flow.parameters import NORMAL, Flow
from simulator.flow.sessions import sessions
from simulator.replay.result import Result, TapeSummary
from simulator.replay.trader import Trader
from system.config import Config
from system.domain.errors import InputError
from system.domain.instrument import ES
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS
from system.domain.ticks import SEED, TRADE, Batch
from system.storage.tape import TapeReader, read_stretches
from system.storage.tape_meta import TapeMeta

LATE_START_NS: Final = 60 * SECOND_NS  # a first event this long after the open: the session's beginning is missing

Stretches = Iterator[tuple[TapeMeta, Batch]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the events come from. `open` begins the stream anew; `events` is their number where it is known."""

    names: list[str]
    meta: TapeMeta
    events: int | None
    open: Callable[[], Stretches]


def tapes(paths: Sequence[Path]) -> Source:
    """Tapes in the order of their times, of one product. Raises InputError for what cannot be read."""
    events, metas = 0, []
    for path in paths:
        with TapeReader(path) as tape:
            metas.append(tape.meta)
            events += tape.events
    symbols = {meta.symbol: path for meta, path in zip(metas, paths, strict=True)}
    if len(symbols) > 1:
        (one, first), (other, second) = list(symbols.items())[:2]
        raise InputError(
            f"{second}: holds {other or 'no symbol'}, {first} holds {one or 'no symbol'}; expected one product"
        )
    names = [str(path) for path in paths]
    return Source(names=names, meta=metas[0], events=events, open=lambda: read_stretches(paths))


def synthetic(seed: int, count: int, flow: Flow = NORMAL, market: str = "normal") -> Source:
    """Sessions of the synthetic exchange; `market` is what to call its flow."""
    meta = TapeMeta(symbol=ES.symbol, contract_month=None, source="synthetic", seed=seed)
    name = f"synthetic {market}, {count} session{'s' if count > 1 else ''}"
    return Source(
        names=[name],
        meta=meta,
        events=None,
        open=lambda: ((meta, batch) for batch in sessions(seed=seed, count=count, flow=flow)),
    )


class Replay:
    """One source through several profiles. `step` takes a batch; `summary` and `results` may be asked for any time."""

    def __init__(self, source: Source, config: Config, profiles: Sequence[str], *, with_curves: bool) -> None:
        self._source = source
        self._month = source.meta.contract_month
        self._traders = [
            Trader(config.settings(name, source.meta.symbol or None), self._month, with_curves=with_curves)
            for name in profiles
        ]
        self._calendar = Calendar(config.settings().closures)
        self._stretches = source.open()
        self._has_begun = False  # with a trade or a seed
        self.load_s = 0.0
        self.summary = TapeSummary(
            sources=source.names,
            symbol=source.meta.symbol,
            contract_month=str(self._month) if self._month else None,
            seed=source.meta.seed,
        )

    def step(self) -> int:
        """Take the next batch; return how many events it had, 0 at the end."""
        began = perf_counter()
        meta, batch = next(self._stretches, (self._source.meta, None))
        self.load_s += perf_counter() - began
        if batch is None:
            return 0
        if meta.contract_month != self._month:
            self._change_contract(meta)
        self._note(batch)
        for trader in self._traders:
            trader.take(batch)
        return len(batch)

    def _change_contract(self, meta: TapeMeta) -> None:
        if not all(trader.is_flat for trader in self._traders):
            raise InputError(
                f"a position is open where the tapes change from contract {self._month} to {meta.contract_month}; "
                "expected to be flat there (flat_by), or one replay a contract"
            )
        self._month = meta.contract_month
        for trader in self._traders:
            trader.change_contract(self._month)

    def _note(self, batch: Batch) -> None:
        """Add a batch to the tape's summary."""
        summary = self.summary
        kind, ts_ns = batch["kind"], batch["ts_ns"]
        summary.first_ts_ns = int(ts_ns[0]) if summary.first_ts_ns is None else summary.first_ts_ns
        summary.last_ts_ns = int(ts_ns[-1])
        summary.events += len(batch)
        summary.trades += int((kind == TRADE).sum())
        for segment in self._calendar.segments(ts_ns):
            if segment.in_break:
                continue
            if not summary.sessions:
                late_ns = int(ts_ns[segment.start]) - segment.session.open_ns
                summary.partial_session = late_ns >= LATE_START_NS
            if segment.session.day not in summary.sessions[-1:]:
                summary.sessions.append(segment.session.day)
            if summary.partial_session and not self._has_begun:
                rows = (kind[segment.start : segment.stop] == TRADE) | (kind[segment.start : segment.stop] == SEED)
                self._has_begun = bool(rows.any())
                if self._has_begun:
                    summary.partial_session = bool(kind[segment.start + rows.argmax()] == TRADE)

    def results(self) -> list[Result]:
        """The results so far, in the order of the profiles."""
        agreement = self._traders[0].side_agreement
        self.summary.side_agreement = agreement
        return [trader.result() for trader in self._traders]
