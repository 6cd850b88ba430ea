"""A profile: which features, how weighted, and when their score becomes a signal (METHOD.md 4 and 5). It is data."""

from dataclasses import dataclass
from typing import Final, Literal

FEATURES: Final = (
    "vwap_trend",
    "delta_signal",
    "aggression_bias",
    "volume_strength",
    "spread_signal",
    "size_imbalance",
    "momentum",
    "regime_trend",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Weights are in the order of FEATURES; thresholds are scores; the window is in trades."""

    name: str
    features: Literal["final", "legacy"]
    weights: tuple[float, float, float, float, float, float, float, float]
    long_above: float
    short_below: float
    window_trades: int
    trigger: Literal["edge", "level"]
    adapts: bool


FINAL: Final = Profile(
    name="final",
    features="final",
    weights=(0.40, 0.40, 0.15, 0.03, 0.02, 0.0, 0.0, 0.0),
    long_above=0.18,
    short_below=-0.12,
    window_trades=100,
    trigger="edge",
    adapts=False,
)
ADAPTIVE: Final = Profile(
    name="adaptive",
    features="final",
    weights=FINAL.weights,
    long_above=0.18,
    short_below=-0.12,
    window_trades=100,
    trigger="edge",
    adapts=True,
)
LEGACY: Final = Profile(
    name="legacy",
    features="legacy",
    weights=(0.20, 0.25, 0.20, 0.15, 0.10, 0.10, 0.0, 0.0),
    long_above=0.35,
    short_below=-0.35,
    window_trades=1,
    trigger="level",
    adapts=False,
)
PROFILES: Final = {profile.name: profile for profile in (FINAL, ADAPTIVE, LEGACY)}
