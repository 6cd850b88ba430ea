"""Where what the mock TWS does with market data is known from."""

from typing import Final

from simulator.tws.rule import Rule

_HIST: Final = "TWS API: historical data limitations"
_BARS: Final = "TWS API: historical bar data"
_TOP: Final = "TWS API: top market data, available tick types"
_TICKS: Final = "TWS API: tick-by-tick data"
_CODES: Final = "TWS API: message codes"


def _rule(name: str, kind: str, text: str, source: str) -> Rule:
    return Rule(id=f"data.{name}", kind=kind, text=text, source=source)  # type: ignore[arg-type]


RULES: Final = (
    # contracts and hours
    _rule("months", "guessed", "ES lists 9 quarterly months, MES 5", "CME lists more of ES; IB shows some"),
    _rule("con_id", "guessed", "Contract ids are a formula of product and month, not IB's", "IB's cannot be foretold"),
    _rule("expiry", "documented", "Last trade: third Friday, the trading day before where stocks are closed", "CME rulebook"),
    _rule("expired", "documented", "Two years of expired months, with includeExpired", "TWS API: Contract.includeExpired"),
    _rule("globex", "observed", "Exchange GLOBEX: 200, the name is CME", "github.com/wboayue/rust-ibapi issue 544"),
    _rule("contfut", "documented", "CONTFUT: details and history only, its id the front month's", "TWS API: basic contracts"),
    _rule("contfut_live", "guessed", "CONTFUT for live data: 200", "the document says only that it cannot be used"),
    _rule("roll", "guessed", "CONTFUT rolls 8 days before the third Friday", "the market's custom"),
    _rule("no_expiry", "observed", "FUT without expiry or local symbol for data: 321", "many users' logs"),
    _rule("no_exchange", "observed", "Data without exchange and id: 321", "github.com/erdewit/ib_insync issue 478"),
    _rule("by_id", "guessed", "A contract by id may leave its exchange out", "kinder than TWS at worst"),
    _rule("ambiguous", "observed", "Several contracts: 200 with another text", "github.com/QuantConnect/Lean issue 2924"),
    _rule("liquid", "guessed", "Liquid hours are 08:30-15:00 Chicago, on half days to the close", "New York's stocks"),
    _rule("hours_days", "guessed", "Hours are shown for seven days; a day off has no entry on an evening that opens", "answers seen in forums"),
    _rule("market_rule", "guessed", "The market rule of ES and MES is 67", "answers seen in forums"),
    _rule("order_types", "guessed", "The list of order types in details", "answers seen in forums"),
    # market data
    _rule("first", "guessed", "81 and 58 come first, then all values", "clients accept any order"),
    _rule("sampling", "documented", "Market data of futures is sampled each 250 ms", _TOP),
    _rule("grid", "guessed", "Samples lie on whole quarters of a second", "so that runs can be repeated"),
    _rule("rt_volume", "documented", "233 tells each trade as price;size;time;volume;vwap;single", _TOP),
    _rule("single", "guessed", "The last field of RTVolume is always true", "the tape does not know"),
    _rule("generic", "guessed", "Generic ticks other than 233 and 375 are taken and bring nothing", "they need data there is not"),
    _rule("absent", "observed", "An absent bid or ask is price -1, size 0", "github.com/erdewit/ib_insync, ticker"),
    _rule("close", "guessed", "Close is the last price of the session before, none before the second session", "no settlement price on a tape"),
    _rule("halted", "guessed", "49 is told once as 0: the tape has no halts", _TOP),
    _rule("snapshot", "guessed", "A snapshot ends at once; TWS takes up to 11 s", _TOP),
    _rule("snapshot_generic", "observed", "A snapshot with generic ticks: 321", "users' logs"),
    _rule("lines", "documented", "100 lines, then 101", "TWS API: market data lines"),
    _rule("lines_client", "guessed", "Lines, tick-by-tick and depth are counted for each client", "TWS counts the login's"),
    _rule("entitled", "documented", "354, 10167, 10168, 10197 by entitlement and data type", _CODES),
    _rule("live_anyway", "documented", "Types 3 and 4 show live data to who has it", "TWS API: market data types"),
    _rule("delay", "guessed", "Delayed data is 10 minutes old, looked at each second, without RTVolume", "the exchange's delay"),
    _rule("type_later", "guessed", "A change of type is for later requests", "TWS API: market data types"),
    _rule("frozen", "documented", "Type 2 shows the last quote when closed", "TWS API: market data types"),
    _rule("unknown_id", "observed", "Cancel of an unknown id: 300, depth 310, history 366", _CODES),
    _rule("duplicate", "observed", "An id in use: 322", "github.com/erdewit/ib_insync issue 677"),
    # tick by tick, bars, depth
    _rule("tick_limit", "documented", "3 tick-by-tick requests at a time, then 10190", _TICKS),
    _rule("tick_pause", "documented", "One request an instrument in 15 s; off unless asked for", _TICKS),
    _rule("tick_kind", "guessed", "That pause is for each contract and kind", "users ask Last and BidAsk together"),
    _rule("tick_first", "guessed", "BidAsk and MidPoint begin with the quote in hand", "nothing says"),
    _rule("tick_past", "guessed", "Past ticks asked for with tick-by-tick are not told", "few ask"),
    _rule("rt_bars", "documented", "Real-time bars are of 5 s", "TWS API: 5 second real time bars"),
    _rule("rt_other", "guessed", "Another size: 321", "some versions take 5 s instead"),
    _rule("rt_empty", "observed", "Five seconds without a trade have a bar of the last price, volume 0", "users' recordings"),
    _rule("depth_limit", "documented", "3 depth requests, then 309", _CODES),
    _rule("depth_behind", "guessed", "Behind the touch a price has always the same size", "the tape has the touch alone"),
    _rule("depth_ops", "guessed", "A row falls off the end by a delete before an insert", "clients differ otherwise"),
    _rule("depth_rows", "guessed", "At most ten rows; more are cut to ten", "CME shows ten"),
    # history
    _rule("sizes", "observed", "Bar sizes and the text of 321", "github.com/wboayue/rust-ibapi pull 245"),
    _rule("weeks", "observed", "1 week and 1 month mean 1W and 1M", "github.com/gofinance/ib pull 30"),
    _rule("one_second", "observed", "1 secs over more than 2000 s: 162 invalid step", "github.com/wrighter/ib-scripts issue 1"),
    _rule("longest", "documented", "More than 365 D must be asked for in years, more than 86400 S in days", _BARS),
    _rule("format", "observed", "formatDate other than 1 and 2: 321", "github.com/vnpy/vnpy issue 2937"),
    _rule("bar_zone", "documented", "Bars' times are in the exchange's zone, US/Central", _BARS),
    _rule("daily_date", "documented", "Daily bars have the session's date, weeks and months their last session's", _BARS),
    _rule("end_zone", "documented", "An end without zone is the machine's, with warning 2174", _CODES),
    _rule("host_zone", "guessed", "The machine that TWS runs on is in New York", "most examples are"),
    _rule("bad_end", "documented", "An end that is no time: 10314", _CODES),
    _rule("end_future", "guessed", "An end in the future is now", "nothing says"),
    _rule("seconds_back", "guessed", "S counts trading time back, and the first bar is whole", "answers over the break"),
    _rule("days_back", "observed", "D counts sessions with trading before the end", "users' recordings"),
    _rule("grid_bars", "guessed", "Bars lie on a grid from 17:00 Chicago; the first of regular hours begins at 08:30", "answers in forums"),
    _rule("empty_bars", "observed", "From the first price on, a bar without trades shows the last price", "users' recordings"),
    _rule("quote_bars", "guessed", "A bar of quotes begins with the quote that prevails", "nothing says"),
    _rule("bid_ask", "documented", "BID_ASK: mean bid, highest ask, lowest bid, mean ask", "TWS API: historical data types"),
    _rule("bid_ask_mean", "guessed", "The means are of the quotes at the end of each second", "nothing says"),
    _rule("what", "observed", "Data that futures have not: 162 no data; an unknown word: 321", "users' logs"),
    _rule("pacing", "documented", "60 in 10 min, 6 of one kind in 2 s, the same in 15 s: 162; BID_ASK counts twice", _HIST),
    _rule("pacing_small", "documented", "Only bars up to 30 s and ticks are paced", _HIST),
    _rule("pacing_counts", "guessed", "A refused request counts as well; all clients share", "nothing says"),
    _rule("updates", "documented", "keepUpToDate tells the bar in hand each 5 s, with no end and bars of 5 s or more", _BARS),
    _rule("updates_always", "guessed", "Also where nothing has changed", "nothing says"),
    _rule("canceled", "observed", "Cancel of what is kept up to date: 162 cancelled", "github.com/erdewit/ib_insync issue 268"),
    _rule("tick_seconds", "documented", "Historical ticks are whole seconds, 1000 at most asked for", "TWS API: historical time and sales"),
    _rule("tick_end", "guessed", "Ticks at the end itself are not part of the answer", "nothing says"),
    _rule("kept", "guessed", "Seconds of 3 sessions, minutes of 260, 300,000 raw events", "memory has an end"),
    _rule("head", "guessed", "The earliest data is of the first session played, in UTC", "what is played is all there is"),
    _rule("histogram", "guessed", "A histogram's period is in whole sessions", "nothing says"),
    _rule("rights", "observed", "Without live data: 162, 420 and 10189 No market data permissions", "github.com/erdewit/ib_insync issues 19, 514"),
    _rule("one_tape", "guessed", "Every contract has the same prices and sizes", "one tape is behind all"),
)  # fmt: skip
