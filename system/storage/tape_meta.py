"""What a tape says about itself: the Parquet schema metadata, written strictly and read leniently."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from system.domain.instrument import ES, ContractMonth
from system.storage.local_symbol import parse_contract, parse_symbol

TICK: Final = ES.tick


@dataclass(frozen=True, kw_only=True, slots=True)
class TapeMeta:
    """Where a tape comes from. `symbol` is ES, MES or "" for unknown; `seed` is a synthetic tape's."""

    symbol: str = ""
    contract_month: ContractMonth | None = None
    source: str = ""
    seed: int | None = None


def encode_meta(meta: TapeMeta) -> dict[str, str]:
    """The metadata pairs to write; what is unknown is the empty text."""
    return {
        "symbol": meta.symbol,
        "contract_month": "" if meta.contract_month is None else str(meta.contract_month),
        "tick_size": str(TICK),
        "source": meta.source,
        "seed": "" if meta.seed is None else str(meta.seed),
    }


def decode_meta(pairs: Mapping[bytes, bytes], first: date) -> TapeMeta:
    """Read the pairs of a tape whose first event lies on `first`; missing keys are unknown values.

    Raises ValueError, naming the key, for a symbol that is neither ES nor MES, a contract month that is not quarterly,
    another tick size or a seed that is no integer.
    """
    text = {key.decode("utf-8", "replace").strip().lower(): _text(value) for key, value in pairs.items()}
    _check_tick(text.get("tick_size") or text.get("tick size") or str(TICK))
    symbol, month = parse_symbol(text["symbol"], first) if text.get("symbol") else ("", None)
    written = text.get("contract_month") or text.get("contract month")
    if written:
        month = parse_contract(written, first)
    return TapeMeta(symbol=symbol, contract_month=month, source=text.get("source", ""), seed=_seed(text.get("seed")))


def _text(value: bytes) -> str:
    text = value.decode("utf-8", "replace").strip()
    return "" if text.lower() in ("none", "null", "unknown") else text


def _check_tick(text: str) -> None:
    try:
        same = Decimal(text) == TICK
    except InvalidOperation:
        same = False
    if not same:
        raise ValueError(f"tick_size {text!r}: expected {TICK}")


def _seed(text: str | None) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"seed {text!r}: expected an integer") from None
