"""What every request for data begins with: which contract is meant, and what may be seen of it."""

from simulator.tws.data.contracts import CONTINUOUS, EXCHANGE, FUTURE, Listed
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.source import DataDesk
from simulator.tws.notices import Error
from simulator.tws.terms import Contract


def resolve(
    desk: DataDesk, req_id: int, contract: Contract, now_ns: int, *, history: bool = False, expired: bool = False
) -> Listed | Error:
    """The one contract meant, or the error that says why there is none. Only `history` has the continuous one."""
    if not contract.con_id:
        if not contract.sec_type:
            return invalid(req_id, "Please enter a valid security type")
        if not contract.symbol and not contract.local_symbol:
            return invalid(req_id, "Please enter a symbol")
    if not contract.exchange:
        return invalid(req_id, "Please enter exchange")
    names_month = contract.con_id or contract.last_trade or contract.local_symbol
    if contract.sec_type.upper() == FUTURE and not names_month:
        return invalid(req_id, "Please enter a local symbol or an expiry")
    if contract.sec_type.upper() == CONTINUOUS and not history:
        return refusal(req_id, "unknown_contract")
    found = desk.listing(now_ns).find(contract, include_expired=expired)
    assert len(found) <= 1, "what was said above names one contract at most"
    return found[0] if found else refusal(req_id, "unknown_contract")


def denied(desk: DataDesk, req_id: int, name: str) -> Error | None:
    """The error `name` of whoever has no live data, if that is so; its places are the exchange and kind."""
    if desk.limits.entitlement == "live":
        return None
    if desk.limits.entitlement == "competing":
        return refusal(req_id, "competing")
    return refusal(req_id, name, EXCHANGE, FUTURE)
