"""Where what the mock TWS does on the wire is known from."""

from typing import Final

from simulator.tws.rule import rules_of

_rule: Final = rules_of("wire")
RULES: Final = (
    _rule(
        "version",
        "observed",
        "The version spoken is the highest of the client's up to 178; below 151 the connection is closed",
        "ibapi 9.81 to 10.46, ib_insync, ib_async, @stoqey/ib: each passes at what it then negotiates",
    ),
    _rule(
        "old",
        "guessed",
        "A client of before version 100 is closed at its first byte",
        "npm ib 0.2.9 sends three bytes and waits",
    ),
    _rule(
        "layouts",
        "observed",
        "Layouts change with the version where the clients' own encoders and decoders do",
        "ibapi 9.81.1, ib_insync 0.9.86, ib_async 2.1.0, driven at each version",
    ),
    _rule("sizes", "observed", "Sizes are written without a decimal point", "ibapi 9.81.1 reads them with int()"),
    _rule(
        "unset",
        "observed",
        "A number that is not set is 1.7976931348623157E308, 2147483647 or nothing",
        "ibapi 9.81.1: EClient and Decoder",
    ),
    _rule(
        "length",
        "guessed",
        "A message of a client longer than 64 KiB, or of no length, closes the connection",
        "an order has some 1,000 bytes",
    ),
    _rule(
        "trailing",
        "guessed",
        "Fields behind those that are known are passed over",
        "clients of newer versions send more",
    ),
    _rule(
        "unreadable",
        "observed",
        "A field that is no number where one is due: 320 with the id of the request, and the session goes on",
        "github.com/dshe/InterReact issue 4; lbilli/Jib.jl issue 12",
    ),
    _rule(
        "unknown",
        "guessed",
        "A message of an unknown number: 320 about no request, and the session goes on",
        "no client of the list sends one",
    ),
    _rule(
        "decimals",
        "guessed",
        "A whole number may be written with a decimal point, as 1.0; empty means the usual value",
        "ib_insync and npm clients write what their caller gave them",
    ),
    _rule(
        "untold",
        "observed",
        "An order's unset terms: prices 0.0, what hedges and adjusts it None, OCA type 3, clearing intent IB",
        "github.com/erdewit/ib_insync issue 509, an order as TWS told it",
    ),
    _rule(
        "forgotten",
        "guessed",
        "Combo legs, conditions, algo and scale parameters of an order are read and not told back",
        "the mock TWS trades futures alone",
    ),
    _rule(
        "ascii",
        "observed",
        "What is not ASCII in an error or a long name is written as \\uXXXX, at every version",
        "ibapi 9.81.1 and @stoqey/ib 1.6.10 read it so from version 153 on",
    ),
)
