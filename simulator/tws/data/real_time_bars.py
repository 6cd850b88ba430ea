"""One client's five-second bars."""

from dataclasses import dataclass
from typing import Final

from simulator.tws.data import hours
from simulator.tws.data.asking import denied, resolve
from simulator.tws.data.bars import What
from simulator.tws.data.errors import invalid, refusal
from simulator.tws.data.played import BAR_NS, Sample
from simulator.tws.data.source import DataDesk
from simulator.tws.market_notices import RealTimeBar
from simulator.tws.notices import Error, Notice
from simulator.tws.requests import ReqRealTimeBars
from system.domain.settings import SECOND_NS

WHATS: Final[tuple[What, ...]] = ("TRADES", "MIDPOINT", "BID", "ASK")
BAR_S: Final = BAR_NS // SECOND_NS


@dataclass(frozen=True, slots=True)
class _Subscription:
    req_id: int
    what: What
    use_rth: bool


class RealTimeBars:
    """All of a client's."""

    def __init__(self, desk: DataDesk) -> None:
        self._desk = desk
        self._subscriptions: dict[int, _Subscription] = {}

    def __len__(self) -> int:
        return len(self._subscriptions)

    def ask(self, request: ReqRealTimeBars, now_ns: int, lines: int = 0) -> list[Notice]:
        """Subscribe; the first bar is the one in hand. `lines` of market data are in use beside bars."""
        what = next((name for name in WHATS if name == request.what.upper()), None)
        error = self._refuse(request, what, now_ns, lines)
        if error is not None:
            return [error]
        assert what is not None
        self._subscriptions[request.req_id] = _Subscription(request.req_id, what, request.use_rth)
        self._desk.watchers += 1
        return []

    def _refuse(self, request: ReqRealTimeBars, what: What | None, now_ns: int, lines: int) -> Error | None:
        req_id = request.req_id
        if req_id in self._subscriptions:
            return refusal(req_id, "duplicate", "")
        if request.bar_s != BAR_S:
            return invalid(req_id, f"Bar size of {request.bar_s} seconds is not supported for real time bars")
        if what is None:
            return invalid(req_id, "What to show field is missing or incorrect.")
        listed = resolve(self._desk, req_id, request.contract, now_ns)
        if isinstance(listed, Error):
            return listed
        error = denied(self._desk, req_id, "bars_rights")
        if error is None and lines + len(self) >= self._desk.limits.lines:
            error = refusal(req_id, "max_lines")
        if error is None and not self._desk.pacing.counts(1, now_ns):
            error = refusal(req_id, "bars_pacing")
        return error

    def cancel(self, req_id: int) -> list[Notice]:
        """Unsubscribe."""
        if self._subscriptions.pop(req_id, None) is None:
            return [refusal(req_id, "unknown_ticker", req_id)]
        self._desk.watchers -= 1
        return []

    def close(self) -> None:
        """Forget all."""
        self._desk.watchers -= len(self)
        self._subscriptions.clear()

    def sample(self, sample: Sample, out: list[Notice]) -> None:
        """Add the bars that end at a sample."""
        if not sample.bar:
            return
        start_ns = sample.at_ns - BAR_NS
        for subscription in self._subscriptions.values():
            if subscription.use_rth and not hours.rth(start_ns):
                continue
            bar = self._desk.five_seconds(subscription.what, start_ns)
            if bar is not None:
                out.append(
                    RealTimeBar(
                        req_id=subscription.req_id,
                        time_s=start_ns // SECOND_NS,
                        open=bar.open,
                        high=bar.high,
                        low=bar.low,
                        close=bar.close,
                        volume=bar.volume,
                        wap=bar.wap,
                        count=bar.count,
                    )
                )
