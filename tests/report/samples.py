"""Results made by hand, for the report: small ones to reckon with, and the curves of a day of two million events."""

from datetime import UTC, date, datetime
from fractions import Fraction

import numpy as np

from simulator.replay.curves import CurveRecorder
from simulator.replay.result import Curves, OpenPosition, Result, SignalRow, TapeSummary
from system.domain.patterns import BAR, RULES
from system.domain.position import RoundTrip
from system.domain.profile import ADAPTIVE, FINAL, LEGACY, Profile
from system.domain.scoring import EVALUATION
from system.domain.settings import Settings

SECOND = 1_000_000_000
OPEN = int(datetime(2024, 3, 7, 23, 0, tzinfo=UTC).timestamp()) * SECOND  # 18:00 in New York, the session of the 8th
NINE_THIRTY = OPEN + 15 * 3600 * SECOND + 1800 * SECOND
FEATURES = (0.1, -0.2, 1 / 3, 0.4, 0.5, -0.6, 0.7, -0.8)


def tape(**changes: object) -> TapeSummary:
    fields: dict[str, object] = {
        "sources": ["esh4-20240308.parquet"],
        "symbol": "ES",
        "contract_month": "2024-03",
        "seed": None,
        "events": 2_000_000,
        "trades": 440_000,
        "first_ts_ns": OPEN,
        "last_ts_ns": OPEN + 23 * 3600 * SECOND,
        "sessions": [date(2024, 3, 8)],
        "side_agreement": 0.987,
    }
    return TapeSummary(**(fields | changes))  # type: ignore[arg-type]


def trip(
    at_s: int,
    net_cents: int,
    *,
    side: str = "long",
    reason: str = "target",
    held_s: int = 90,
    entry: Fraction | int = 20_400,
) -> RoundTrip:
    """Exits where the net comes from, with 4.50 $ of commissions."""
    sign = 1 if side == "long" else -1
    return RoundTrip(
        side=side,  # type: ignore[arg-type]
        contracts=1,
        entry_ts_ns=NINE_THIRTY + at_s * SECOND,
        entry_price_ticks=Fraction(entry),
        exit_ts_ns=NINE_THIRTY + (at_s + held_s) * SECOND,
        exit_price_ticks=Fraction(entry) + sign * Fraction(net_cents + 450, 1250),
        exit_reason=reason,  # type: ignore[arg-type]
        net_cents=net_cents,
    )


def signal(at_s: int, direction: int, outcome: str, score: float = 0.2) -> SignalRow:
    return SignalRow(
        ts_ns=NINE_THIRTY + at_s * SECOND,
        direction=direction,
        price_ticks=20_400,
        score=score,
        features=FEATURES,
        outcome=outcome,
    )


# 195.50 - 104.50 - 104.50 + 195.50 - 104.50: the running sums are 195.50, 91, -13.50, 182, 77.50; the peak 195.50 is
# followed by -13.50, a fall of 209.
NETS = (19_550, -10_450, -10_450, 19_550, -10_450)


def small(profile: Profile = FINAL) -> Result:
    trips = [
        trip(600 * k, net, reason="target" if net > 0 else "stop", side="short" if k == 2 else "long")
        for k, net in enumerate(NETS)
    ]
    outcomes = [
        "accepted",
        "position_open",
        "accepted",
        "close",
        "cooldown",
        "accepted",
        "position_open",
        "accepted",
        "accepted",
        "accepted",
    ]
    return Result(
        settings=Settings(profile=profile),
        profile=profile,
        signals=[
            signal(300 * k, 1 if k % 3 else -1, outcome, 0.1 + 0.2 * (k % 3 > 0) - 0.3 * (k % 3 == 0))
            for k, outcome in enumerate(outcomes)
        ],
        round_trips=trips,
        patterns={"headfake": 3, "microstructure_anomaly": 2, "gamma_pin": 0},
        evaluated=1235,
        score=(-0.25, 0.5, 0.125),
        open_at_end=OpenPosition(
            side="short",
            contracts=2,
            entry_ts_ns=NINE_THIRTY + 3400 * SECOND,
            entry_price=5101.25,
            mark_price=5101.75,
            unrealised_usd=-54.5,
        ),
        decision_hash="0123456789abcdef" * 4,
        run_s=0.25,
    )


def empty(profile: Profile = FINAL) -> Result:
    return Result(settings=Settings(profile=profile), profile=profile, decision_hash="e" * 64)


