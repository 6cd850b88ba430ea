"""All facts in the order in which they are shown: key, words, unit, and what they rest on."""

from dataclasses import dataclass
from typing import Final

from simulator.facts.stretch import DAY, OVERNIGHT, RTH


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a tape. `basis` names the count (see LEAST) that says whether it can be judged."""

    key: str
    label: str
    unit: str
    basis: str
    segments: tuple[str, ...] = (RTH, OVERNIGHT)


def _numbered(basis: str, unit: str, rows: dict[str, str], segments: tuple[str, ...] = (RTH, OVERNIGHT)) -> list[Fact]:
    return [Fact(key, label, unit, basis, segments) for key, label in rows.items()]


QUANTILES: Final = (10, 50, 90, 99)
CATALOGUE: Final[tuple[Fact, ...]] = (
    *_numbered("quotes", "share", {f"spread_{n}": f"spread of {n} tick{'s' * (n > 1)}, by time" for n in (1, 2, 3)}),
    Fact("effective_spread", "effective spread", "ticks", "impacts"),
    *_numbered(
        "quotes",
        "contracts",
        {
            **{f"bid_size_p{n}": f"bid queue p{n}, by time" for n in QUANTILES},
            "bid_size_mean": "bid queue mean, by time",
            **{f"ask_size_p{n}": f"ask queue p{n}, by time" for n in QUANTILES},
            "ask_size_mean": "ask queue mean, by time",
        },
    ),
    Fact("quotes_per_print", "quotes per print", "", "prints"),
    Fact("size_only", "quotes that change sizes only", "share", "quotes"),
    Fact("mid_moves_per_hour", "mid moves per hour", "", "quotes"),
    Fact("mid_reversal", "mid moves that reverse the last", "share", "mid_moves"),
    Fact("next_up_rises", "next move up rises with imbalance", "1 = yes", "quintile_quotes"),
    *_numbered("quintile_quotes", "share", {f"next_up_{n}": f"next move up, imbalance fifth {n}" for n in range(1, 6)}),
    *_numbered("quotes", "share", {f"imbalance_{n}": f"quotes in imbalance fifth {n}" for n in range(1, 6)}),
    Fact("prints_per_hour", "prints per hour", "", "prints"),
    Fact("size_mean", "print size, mean", "contracts", "prints"),
    *_numbered("prints", "contracts", {f"size_p{n}": f"print size p{n}" for n in (50, 90, 99)}),
    Fact("size_max", "print size, largest", "contracts", "prints"),
    Fact("size_1_share", "prints of one contract", "share", "prints"),
    Fact("size_1_volume", "volume in prints of 1", "share", "prints"),
    Fact("size_10_volume", "volume in prints of 10 and more", "share", "prints"),
    Fact("size_50_volume", "volume in prints of 50 and more", "share", "prints"),
    Fact("gap_cv", "time between prints, CV, median half hour", "", "busy_half_hours"),
    Fact("gap_cv_whole", "time between prints, CV, whole segment", "", "prints"),
    Fact("gap_p50_ms", "time between prints p50", "ms", "prints"),
    Fact("gap_p99_s", "time between prints p99", "s", "prints"),
    Fact("gap_below_1ms", "prints within 1 ms of the last", "share", "prints"),
    Fact("fano", "prints per second, Fano, median half hour", "", "busy_half_hours"),
    Fact("fano_whole", "prints per second, Fano, whole segment", "", "prints"),
    Fact("empty_seconds", "seconds without a print", "share", "prints"),
    *_numbered("prints", "", {f"count_acf_{n}": f"ACF of prints per second, {n} s" for n in (1, 10, 60)}),
    Fact("price_unchanged", "prints at the last price", "share", "prints"),
    Fact("price_jumps", "prints more than 1 tick away", "share", "prints"),
    Fact("price_acf_1", "ACF of print price change, lag 1", "", "prints"),
    Fact("price_reversal", "print price changes that reverse", "share", "prints"),
    *_numbered("sided", "", {f"side_acf_{n}": f"ACF of true sides, lag {n}" for n in (1, 2, 5, 10, 100)}),
    *_numbered("prints", "", {f"rule_acf_{n}": f"ACF of tick-rule sides, lag {n}" for n in (1, 10, 100)}),
    Fact("rule_right", "tick rule agrees with the side", "share", "sided"),
    Fact("buy_share", "prints that are buys", "share", "sided"),
    *_numbered(
        "impacts",
        "ticks",
        {
            f"impact_{name}": f"mid after a trade, {words}"
            for name, words in {
                "0": "at once",
                "10ms": "10 ms",
                "100ms": "100 ms",
                "1s": "1 s",
                "10s": "10 s",
                "60s": "60 s",
            }.items()
        },
    ),
    *(
        Fact(f"{kind}_{seconds}s", f"{words}, {span}", unit, f"returns_{seconds}s")
        for seconds, span in {1: "1 s", 10: "10 s", 60: "1 min", 300: "5 min"}.items()
        for kind, words, unit in (
            ("std", "mid return deviation", "ticks"),
            ("kurtosis", "mid return excess kurtosis", ""),
        )
    ),
    Fact("zero_1s", "seconds without a mid return", "share", "returns_1s"),
    Fact("variance_ratio_10s", "variance ratio 10 s to 1 s", "", "returns_10s"),
    Fact("variance_ratio_60s", "variance ratio 1 min to 1 s", "", "returns_60s"),
    Fact("return_acf_1", "ACF of 1-min returns, lag 1", "", "returns_60s"),
    *_numbered(
        "returns_60s", "", {f"abs_return_acf_{n}": f"ACF of absolute 1-min returns, lag {n}" for n in (1, 5, 30)}
    ),
    *_numbered("minutes", "", {f"volume_acf_{n}": f"ACF of 1-min volume, lag {n}" for n in (1, 30)}),
    *_numbered("minutes", "ticks", {f"range_p{n}": f"range of a minute p{n}" for n in (50, 90, 99)}),
    Fact("range_max", "range of a minute, largest", "ticks", "minutes"),
    Fact("session_range", "range of the segment, median session", "ticks", "prints"),
    Fact("std_ratio", "1-min deviation, overnight to RTH", "", "returns_60s_both", (DAY,)),
    *_numbered(
        "whole_sessions",
        "share",
        {
            "rth_volume": "volume in RTH",
            "volume_0930": "volume from 09:30 to 10:00",
            "volume_1530": "volume from 15:30 to 16:00",
        },
        (DAY,),
    ),
)
