"""What the risk actor sends, writes and says of a signal, a contract and a fill."""

from system.domain.order_events import Corrected, EntryAccepted, Filled, Journal
from system.domain.risk import Outcome, SubmitBracket
from system.domain.road import ContractTold, SignalTold


def entry_of(command: SubmitBracket, told: SignalTold) -> EntryAccepted:
    """What an accepted signal asks of the order brain."""
    return EntryAccepted(
        now_ns=told.now_ns,
        side=command.side,
        contracts=command.contracts,
        stop_ticks=command.stop_ticks,
        target_ticks=command.target_ticks,
        bid_ticks=told.bid_ticks,
        ask_ticks=told.ask_ticks,
    )


def contract_record(told: ContractTold) -> Journal:
    """What is traded from now on."""
    payload: dict[str, int | str] = {
        "month": str(told.month),
        "con_id": told.con_id,
        "local_symbol": told.local_symbol,
    }
    return Journal(kind="contract", now_ns=told.now_ns, payload=payload)


def signal_words(told: SignalTold) -> dict[str, object]:
    """For the log."""
    return {
        "direction": "long" if told.direction > 0 else "short",
        "score": told.score,
        "features": list(told.features),
        "bid_ticks": told.bid_ticks,
        "ask_ticks": told.ask_ticks,
    }


def signal_record(told: SignalTold, outcome: Outcome) -> Journal:
    """Floats as Python spells them, which reads back to the same float."""
    payload: dict[str, int | str] = {
        "direction": told.direction,
        "score": repr(told.score),
        "features": " ".join(map(repr, told.features)),
        "bid_ticks": told.bid_ticks,
        "ask_ticks": told.ask_ticks,
        "patterned": int(told.patterned),
        "outcome": outcome,
    }
    return Journal(kind="signal", now_ns=told.now_ns, payload=payload)


def fill_payload(filled: Filled) -> dict[str, int | str]:
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


def correction_payload(told: Corrected) -> dict[str, int | str]:
    """A fill's other price."""
    return {
        "side": told.side,
        "contracts": told.contracts,
        "by_ticks": told.by_ticks,
        "reason": told.reason or "of an earlier bracket",
    }
