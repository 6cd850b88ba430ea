"""A comparison as the JSON document of `bn compare --json`."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

from simulator.comparison.compare import Comparison, Leg, Signal, mean
from simulator.report.figures import points
from system.domain.instrument import Instrument
from system.domain.settings import SECOND_NS
from system.wiring.live_day import LiveDay

MS_NS = SECOND_NS // 1000
SIDES = {1: "long", -1: "short"}


def document(
    found: Comparison, live: LiveDay, instrument: Instrument, *, day: date, journal: Path, tapes: Sequence[Path]
) -> dict[str, object]:
    """All of it, prices in points, money in USD, times in ns."""
    return {
        "day": str(day),
        "journal": str(journal),
        "tapes": [str(path) for path in tapes],
        "signals": {
            "live": found.live_signals,
            "sim": found.sim_signals,
            "matched": found.matched,
            "missed": [_signal(one) for one in found.missed],
            "extra": [_signal(one) for one in found.extra],
            "outcomes_differ": [
                {"ts_ns": one.ts_ns, "direction": SIDES[one.direction], "live": one.live, "sim": one.sim}
                for one in found.different
            ],
        },
        "round_trips": [
            {
                "signal_ts_ns": pair.signal_ns,
                "side": pair.side,
                "live": _leg(pair.live, instrument),
                "sim": _leg(pair.sim, instrument),
            }
            for pair in found.pairs
        ],
        **{whose: _figures(found.legs(whose)) for whose in ("live", "sim")},
        "fees": {
            "executions": live.fees.executions,
            "configured_usd": live.fees.configured_cents / 100,
            "reported": live.fees.reported,
            "reported_usd": live.fees.reported_cents / 100,
        },
    }


def _signal(one: Signal) -> dict[str, object]:
    return {"ts_ns": one.ts_ns, "direction": SIDES[one.direction], "outcome": one.outcome}


def _leg(leg: Leg | None, instrument: Instrument) -> dict[str, object] | None:
    if leg is None:
        return None
    trip = leg.trip
    return {
        "contracts": trip.contracts,
        "entry_ts_ns": trip.entry_ts_ns,
        "entry_price": points(trip.entry_price_ticks, instrument),
        "exit_ts_ns": trip.exit_ts_ns,
        "exit_price": points(trip.exit_price_ticks, instrument),
        "exit_reason": trip.exit_reason,
        "net_usd": trip.net_cents / 100,
        "entry_latency_ms": _ms(leg.entry_latency_ns),
        "exit_latency_ms": _ms(leg.exit_latency_ns),
        "entry_slippage_ticks": _ticks(leg.entry_slippage_ticks),
        "exit_slippage_ticks": _ticks(leg.exit_slippage_ticks),
    }


def _ms(span_ns: int | None) -> float | None:
    return None if span_ns is None else span_ns / MS_NS


def _ticks(ticks: Fraction | None) -> float | None:
    return None if ticks is None else float(ticks)


def _figures(legs: Sequence[Leg]) -> dict[str, object]:
    latencies = [span_ns / MS_NS for leg in legs for span_ns in leg.latencies_ns]
    return {
        "round_trips": len(legs),
        "net_usd": sum(leg.trip.net_cents for leg in legs) / 100,
        "entry_slippage_ticks": mean(leg.entry_slippage_ticks for leg in legs),
        "exit_slippage_ticks": mean(leg.exit_slippage_ticks for leg in legs),
        "latency_ms": {"mean": sum(latencies) / len(latencies), "max": max(latencies)} if latencies else None,
    }
