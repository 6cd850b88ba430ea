"""A replay: one stream of batches through one trader a profile, so that a tape is read once however many there are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from simulator.flow.parameters import NORMAL, Flow
from simulator.flow.sessions import sessions
from simulator.replay.notes import TapeNotes
from simulator.replay.result import Result, TapeSummary
from simulator.replay.trader import Trader
from system.config import Config
from system.domain.errors import InputError
from system.domain.instrument import ES
from system.domain.session import Calendar
from system.domain.ticks import Batch
from system.storage.tape import TapeReader, read_stretches
from system.storage.tape_meta import TapeMeta

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


def summary_of(source: Source) -> TapeSummary:
    """What is known of a source before its first event."""
    month = source.meta.contract_month
    return TapeSummary(
        sources=source.names,
        symbol=source.meta.symbol,
        contract_month=str(month) if month else None,
        seed=source.meta.seed,
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
        self._stretches = source.open()
        self.load_s = 0.0
        self.summary = summary_of(source)
        self._notes = TapeNotes(self.summary, Calendar(config.settings().closures))

    def step(self) -> int:
        """Take the next batch; return how many events it had, 0 at the end."""
        began = perf_counter()
        meta, batch = next(self._stretches, (self._source.meta, None))
        self.load_s += perf_counter() - began
        if batch is None:
            return 0
        if meta.contract_month != self._month:
            self._change_contract(meta)
        self._notes.note(batch)
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

    def results(self) -> list[Result]:
        """The results so far, in the order of the profiles."""
        agreement = self._traders[0].side_agreement
        self.summary.side_agreement = agreement
        return [trader.result() for trader in self._traders]
