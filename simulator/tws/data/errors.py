"""What TWS answers to a request for market data that it does not serve: numbers and texts."""

from typing import Final

from simulator.tws.notices import NO_ID, Error

# code: text, with a place for each detail
TEXTS: Final = {
    "max_lines": (101, "Max number of tickers has been reached"),
    "no_history": (162, "Historical Market Data Service error message:HMDS query returned no data: {}@{} {}"),
    "history_canceled": (162, "Historical Market Data Service error message:API historical data query cancelled: {}"),
    "history_pacing": (162, "Historical Market Data Service error message:Historical data request pacing violation"),
    "history_step": (162, "Historical Market Data Service error message:invalid step: {}"),
    "history_rights": (162, "Historical Market Data Service error message:No market data permissions for {} {}"),
    "unknown_contract": (200, "No security definition has been found for the request"),
    "ambiguous": (
        200,
        "The contract description specified for {} is ambiguous;\nyou must specify the multiplier or trading class.",
    ),
    "unknown_ticker": (300, "Can't find EId with tickerId:{}"),
    "max_depth": (309, "Max number ({}) of market depth requests has been reached"),
    "unknown_depth": (310, "Can't find the subscribed market depth with tickerId:{}"),
    "depth_reset": (
        317,
        "Market depth data has been RESET. Please empty deep book contents before applying any new entries.",
    ),
    "invalid": (321, "Error validating request.-'bN' : cause - {}"),
    "duplicate": (322, "Error processing request.-'bW' : cause - Duplicate ticker ID{}"),
    "not_subscribed": (354, "Requested market data is not subscribed. Delayed market data is available.{}"),
    "unknown_history": (366, "No historical data query found for ticker id:{}"),
    "bars_pacing": (420, "Invalid Real-time Query:Historical data request pacing violation"),
    "bars_rights": (420, "Invalid Real-time Query:No market data permissions for {} {}"),
    "no_zone": (
        2174,
        "Warning: You submitted request with date-time attributes without explicit time zone. Please switch to use "
        "yyyymmdd-hh:mm:ss in UTC or use instrument time zone, like US/Eastern. Implied time zone functionality will "
        "be removed in the next API release",
    ),
    "delayed": (10167, "Requested market data is not subscribed. Displaying delayed market data."),
    "no_delayed": (10168, "Requested market data is not subscribed. Delayed market data is not enabled."),
    "ticks_failed": (10187, "Failed to request historical ticks:{}"),
    "tick_rights": (10189, "Failed to request tick-by-tick data:No market data permissions for {} {}"),
    "max_tick_by_tick": (10190, "Max number of tick-by-tick requests has been reached."),
    "competing": (10197, "No market data during competing live session"),
    "bad_time": (
        10314,
        "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss "
        "xx/xxxx where yyyymmdd and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern  Note that there is a "
        "space between the date and time, and between the time and time-zone.  If no date is specified, current date "
        "is assumed. If no time-zone is specified, local time-zone is assumed(deprecated).  You can also provide "
        "yyyymmdd-hh:mm:ss time is in UTC. Note that there is a dash between the date and time in UTC notation.",
    ),
    "continuous_end": (10339, "Setting end date/time for continuous future security type is not allowed."),
}


def refusal(req_id: int, name: str, *details: object) -> Error:
    """The error of that name, its places filled."""
    code, text = TEXTS[name]
    assert text.count("{}") == len(details)
    return Error(req_id=req_id, code=code, text=text.format(*details))


def invalid(req_id: int, cause: str) -> Error:
    """321: a field that says nothing TWS knows."""
    return refusal(req_id, "invalid", cause)


__all__ = ["NO_ID", "TEXTS", "invalid", "refusal"]
