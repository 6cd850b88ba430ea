"""Parameters from what tapes show: simulate, measure in the same hours, correct, again.

A parameter and what one measures of it differ, and most of them touch more than one figure: hence the loop. It starts
from the preset `normal` with the day's curve of the tapes. Seeds are fixed: the same tapes give the same parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import exp, log
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simulator.flow.curve import fit_curve
from simulator.flow.meter import MINUTE_NS, Figures, Meter, figures, like
from simulator.flow.parameters import FIELDS, NORMAL, Flow, Parameters
from simulator.flow.schedule import RTH, activity
from simulator.flow.sessions import sessions
from system.domain.errors import InputError

Array = npt.NDArray[Any]

ALL_MINUTES_MIN: Final = 20
ALL_PRINTS_MIN: Final = 200
MINUTES_MIN: Final = 30  # of RTH, or of the night
PRINTS_MIN: Final = 300
DAYS_MIN: Final = 10
DAY_HOURS_MIN: Final = 4
# How much days differ by regimes of activity alone.
REGIME_NOISE: Final = 0.07
ROUNDS: Final = 8
COARSE: Final = 4  # rounds that go the whole way
FINE_GAIN: Final = 0.5
STEP_MAX: Final = 1.0  # of a logarithm, in one round
SIMULATED_HOURS: Final = 12  # a round, about, of the hours that the tapes cover
SIMULATED_HOURS_MAX: Final = 46  # with those before them
SIMULATED_PRINTS: Final = 30_000  # a round, about; where trading is thin that takes more sessions
THIN_SESSIONS_MAX: Final = 12
BATCH: Final = 16_384  # events; what comes after the last minute wanted is made in vain
SEED: Final = 7_001


@dataclass(frozen=True, slots=True)
class Lever:
    """`parameter` (less `base`) goes by the power of what is wanted of `figure` over what is simulated."""

    parameter: str
    figure: str
    power: float
    says: str
    form: str
    base: float = 0.0


# The powers are the inverse of what a change of the parameter by 1 % did to the figure, somewhat damped.
LEVERS: Final = (
    Lever("prints_per_session", "prints", 0.9, "{} prints an hour covered", ".0f"),
    Lever("minute_std_ticks", "rth_std", 0.8, "{} ticks, deviation of a minute's move in RTH", ".2f"),
    Lever("night_std_share", "night_std", 0.8, "{} ticks, deviation of a minute's move at night", ".2f"),
    Lever("best_size", "rth_queue", 1.1, "{} contracts at a touch in RTH, mean over time", ".1f"),
    Lever("night_size_share", "night_queue", 0.8, "{} contracts at a touch at night, mean over time", ".1f"),
    Lever("spread_ticks", "rth_wide", 1.1, "wider than a tick {} of RTH", ".2%", base=1),
    Lever("night_spread_ticks", "night_wide", 1.1, "wider than a tick {} of the night", ".2%", base=1),
    Lever("single_trade_share", "single", 1.0, "{} of the prints are one contract", ".1%"),
    Lever("trade_tail", "size", -1.4, "{} contracts a print", ".2f"),
    Lever("split_share", "near", 1.6, "{} of the prints within 1 ms of the one before", ".1%"),
    Lever("wish_share", "updates", -1.4, "{} quotes a print", ".2f"),
)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a parameter was fitted to, and what the fitted flow shows."""

    lever: Lever
    wanted: float
    reached: float
    at_bound: bool

    def __str__(self) -> str:
        wanted, reached = (format(each, self.lever.form) for each in (self.wanted, self.reached))
        bound = "; at its bound" if self.at_bound else ""
        return f"measured: {self.lever.says.format(wanted)}; simulated {reached}{bound}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Each parameter is in `measured`, with what was, or in `kept`, with why it has its default."""

    flow: Flow
    measured: dict[str, str]
    kept: dict[str, str]
    figures: dict[str, Measured] = field(default_factory=dict)


