"""Where what the desk does is known from, and what is a guess to be settled on a paper account."""

from typing import Final

from simulator.tws.rule import Rule

_DOC: Final = "TWS API: order submission"
_CODES: Final = "TWS API: message codes"
_STATUS: Final = "TWS API: EWrapper.orderStatus"
_ACCOUNT: Final = "TWS API: account updates"
_IBX: Final = "github.com/deepentropy/ibx, recordings of a gateway"


def _rule(name: str, kind: str, text: str, source: str) -> Rule:
    return Rule(id=f"desk.{name}", kind=kind, text=text, source=source)  # type: ignore[arg-type]


RULES: Final = (
    # the life of an order
    _rule("ack", "observed", "openOrder and orderStatus PreSubmitted when TWS has the order, Submitted when it works",
          "github.com/stoqey/ib issue 239; logs in ib_insync's notebooks"),
    _rule("submitted", "guessed", "Submitted is never left out, even for a market order that fills on arrival",
          "TWS may skip it: " + _STATUS),
    _rule("fill", "documented", "A fill: execDetails, then openOrder and orderStatus, then commissionReport",
          "TWS API: executions and commissions; clients must bear any order"),
    _rule("held", "documented", "A child waits as PreSubmitted, whyHeld `child`; a stop with `trigger`", _STATUS),
    _rule("pending", "documented", "PendingSubmit and PendingCancel are not told unasked", _STATUS),
    _rule("pending_shown", "guessed", "Who asks for open orders sees PendingCancel", "it is what TWS shows on screen"),
    _rule("cancel", "observed", "A cancel: orderStatus Cancelled, then error 202",
          "recordings have both orders; this one suits all clients"),
    _rule("reject", "observed", "A reject by IB: error 201, then orderStatus Inactive",
          "github.com/brndnmtthws/thetagang issue 709; others saw Cancelled"),
    _rule("invalid", "guessed", "What TWS finds wrong by itself is told as an error alone; the id is used up", _CODES),
    _rule("grid", "guessed", "110 for a new order is followed by orderStatus Cancelled",
          "ib_insync 0.9.86 would wait for ever without one"),
    _rule("expired", "guessed", "The end of a day's order is told like a cancel", "no source"),
    _rule("day_end", "guessed", "A DAY order ends with the session in which it may first act",
          "TWS API: time in force says `the day`"),
    # ids and errors
    _rule("used_id", "documented", "An order id not above all before it of its client: 103", _CODES),
    _rule("finished", "observed", "Placing an id again that is filled, cancelled or being cancelled: 104", _IBX),
    _rule("late_change", "guessed", "New terms that reach the exchange after the last fill or a cancel: 104", _CODES),
    _rule("mismatch", "documented", "Another contract, side, account or order type for an id in use: 105", _CODES),
    _rule("shrunk", "guessed", "A size not above what has filled: 201, and the order works on", "no source"),
    _rule("group_change", "observed", "Another ocaGroup for an order: 10326, and the order works on",
          "github.com/nautechsystems/nautilus_trader issue 2978; some saw it cancelled, perhaps by their client"),
    _rule("group_left_out", "guessed", "New terms without an ocaGroup are no revision of it",
          "some clients saw 10326 here too"),
    _rule("unknown_cancel", "documented", "Cancel of an id that is not the client's: 10147", _CODES),
    _rule("over_cancel", "observed", "Cancel of an order that is over or being cancelled: 10148, never 161",
          "github.com/erdewit/ib_insync; older versions of TWS say 161"),
    _rule("no_parent", "documented", "A parentId that is no order of the client's: 135",
          _CODES + "; newer ones have 10006"),
    _rule("e_trade", "documented", "eTradeOnly or firmQuoteOnly set: 10268, 10269", _CODES),
    _rule("unserved", "guessed", "Conditions, algos, good-after times and the like: 10340, rather than passed over",
          "TWS would take them"),
    _rule("types", "documented", "MKT, LMT, STP, STP LMT, TRAIL, TRAIL LIMIT; any other: 387", _CODES),
    _rule("tif_preset", "guessed", "10349 is never told: an empty TIF is DAY without a word",
          "newer versions of TWS tell it: github.com/ib-api-reloaded/ib_async issue 191"),
    _rule("trigger", "guessed", "Stops trigger by the last trade, whatever the triggerMethod",
          "the default of futures: TWS API, trigger methods"),
    # attached and untransmitted orders
    _rule("untransmitted", "observed", "An order that is not transmitted is told of to nobody, nor shown as open",
          "github.com/erdewit/ib_insync issues 346 and 416"),
    _rule("transmit", "documented", "A child with transmit sends its whole family, as one", "TWS API: bracket orders"),
    _rule("transmit_parent", "guessed", "So does a parent placed again with transmit", "as TWS's own button does"),
    _rule("untransmitted_cancel", "guessed", "Cancel of an untransmitted order: Cancelled and 202", "no source"),
    _rule("restart", "documented", "A restart of TWS drops untransmitted orders; all else is at IB", _DOC),
    _rule("parent_gone", "observed", "A child of a parent that is cancelled: 201 `Parent order is being cancelled.`",
          "logs of users"),
    _rule("late_child", "guessed", "A child of a parent that has filled works at once, in its own size", "no source"),
    _rule("child_size", "guessed", "Children are for what their parent has filled, at most for their own size",
          "TWS API: bracket orders; partial fills are not described"),
    _rule("parent_cut", "guessed", "Exits of a parent cancelled in part are cut to what it filled", "no source"),
    _rule("siblings", "observed", "Children are a group named by their parent's permId, of type 3",
          "github.com/erdewit/ib_insync issue 606; a gateway's openOrder"),
    _rule("siblings_name", "guessed", "A child's own ocaGroup is taken at once",
          "TWS shows the permId until the parent has filled: github.com/erdewit/ib_insync issue 606"),
    _rule("cancel_child", "guessed", "Cancel of one child cancels its siblings of the same group", "users' reports"),
    # groups
    _rule("oca", "documented", "ocaType 1 cancels the others on any fill; 2 and 3 reduce them", "TWS API: OCA"),
    _rule("oca_part", "guessed", "They are reduced by as many contracts as fill, and 2 is the same as 3",
          "TWS API: OCA says `proportionately`"),
    _rule("oca_type_0", "guessed", "An ocaGroup without a type has type 3; the first order sets a group's type",
          "no source"),
    _rule("oca_spent", "guessed", "Who joins a group that has had its fill is taken and cancelled at once",
          "IB asks for a new name for each group"),
    _rule("oca_join", "guessed", "An order may join the group of attached children", "no source"),
    _rule("oca_cancel", "guessed", "A cancel of one of a named group leaves the others, unless they are siblings",
          "no source"),
    # hours
    _rule("rth", "documented", "Without outsideRth an order neither fills nor triggers outside 08:30-15:00 Chicago",
          "TWS API: Order.OutsideRth"),
    _rule("held_399", "observed", "Such an order is taken with 399 and the time at which it goes out",
          "github.com/backtrader2/backtrader issue 40"),
    _rule("rth_status", "guessed", "Its status is PreSubmitted while it sleeps, told when hours change", "no source"),
    _rule("rth_queue", "guessed", "It loses its place in the queue at the exchange over night", "no source"),
    _rule("closed", "guessed", "While Globex is closed orders wait; IOC and FOK: 201 `Exchange is closed.`",
          "201 is told to some: github.com/QuantConnect/Lean.Brokerages.InteractiveBrokers issue 204"),
    _rule("no_quote", "guessed", "A market order that opens and finds no quote is cancelled; one that closes waits",
          "the exchange's rule 7.2"),
    # executions
    _rule("since", "documented", "Executions are told since midnight", "TWS API: executions and commissions"),
    _rule("midnight", "guessed", "Midnight is Chicago's: TWS's machine is there", "it depends on the user's machine"),
    _rule("exec_all", "documented", "Any client may ask for the account's executions; client id 0 in a filter is none",
          "TWS API: executions and commissions; ibapi's and ib_async's default"),
    _rule("exec_time", "observed", "Times of executions name their zone: `20240312 10:00:00 US/Central`",
          "ib_insync and ib_async read it"),
    _rule("realized", "documented", "Commission reports name a result where a fill closes, commissions included",
          "TWS API: CommissionReport"),
    _rule("correction", "documented", "A correction is the same execution with a higher last part of its id",
          "TWS API: Execution.ExecId"),
    # clients
    _rule("owner", "documented", "Only its own client may modify or cancel an order", _DOC),
    _rule("master", "documented", "A master client hears of all orders and may touch none", "TWS API: open orders"),
    _rule("bind", "documented", "Orders made by hand are client 0's; reqAutoOpenOrders gives them negative ids",
          "TWS API: open orders"),
    _rule("global", "documented", "A global cancel takes every open order, whoever placed it", _DOC),
    _rule("what_if", "documented", "whatIf is answered by openOrder with margins, and uses no id", "TWS API: margin"),
    # accounts
    _rule("updates", "documented", "Account values come each three minutes and when a position changes", _ACCOUNT),
    _rule("summary", "documented", "Summaries come each three minutes where values changed; two at a time, then 322",
          "TWS API: account summary"),
    _rule("tags", "observed", "Unknown tags of a summary are passed over", "ib_async asks for 34"),
    _rule("pnl", "documented", "Results come about once a second", "TWS API: P&L"),
    _rule("pnl_day", "guessed", "The day's results begin anew at 17:00 Chicago", "TWS lets the user choose"),
    _rule("cost", "documented", "Average cost and results include commissions", "IB: average cost of futures"),
    _rule("mark", "guessed", "Positions are valued at the last trade", "IB has a mark price of its own"),
    _rule("margin", "guessed", "15,840 and 14,400 dollars a contract of ES, a tenth of MES, day and night",
          "IB's change daily"),
    _rule("margin_check", "documented", "An order that could need more than the equity: 201", "IB: margin"),
    _rule("buying", "documented", "Buying power is four times the available funds", "IB: account values"),
    _rule("gross", "documented", "GrossPositionValue leaves futures out", "IB: account values"),
)  # fmt: skip
