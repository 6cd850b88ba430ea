"""What the risk actor writes to the journal and to the log, as flat payloads."""

from system.domain.order_events import Corrected, Filled
from system.domain.risk import Outcome
from system.domain.road import ContractTold, SignalTold

Payload = dict[str, int | str]


def fill(filled: Filled) -> Payload:
    """A fill of ours."""
    one = filled.fill
    return {
        "ts_ns": one.ts_ns,
        "side": one.side,
        "contracts": one.contracts,
        "price_ticks": one.price_ticks,
        "reason": one.reason,
        "inferred": int(filled.inferred),
    }


def correction(told: Corrected) -> Payload:
    """A fill's other price."""
    return {
        "side": told.side,
        "contracts": told.contracts,
        "by_ticks": told.by_ticks,
        "reason": told.reason or "of an earlier bracket",
    }


def contract(told: ContractTold) -> Payload:
    """What is traded."""
    return {"month": str(told.month), "con_id": told.con_id, "local_symbol": told.local_symbol}


def signal(told: SignalTold, outcome: Outcome) -> Payload:
    """A signal. Floats as Python spells them, which reads back to the same float."""
    return {
        "direction": told.direction,
        "score": repr(told.score),
        "features": " ".join(map(repr, told.features)),
        "bid_ticks": told.bid_ticks,
        "ask_ticks": told.ask_ticks,
        "patterned": int(told.patterned),
        "outcome": outcome,
    }


def shown(told: SignalTold) -> dict[str, object]:
    """The same for a reader of the log."""
    return {
        "direction": "long" if told.direction > 0 else "short",
        "score": told.score,
        "features": list(told.features),
        "bid_ticks": told.bid_ticks,
        "ask_ticks": told.ask_ticks,
    }
