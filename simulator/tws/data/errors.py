"""What TWS answers to a request for market data that it does not serve, by name: a number, and details of its text."""

from typing import Final

from simulator.tws import codes
from simulator.tws.notices import Error

# name: code, and what stands in the place of its text, if it has one
DETAILS: Final[dict[str, tuple[int, str | None]]] = {
    "max_lines": (101, None),
    "no_history": (162, "HMDS query returned no data: {}@{} {}"),
    "history_canceled": (162, "API historical data query cancelled: {}"),
    "history_pacing": (162, "Historical data request pacing violation"),
    "history_step": (162, "invalid step: {}"),
    "history_rights": (162, "No market data permissions for {} {}"),
    "unknown_contract": (200, None),
    "unknown_ticker": (300, "{}"),
    "max_depth": (309, "{}"),
    "unknown_depth": (310, "{}"),
    "depth_reset": (317, None),
    "invalid": (321, "{}"),
    "duplicate": (322, "Duplicate ticker ID{}"),
    "not_subscribed": (354, " Delayed market data is available.{}"),
    "unknown_history": (366, "{}"),
    "bars_pacing": (420, "Historical data request pacing violation"),
    "bars_rights": (420, "No market data permissions for {} {}"),
    "no_zone": (2174, None),
    "delayed": (10167, None),
    "no_delayed": (10168, None),
    "tick_rights": (10189, "No market data permissions for {} {}"),
    "max_tick_by_tick": (10190, None),
    "competing": (10197, None),
    "bad_time": (10314, None),
    "continuous_end": (10339, None),
}


def refusal(req_id: int, name: str, *details: object) -> Error:
    """The error of that name, its places filled."""
    code, text = DETAILS[name]
    if text is None:
        return codes.error(req_id, code)
    assert text.count("{}") == len(details), f"{name}: {text!r} with {details}"
    return codes.error(req_id, code, text.format(*details))


def invalid(req_id: int, cause: str) -> Error:
    """321: a field that says nothing TWS knows."""
    return refusal(req_id, "invalid", cause)
