"""How things stand: one frozen record, taken from what runs, or else from the journal alone. Unknown is None."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from system.actors.risk import RiskActor
from system.domain.instrument import TICKS_PER_POINT, ContractMonth
from system.domain.intent import Order
from system.domain.order_log import State
from system.domain.session import Calendar
from system.domain.settings import SECOND_NS, Settings
from system.storage.journal import read_journal
from system.storage.masking import mask_text
from system.storage.tape_info import utc_text
from system.wiring import runs
from system.wiring.memory import Kept, remember
from system.wiring.places import Places
from system.wiring.wiring import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShown:
    """One order of the newest bracket. `price`: its limit or trigger in points; None: at market."""

    order_id: int
    role: str
    side: str
    contracts: int
    price: float | None
    state: str
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The program itself. `mode`: paper, real or mock; `how`: it ended, where it has."""

    is_running: bool
    account: str
    version: str
    mode: str
    how: str = ""
    restarts: int = 0
    lost_log_lines: int = 0
    loop_late_ms: int = 0  # at its worst, in this minute and the last


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """To TWS, and what it brings."""

    phase: str
    generation: int
    failures: int
    failure: str
    last_tick_age_s: float | None
    lag_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All of it. Money in USD: `open_usd` before commissions, `day_usd` after them, with what is open closed now."""

    taken_ns: int
    run: Run
    link: Link | None
    session: str
    contract: str
    next_roll: str
    score: float | None
    position_contracts: int
    is_protected: bool | None
    open_usd: float | None
    day_usd: float | None
    entries: int
    orders: tuple[OrderShown, ...]
    halted: str
    gate_reasons: tuple[str, ...] | None  # why no entry may be made; empty: the gate is open
    words: str  # position and protection

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {"taken_utc": utc_text(self.taken_ns), **asdict(self)}


def take_status(
    wiring: Wiring,
    *,
    settings: Settings,
    account: str,
    version: str,
    mode: str,
    now_ns: int,
    lost_log_lines: int,
    loop_late_ms: int = 0,
) -> Status:
    """Of what runs."""
    actor, state, link = wiring.risk, wiring.order.state, wiring.watchdog.state
    risk, last_ns = actor.risk, wiring.market_data.last_ns
    day = Calendar(settings.closures).at(now_ns).day
    side, (bid_ticks, ask_ticks) = risk.position.side, actor.quote
    mark_ticks = bid_ticks if side > 0 else ask_ticks
    is_marked = not side or mark_ticks > 0
    open_cents = risk.position.gross_cents(mark_ticks, settings.instrument.tick_cents)
    return Status(
        taken_ns=now_ns,
        run=Run(
            is_running=True,
            account=mask_text(account),
            version=version,
            mode=mode,
            restarts=wiring.restarts,
            lost_log_lines=lost_log_lines,
            loop_late_ms=loop_late_ms,
        ),
        link=Link(
            phase=link.phase.value,
            generation=link.generation,
            failures=link.failures,
            failure=link.failure,
            last_tick_age_s=round((now_ns - last_ns) / SECOND_NS, 3) if last_ns else None,
            lag_ms=actor.lag_ns // 1_000_000,
        ),
        session=day.isoformat(),
        contract=str(actor.contract_month or ""),
        next_roll=_roll(actor.contract_month, settings),
        score=wiring.confluence.score,
        position_contracts=state.book.position,
        is_protected=wiring.is_protected,
        open_usd=open_cents / 100 if is_marked else None,
        day_usd=risk.day_cents(now_ns, mark_ticks) / 100 if is_marked else None,
        entries=risk.counters.entries if risk.counters.day == day else 0,
        orders=_orders(state),
        halted=state.halted,
        gate_reasons=_reasons(actor, link.shut_because),
        words=wiring.left_behind(),
    )


def _reasons(actor: RiskActor, of_link: tuple[str, ...]) -> tuple[str, ...]:
    """Why the gate is shut; of the link what it lacks now, which the gate was told when it was shut."""
    told, then = tuple(actor.shut_because()), actor.reasons
    if not then or not of_link:
        return told
    at = told.index(then[0])
    return (*told[:at], *of_link, *told[at + len(then) :])


def status_of_journal(places: Places, settings: Settings, now_ns: int) -> Status:
    """Of what the journal says, without a running program. Raises as `read_journal` does."""
    last_run: list[Kept] = []
    memory = remember(_watch(read_journal(places.journal), last_run))
    state, gate = memory.orders, memory.gate or {}
    day = Calendar(settings.closures).at(now_ns).day.isoformat()
    is_today = gate.get("day") == day
    month = ContractMonth.parse(memory.contract["month"]) if memory.contract else None
    held = state.book.position
    had = f"{held:+d} contracts" if held else "flat"
    return Status(
        taken_ns=now_ns,
        run=_run(places.account, last_run[-1].payload if last_run else {}),
        link=None,
        session=day,
        contract=str(month or ""),
        next_roll=_roll(month, settings),
        score=None,
        position_contracts=held,
        is_protected=None,
        open_usd=None if held else 0.0,
        day_usd=None if held else (gate["net_cents"] / 100 if is_today else 0.0),
        entries=gate["entries"] if is_today else 0,
        orders=_orders(state),
        halted=state.halted,
        gate_reasons=None,
        words=f"{had}, as far as the journal goes; what has become of it since is not known",
    )


def _watch(records: Any, last_run: list[Kept]) -> Any:
    for record in records:
        if record.kind == runs.KIND:
            last_run[:] = [record]
        yield record


def _run(account: str, last: Mapping[str, Any]) -> Run:
    ended = {"began": "its end was not recorded", "ended": last.get("how", "")}
    return Run(
        is_running=False,
        account=mask_text(account),
        version=last.get("version", ""),
        mode=last.get("mode", ""),
        how=ended.get(last.get("what", ""), "it has never run"),
    )


def _roll(month: ContractMonth | None, settings: Settings) -> str:
    return month.roll_date(settings.roll_days).isoformat() if month else ""


def _orders(state: State) -> tuple[OrderShown, ...]:
    return tuple(map(_shown, state.orders))


def _shown(order: Order) -> OrderShown:
    return OrderShown(
        order_id=order.order_id,
        role=order.role.value,
        side="buy" if order.side > 0 else "sell",
        contracts=order.contracts,
        price=order.price_ticks / TICKS_PER_POINT if order.price_ticks else None,
        state=order.state.value,
        filled=order.filled,
    )
