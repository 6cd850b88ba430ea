"""Up and down: a tape turned upside down, under a profile turned with it, gives the signals turned."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.flow.sessions import sessions
from simulator.replay.trader import Trader
from system.domain.profile import FINAL
from system.domain.settings import Settings
from system.domain.ticks import Batch

EVENTS = 120_000


def mirrored(batch: Batch) -> Batch:
    """Prices negated: what was bid is asked. VWAP's feature is then the same, since both of its prices turn."""
    turned = batch.copy()
    for one, other in (("bid_ticks", "ask_ticks"), ("bid_size", "ask_size")):
        turned[one], turned[other] = batch[other], batch[one]
    for name in ("price_ticks", "bid_ticks", "ask_ticks", "side"):
        turned[name] = -turned[name]
    return turned


@pytest.mark.jit
def test_a_mirrored_tape_gives_mirrored_signals() -> None:
    weights = list(FINAL.weights)
    for unsigned in (0, 3, 4):  # vwap_trend by the above; volume_strength and spread_signal know no direction
        weights[unsigned] = -weights[unsigned]
    turned = replace(FINAL, weights=tuple(weights), long_above=-FINAL.short_below, short_below=-FINAL.long_above)  # type: ignore[arg-type]
    batch = next(sessions(seed=4, count=1, batch_events=EVENTS))
    found = []
    for profile, tape in ((FINAL, batch), (turned, mirrored(batch))):
        trader = Trader(
            Settings(profile=profile, entry_start_s=0, entry_end_s=86_400, flat_by_s=86_400), None, with_curves=False
        )
        trader.take(tape)
        found.append([(signal.ts_ns, signal.direction, signal.score) for signal in trader.result().signals])
    assert len(found[0]) > 20
    assert found[0] == [(ts_ns, -direction, -score) for ts_ns, direction, score in found[1]]
    assert np.unique([direction for _, direction, _ in found[0]]).tolist() == [-1, 1]
