"""What TWS tells clients by number: every code with its text as TWS writes it, `{}` where details go."""

from typing import Final

from simulator.tws.notices import NO_ID, Error

TEXTS: Final = {
    # requests and orders
    100: "Max rate of messages per second has been exceeded:max={} rec={} ({})",
    101: "Max number of tickers has been reached",
    102: "Duplicate ticker id",
    103: "Duplicate order id",
    104: "Cannot modify a filled order.",
    105: "Order being modified does not match original order",
    107: "Cannot transmit incomplete order.",
    109: "Price is out of the range defined by the Percentage setting at order defaults frame. The order will not be "
    "transmitted.",
    110: "The price does not conform to the minimum price variation for this contract.",
    111: "The TIF (Tif type) and the order type are incompatible.",
    135: "Can't find order with id ={}",
    136: "This order cannot be cancelled.",
    158: "You must specify an offset amount or a percent offset value.",
    159: "The percent offset value must be between 0% and 100%.",
    160: "The size value cannot be zero.",
    161: "Cancel attempted when order is not in a cancellable state.  Order permId ={}",
    162: "Historical Market Data Service error message:{}",
    165: "Historical Market Data Service query message:{}",
    200: "No security definition has been found for the request",
    201: "Order rejected - reason:{}",
    202: "Order Canceled - reason:{}",
    300: "Can't find EId with tickerId:{}",
    302: "Error parsing stop ticker string:{}",
    309: "Max number ({}) of market depth requests has been reached",
    310: "Can't find the subscribed market depth with tickerId:{}",
    317: "Market depth data has been RESET. Please empty deep book contents before applying any new entries.",
    320: "Error reading request. {}",
    321: "Error validating request.-'bN' : cause - {}",
    322: "Error processing request.-'bW' : cause - {}",
    326: "Unable to connect as the client id is already in use. Retry with a unique client id.",
    354: "Requested market data is not subscribed.{}",
    366: "No historical data query found for ticker id:{}",
    387: "Unsupported order type for this exchange and security type.",
    391: "The time-in-force is invalid.",
    399: "Order Message:\n{}\nWarning: {}",
    404: "Order held while securities are located.",
    420: "Invalid Real-time Query:{}",
    434: "The order size cannot be zero.",
    451: "Order value estimate of {} exceeds the limit of {} in your presets.",
    463: "You must enter a valid price.",
    492: "The price cap is not valid for this order.",
    502: 'Couldn\'t connect to TWS. Confirm that "Enable ActiveX and Socket Clients" is enabled and connection port is '
    "the same as the Socket Port in the API settings.",
    503: "The TWS is out of date and must be upgraded.",
    504: "Not connected",
    505: "Fatal Error: Unknown message id.",
    506: "Unsupported version",
    # the connection between TWS and IB
    1100: "Connectivity between IB and Trader Workstation has been lost.",
    1101: "Connectivity between IB and Trader Workstation has been restored - data lost.",
    1102: "Connectivity between IB and Trader Workstation has been restored - data maintained. {}",
    1300: "TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - {}",
    # warnings
    2100: "API client has been unsubscribed from account data.",
    2101: "Unable to subscribe to account as the following clients are subscribed to a different account: {}",
    2102: "Unable to modify this order as it is still being processed.",
    2103: "Market data farm connection is broken:{}",
    2104: "Market data farm connection is OK:{}",
    2105: "HMDS data farm connection is broken:{}",
    2106: "HMDS data farm connection is OK:{}",
    2107: "HMDS data farm connection is inactive but should be available upon demand.{}",
    2108: "Market data farm connection is inactive but should be available upon demand.{}",
    2109: 'Order Event Warning:Attribute "Outside Regular Trading Hours" is ignored based on the order type and '
    "destination. PlaceOrder is now being processed.",
    2110: "Connectivity between Trader Workstation and server is broken. It will be restored automatically.",
    2119: "Market data farm is connecting:{}",
    2157: "Sec-def data farm connection is broken:{}",
    2158: "Sec-def data farm connection is OK:{}",
    2174: "Warning: You submitted request with date-time attributes without explicit time zone. Please switch to use "
    "yyyymmdd-hh:mm:ss in UTC or use instrument time zone, like US/Eastern. Implied time zone functionality will be "
    "removed in the next API release",
    # newer ones
    10089: "Requested market data requires additional subscription for API. See link in 'Market Data Connections' "
    "dialog for more details.{}",
    10090: "Part of requested market data is not subscribed. Subscription-independent ticks are still active.{}",
    10147: "OrderId {} that needs to be cancelled is not found.",
    10148: "OrderId {} that needs to be cancelled cannot be cancelled, state: {}.",
    10167: "Requested market data is not subscribed. Displaying delayed market data.",
    10168: "Requested market data is not subscribed. Delayed market data is not enabled.",
    10187: "Failed to request historical ticks:{}",
    10189: "Failed to request tick-by-tick data:{}",
    10190: "Max number of tick-by-tick requests has been reached.",
    10197: "No market data during competing live session",
    10243: "Fractional-sized order cannot be placed via API. Please use desktop version to place this order.",
    10268: "The 'EtradeOnly' order attribute is not supported.",
    10269: "The 'FirmQuoteOnly' order attribute is not supported.",
    10314: "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is yyyymmdd hh:mm:ss "
    "xx/xxxx where yyyymmdd and xx/xxxx are optional. E.g.: 20031126 15:59:00 US/Eastern",
    10326: "OCA group revision is not allowed.",
    10327: "OCA group type revision is not allowed.",
    10339: "Setting end date/time for continuous future security type is not allowed.",
    10340: "The following order attribute is not supported: {}",
    10341: "Parent order id cannot be modified.",
    10349: "Order TIF was set to {} based on order preset.",
}


def error(req_id: int, code: int, *details: object) -> Error:
    """What TWS says by that number; one detail for each place in its text."""
    text = TEXTS[code]
    assert text.count("{}") == len(details), f"code {code}: {text!r} with {details}"
    return Error(req_id=req_id, code=code, text=text.format(*details))


def spoken(req_id: int, code: int, words: str) -> Error:
    """Any code with any words; without words those that TWS has for it, their places left empty."""
    return Error(req_id=req_id, code=code, text=words or TEXTS.get(code, "").replace("{}", "").strip())


def warning(code: int, *details: object) -> Error:
    """The same, about no request."""
    return error(NO_ID, code, *details)
