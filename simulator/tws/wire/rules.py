"""Where what the mock TWS does on the wire is known from."""

from typing import Final

from simulator.tws.rule import Rule

RULES: Final = (
    Rule(
        id="wire.version",
        kind="observed",
        text="The version spoken is the highest of the client's up to 178; below 151 the connection is closed",
        source="ibapi 9.81 to 10.46, ib_insync, ib_async, @stoqey/ib: each passes at what it then negotiates",
    ),
    Rule(
        id="wire.old",
        kind="guessed",
        text="A client of before version 100 is closed at its first byte",
        source="npm ib 0.2.9 sends three bytes and waits",
    ),
    Rule(
        id="wire.layouts",
        kind="observed",
        text="Layouts change with the version where the clients' own encoders and decoders do",
        source="ibapi 9.81.1, ib_insync 0.9.86, ib_async 2.1.0, driven at each version",
    ),
    Rule(
        id="wire.sizes",
        kind="observed",
        text="Sizes are written without a decimal point",
        source="ibapi 9.81.1 reads them with int()",
    ),
    Rule(
        id="wire.unset",
        kind="observed",
        text="A number that is not set is 1.7976931348623157E308, 2147483647 or nothing",
        source="ibapi 9.81.1: EClient and Decoder",
    ),
    Rule(
        id="wire.length",
        kind="guessed",
        text="A message of a client longer than 64 KiB, or of no length, closes the connection",
        source="an order has some 1,000 bytes",
    ),
    Rule(
        id="wire.trailing",
        kind="guessed",
        text="Fields behind those that are known are passed over",
        source="clients of newer versions send more",
    ),
    Rule(
        id="wire.unreadable",
        kind="observed",
        text="A field that is no number where one is due: 320 with the id of the request, and the session goes on",
        source="github.com/dshe/InterReact issue 4; lbilli/Jib.jl issue 12",
    ),
    Rule(
        id="wire.unknown",
        kind="guessed",
        text="A message of an unknown number: 320 about no request, and the session goes on",
        source="no client of the list sends one",
    ),
    Rule(
        id="wire.decimals",
        kind="guessed",
        text="A whole number may be written with a decimal point, as 1.0; empty means the usual value",
        source="ib_insync and npm clients write what their caller gave them",
    ),
    Rule(
        id="wire.untold",
        kind="observed",
        text="An order's unset terms: prices 0.0, what hedges and adjusts it None, OCA type 3, clearing intent IB",
        source="github.com/erdewit/ib_insync issue 509, an order as TWS told it",
    ),
    Rule(
        id="wire.forgotten",
        kind="guessed",
        text="Combo legs, conditions, algo and scale parameters of an order are read and not told back",
        source="the mock TWS trades futures alone",
    ),
    Rule(
        id="wire.ascii",
        kind="observed",
        text="What is not ASCII in an error or a long name is written as \\uXXXX, at every version",
        source="ibapi 9.81.1 and @stoqey/ib 1.6.10 read it so from version 153 on",
    ),
)
