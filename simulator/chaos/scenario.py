"""What a seed makes of the market, the method's settings and the operator: the same whatever goes wrong."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from simulator.flow.parameters import HALF_HOURS, Flow, Parameters
from simulator.tws.start import synthetic
from simulator.tws.world import World
from system.domain.limits import OrderRules
from system.domain.profile import Profile
from system.domain.settings import SECOND_NS, Settings

# When it begins, New York's time, and how often it is drawn.
BEGINS: Final = (
    (date(2024, 3, 19), "10:00", 8),
    (date(2024, 3, 11), "10:00", 1),  # the first session since the clocks went forward
    (date(2024, 11, 4), "10:00", 1),  # and back
    (date(2024, 3, 20), "14:30", 2),  # flat by 15:55 lies within
    (date(2024, 3, 21), "15:30", 1),  # and here the daily break too
    (date(2024, 3, 19), "23:50", 1),  # midnight, to which executions reach back
    (date(2024, 6, 12), "16:45", 1),  # the roll: the next session is one of the next contract
)
NIGHTS: Final = frozenset({"23:50", "16:45"})  # positions are entered at any time, and held over the break
DAY_S: Final = 86_400
MANY: Final = 25  # so that exits fill in part, and rest: with a target that the market often touches, behind a queue
QUEUE: Final = 25.0  # contracts at the touch then: as long as what waits behind it
SLOW_TICKS: Final = 4.0  # a minute's deviation then
NEAR_TICKS: Final = 2
MANY_SHARE: Final = 0.5  # of the seeds with three
EAGER: Final = Profile(
    name="eager",
    features="final",
    weights=(0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    long_above=0.001,
    short_below=-0.001,
    window_trades=8,
    trigger="edge",
    adapts=False,
)
# As active in one hour as in any other, and with few trades in bursts: some 25,000 events in two hours.
EVEN: Final = Parameters(
    half_hours=(100.0,) * len(HALF_HOURS),
    prints_per_session=36_000,
    day_volatility=0.0,
    regime_step=0.0,
    wish_share=0.4,
    run_share=0.05,
    split_share=0.05,
    split_more=0.05,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All that is drawn from a seed and is no fault."""

    settings: Settings
    orders: OrderRules
    flow: Flow
    day: date
    start: str
    resume_s: float  # after so long an operator resumes what has halted
    restart_s: float  # and starts again what has ended

    def world(self, seed: int) -> World:
        """Its market, before anybody looks."""
        return synthetic(seed, self.day, self.flow, self.start)


def draw(seed: int) -> Scenario:
    """The scenario of a seed."""
    chance = Random(f"scenario {seed}")
    day, start = chance.choices([each[:2] for each in BEGINS], [each[2] for each in BEGINS])[0]
    contracts = chance.choice((1, 1, 1, 2, 3))
    if contracts == 3 and Random(f"partly {seed}").random() < MANY_SHARE:
        contracts = MANY
    is_tight = chance.random() < 0.2  # the day's limits are met
    settings = Settings(
        profile=replace(EAGER, window_trades=chance.choice((4, 8, 16))),
        min_time_between_signals_ns=chance.choice((1, 5, 20)) * SECOND_NS,
        max_signals_per_minute=chance.choice((3, 10, 60)),
        min_trade_duration_ns=chance.choice((10, 30, 120)) * SECOND_NS,
        cooldown_after_loss_ns=chance.choice((10, 30, 90)) * SECOND_NS,
        max_daily_loss_cents=50_000 if is_tight else 5_000_000,
        max_trades_per_day=chance.choice((5, 10)) if is_tight else 500,
        max_consecutive_losses=3 if is_tight else 100,
        contracts=contracts,
        stop_ticks=chance.choice((4, 6, 8)),
        target_ticks=chance.choice((6, 10, 16)),
    )
    if contracts == MANY:
        settings = replace(settings, target_ticks=NEAR_TICKS)
    if start in NIGHTS:
        settings = replace(settings, entry_start_s=0, entry_end_s=DAY_S, flat_by_s=DAY_S)
    parameters = replace(
        EVEN,
        minute_std_ticks=chance.choice((4.0, 6.0, 12.0)),
        best_size=chance.choice((2.0, 4.0, 25.0)),
    )
    if contracts == MANY:
        parameters = replace(parameters, best_size=QUEUE, minute_std_ticks=SLOW_TICKS)
    return Scenario(
        settings=settings,
        orders=OrderRules(
            max_day_loss_cents=chance.choice((100_000, 500_000_000, 500_000_000, 500_000_000)),
            max_contracts=max(OrderRules().max_contracts, contracts),
        ),
        flow=Flow(parameters=parameters),
        day=day,
        start=start,
        resume_s=chance.choice((45.0, 120.0, 400.0)),
        restart_s=chance.choice((20.0, 60.0)),
    )