def fit(meter: Meter, progress: Progress = lambda *_: None) -> Fit:
    """Fit to what `meter` has seen. Raises InputError where that is too little."""
    minutes, prints = meter.sums["seconds"].sum() / 60, meter.sums["prints"].sum()
    if minutes < ALL_MINUTES_MIN or prints < ALL_PRINTS_MIN:
        raise InputError(
            f"too little to fit: {minutes:.0f} minutes with {prints:.0f} prints; "
            f"expected {ALL_MINUTES_MIN} minutes and {ALL_PRINTS_MIN} prints at least"
        )
    parameters, slots = fit_curve(NORMAL.parameters, meter.sums["seconds"], meter.sums["prints"])
    measured = {"half_hours": f"measured: {slots} of {len(parameters.half_hours)} half hours, the others as usual"}
    too_little = {lever.parameter: why for lever in LEVERS if (why := _missing(lever.figure, meter.sums))}
    kept = dict.fromkeys(FIELDS, "kept: not measured") | too_little
    levers = [lever for lever in LEVERS if lever.parameter not in too_little]
    volatility, why = _day_volatility(meter, parameters)
    if why:
        kept["day_volatility"] = why
    else:
        measured["day_volatility"] = f"measured: {len(meter.days)} sessions"
    fitted, reached = _loop(parameters, levers, meter.sums, progress)
    wanted = figures(meter.sums)
    shown = {
        lever.parameter: Measured(
            lever=lever,
            wanted=wanted[lever.figure],
            reached=reached.get(lever.figure, 0.0),
            at_bound=_at_bound(fitted, lever.parameter),
        )
        for lever in levers
    }
    measured |= {name: str(each) for name, each in shown.items()}
    return Fit(
        flow=Flow(parameters=replace(fitted, day_volatility=volatility)),
        measured=measured,
        kept={name: why for name, why in kept.items() if name not in measured},
        figures=shown,
    )


def _missing(figure: str, sums: Mapping[str, Array]) -> str:
    """Why a figure says too little, or nothing where it says enough."""
    total = {name: values.sum() for name, values in sums.items()}
    where = {"rth": RTH, "night": np.r_[0 : RTH.start, RTH.stop : len(sums["seconds"])]}
    part, _, what = figure.partition("_")
    if part in where:
        column, least, unit = ("moves", MINUTES_MIN, "minutes") if what == "std" else ("quoted", 60 * MINUTES_MIN, "s")
        found = sums[column][where[part]].sum()
        name = "RTH" if part == "rth" else "the night"
        return "" if found >= least else f"kept: too little data: {found:.0f} {unit} of {name} with quotes"
    if figure == "updates" and total["updates"] == 0:
        return "kept: too little data: no quotes"
    if figure == "near" and total["fine"] < total["prints"] / 2:
        return "kept: too little data: times are not finer than a millisecond"
    return "" if total["prints"] >= PRINTS_MIN else f"kept: too little data: {total['prints']:.0f} prints"


def _day_volatility(meter: Meter, parameters: Parameters) -> tuple[float, str]:
    """The deviation of the logarithm of a day's activity, or the default and why."""
    curve = activity(parameters) / 60
    days = [(seconds, prints.sum()) for seconds, prints in meter.days.values() if prints.sum() > 0]
    ratios = [prints / (seconds * curve).sum() for seconds, prints in days if seconds.sum() >= 3600 * DAY_HOURS_MIN]
    if len(ratios) < DAYS_MIN:
        default = NORMAL.parameters.day_volatility
        return default, f"kept: too little data: {len(ratios)} sessions of {DAY_HOURS_MIN} hours, {DAYS_MIN} are needed"
    # Days that resemble those before them differ less within a few weeks than they do over the years.
    count, number = len(ratios), np.arange(len(ratios))
    alike = parameters.day_memory ** np.abs(number[:, None] - number)
    seen = 1 - (float(alike.sum()) - count) / (count * (count - 1))
    variance = (float(np.var(np.log(ratios), ddof=1)) - REGIME_NOISE**2) / seen
    return _bounded("day_volatility", max(variance, 0.0) ** 0.5), ""