def evaluations(
    count: int, *, seed: int = 1, first_ns: int = OPEN, last_ns: int = OPEN + 23 * 3600 * SECOND, near: Profile = FINAL
) -> np.ndarray:
    """A walk over a session, busier by day, with its VWAP and a score that follows it."""
    rng = np.random.default_rng(seed)
    rows = np.zeros(count, EVALUATION)
    busy = np.sort(np.concatenate((rng.uniform(0, 1, count - count // 2), rng.normal(0.75, 0.07, count // 2) % 1)))
    rows["ts_ns"] = first_ns + (busy * (last_ns - first_ns)).astype(np.int64)
    steps = rng.normal(0, 60 / np.sqrt(count), count)
    rows["price_ticks"] = 20_400 + np.cumsum(steps).round()
    rows["vwap_ticks"] = np.cumsum(rows["price_ticks"]) / np.arange(1, count + 1)
    flow = np.convolve(rng.normal(0, 1, count), np.ones(50) / 50, "same")
    rows["score"] = np.tanh(0.02 * (rows["price_ticks"] - rows["vwap_ticks"]) + flow) * 0.5
    rows["long_above"] = near.long_above
    rows["short_below"] = near.short_below
    if near.adapts:
        rows["long_above"] += np.where(rows["score"] > 0.1, -0.04, 0.04)
        rows["short_below"] += np.where(rows["score"] < -0.1, 0.04, -0.04)
    return rows


def bars(rows: np.ndarray, each: int, seed: int = 1) -> np.ndarray:
    """A bar for every `each` evaluations; about one in twelve fires something."""
    rng = np.random.default_rng(seed)
    closing = rows[each - 1 :: each]
    made = np.zeros(len(closing), BAR)
    made["ts_ns"] = closing["ts_ns"]
    made["number"] = np.arange(len(made))
    for name in ("open", "high", "low", "close"):
        made[name] = closing["price_ticks"]
    made["battle"] = np.tanh(np.convolve(rng.normal(0, 1, len(made)), np.ones(5) / 2, "same"))
    made["spread"] = np.nan
    common = np.array([4, 5, 6, 7, 8, 8, 8])
    fires = rng.random(len(made)) < 0.08
    made["fired"] = np.where(fires, 1 << rng.choice(common, len(made)), 0)
    return made


def curves(count: int = 60_000, *, seed: int = 1, near: Profile = FINAL) -> Curves:
    recorder = CurveRecorder()
    rows = evaluations(count, seed=seed, near=near)
    for first in range(0, count, 5000):
        recorder.add(rows[first : first + 5000])
    recorder.add_bars(bars(rows, max(1, count // 4400)))
    return recorder.curves()


def day(profile: Profile = FINAL, seed: int = 1, trades: int = 18) -> Result:
    """A rich day: signals where the score crosses, round trips through the trading hours, patterns from the bars."""
    rng = np.random.default_rng(seed)
    drawn = curves(seed=1, near=profile)
    lines = drawn.lines
    above = lines["score"] > lines["long_above"]
    below = lines["score"] < lines["short_below"]
    crossing = np.flatnonzero((above[1:] & ~above[:-1]) | (below[1:] & ~below[:-1])) + 1
    outcomes = np.array(["outside_entry_hours", "position_open", "cooldown", "max_trades"])
    signals = [
        SignalRow(
            ts_ns=int(lines["ts_ns"][at]),
            direction=1 if above[at] else -1,
            price_ticks=int(lines["close_ticks"][at]),
            score=float(lines["score"][at]),
            features=FEATURES,
            outcome=str(rng.choice(outcomes, p=[0.6, 0.25, 0.1, 0.05])),
        )
        for at in crossing
    ]
    trips = []
    for at_s in np.sort(rng.uniform(400, 22_000, trades)).astype(int) if trades else []:
        entry = int(np.interp(NINE_THIRTY + at_s * SECOND, lines["ts_ns"], lines["close_ticks"]))
        won = rng.random() < 0.4
        reason = "target" if won else str(rng.choice(["stop", "stop", "opposite"]))
        net = {"target": 19_550, "stop": -10_450, "opposite": -4_200}[reason]
        trips.append(
            trip(
                int(at_s),
                net,
                side=str(rng.choice(["long", "short"])),
                reason=reason,
                held_s=int(rng.uniform(60, 500)),
                entry=entry,
            )
        )
        signals.append(
            signal(
                int(at_s), 1 if trips[-1].side == "long" else -1, "accepted", 0.22 if trips[-1].side == "long" else -0.2
            )
        )
    patterns: dict[str, int] = {}
    for bit, (name, _) in enumerate(RULES):
        patterns[name] = patterns.get(name, 0) + int(((drawn.bars["fired"] >> bit) & 1).sum())
    return Result(
        settings=Settings(profile=profile),
        profile=profile,
        signals=sorted(signals, key=lambda row: row.ts_ns),
        round_trips=trips,
        patterns=patterns,
        evaluated=60_000,
        score=(float(lines["score_low"].min()), float(lines["score_high"].max()), float(lines["score"].mean())),
        open_at_end=OpenPosition(
            side="long",
            contracts=1,
            entry_ts_ns=NINE_THIRTY + 22_400 * SECOND,
            entry_price=float(np.interp(NINE_THIRTY + 22_400 * SECOND, lines["ts_ns"], lines["close_ticks"])) / 4,
            mark_price=5100.0,
            unrealised_usd=37.75,
        ),
        decision_hash="0123456789abcdef" * 4,
        run_s=0.25,
        curves=drawn,
    )


def three() -> list[Result]:
    return [day(LEGACY, 3, 6), day(ADAPTIVE, 2, 25), day(FINAL, 1, 18)]