def _loop(
    parameters: Parameters, levers: list[Lever], sums: Mapping[str, Array], progress: Progress
) -> tuple[Parameters, Figures]:
    """The parameters that the loop settles around, and their figures.

    A session's figures differ from the next one's by more than a last correction is worth. So each round has seeds of
    its own, and the result is the mean over the later rounds.
    """
    wanted = figures(sums)
    settled: list[list[float]] = []
    for number in range(ROUNDS):
        progress(number, ROUNDS + 1)
        have = figures(simulate(parameters, sums, number))
        gain = 1.0 if number < COARSE else FINE_GAIN
        for lever in levers:
            parameters = _turned(parameters, lever, gain * _off(lever, wanted, have))
        if number >= COARSE:
            settled.append([log(getattr(parameters, lever.parameter) - lever.base) for lever in levers])
    means = np.mean(settled, axis=0) if levers else []
    for lever, mean in zip(levers, means, strict=True):
        parameters = _with(parameters, lever.parameter, lever.base + exp(float(mean)))
    progress(ROUNDS, ROUNDS + 1)
    return parameters, figures(simulate(parameters, sums, ROUNDS))


def _off(lever: Lever, wanted: Figures, have: Figures) -> float:
    """The logarithm of wanted over simulated; what is hardly there at all is taken as just there."""
    return log(max(wanted[lever.figure], 1e-3) / max(have.get(lever.figure, 0.0), 1e-3))


def _turned(parameters: Parameters, lever: Lever, off: float) -> Parameters:
    value = getattr(parameters, lever.parameter) - lever.base
    step = min(max(lever.power * off, -STEP_MAX), STEP_MAX)
    return _with(parameters, lever.parameter, lever.base + value * exp(step))


def _at_bound(parameters: Parameters, name: str) -> bool:
    bounds = FIELDS[name].metadata
    return getattr(parameters, name) in (bounds["low"], bounds["high"])


def _with(parameters: Parameters, name: str, value: float) -> Parameters:
    changed: dict[str, Any] = {name: _bounded(name, value)}
    return replace(parameters, **changed)


def _bounded(name: str, value: float) -> float:
    """Within the parameter's bounds, and with as many digits as a file shows."""
    bounds = FIELDS[name].metadata
    return float(f"{min(max(value, bounds['low']), bounds['high']):.5g}")


def simulate(parameters: Parameters, sums: Mapping[str, Array], number: int) -> dict[str, Array]:
    """What the parameters show in the minutes that `sums` covers, without what makes days and regimes differ."""
    steady = Flow(parameters=replace(parameters, day_volatility=0.0, regime_step=0.0))
    minutes = np.flatnonzero(sums["seconds"])
    last = int(minutes[-1]) + 1
    prints = float(sums["prints"].sum() / sums["seconds"].sum()) * 60 * len(minutes)  # of one session
    count = max(
        1,
        min(round(SIMULATED_HOURS * 60 / len(minutes)), SIMULATED_HOURS_MAX * 60 // last),
        min(round(SIMULATED_PRINTS / prints), THIN_SESSIONS_MAX),
    )
    total: dict[str, Array] = {}
    for seed in range(SEED + 100 * number, SEED + 100 * number + count):
        meter, end_ns = Meter(), 0
        for batch in sessions(seed=seed, count=1, flow=steady, batch_events=BATCH):
            end_ns = end_ns or int(batch["ts_ns"][0]) + (last + 1) * MINUTE_NS
            meter.add(batch[batch["ts_ns"] < end_ns])
            if batch["ts_ns"][-1] >= end_ns:
                break
        total = {name: total.get(name, 0.0) + values for name, values in meter.sums.items()}
    return like(total, sums)
