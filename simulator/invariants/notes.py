"""What is on disk: S05, S06, S08, S09, S12 and S16 of every record, by a fold and an account of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simulator.invariants.broken import hold
from simulator.invariants.truth import Truth
from system.domain.book import INFERRED, split_id
from system.domain.order_events import Journal
from system.domain.order_log import APPLY, State, apply
from system.domain.session import Calendar
from system.domain.settings import Settings

ENDS: Final = ("filled", "canceled", "rejected")
EARLIER: Final = "of an earlier bracket"  # what a corrected fill is of, where not of the one in hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An order as it was written down before it was sent."""

    ref: str
    role: str
    target_ticks: int = 0
    stop_ticks: int = 0


class Notes:
    """Takes what has been written, of all lives of the program."""

    def __init__(self, truth: Truth, settings: Settings) -> None:
        self._truth = truth
        self.settings = settings
        self._calendar = Calendar(settings.closures)
        self.all: list[tuple[str, int, dict[str, Any]]] = []
        self.state = State()
        self.intents: dict[int, Intent] = {}
        self.gate: Mapping[str, Any] | None = None
        self.revisions: dict[str, int] = {}  # of executions, by id without it
        self.may_resume = False  # an operator has asked for it
        # the method's own account
        self.position = 0
        self.value_ticks = 0
        self.contracts = 0  # entered and exited, for their commission
        self.day: Any = None
        self.net_cents = 0
        self.losses = 0
        self.entered = 0
        self.lost_ns: int | None = None

    @property
    def halted(self) -> str:
        """Why, by what is on disk."""
        return self.state.halted

    @property
    def book_position(self) -> int:
        """Our own book."""
        return self.state.book.position

    def take(self, records: Sequence[Journal]) -> None:
        """Records that the program has been told are on disk."""
        for record in records:
            self._take(record.kind, record.now_ns, dict(record.payload))

    def _take(self, kind: str, now_ns: int, payload: dict[str, Any]) -> None:
        self.all.append((kind, now_ns, payload))
        before = self.state
        if kind in APPLY:
            self.state = apply(before, kind, now_ns, payload)
        match kind:
            case "intent":
                self._intend(payload)
            case "exit_intent":
                ref = self.state.bracket.ref if self.state.bracket is not None else ""
                self._intent(payload["order_id"], Intent(ref=ref, role=payload["role"]))
            case "execution":
                self._execution(payload)
            case "order":
                self._order(before, payload)
            case "state":
                left = before.halted and payload.get("halted") == ""
                hold("S16", not left or self.may_resume, f"the halt is over without an operator: {before.halted}")
                self.may_resume = self.may_resume and not left
            case "gate":
                self.gate = payload
                self._adopt(payload)
            case _:
                self._count(kind, payload, now_ns)

    def _intend(self, payload: dict[str, Any]) -> None:
        first = payload["entry_id"]
        known = any(intent.ref == payload["ref"] for intent in self.intents.values())
        hold("S05", not known, f"the reference {payload['ref']} has been used before")
        for place, role in enumerate(("entry", "target", "stop")):
            self._intent(
                first + place,
                Intent(
                    ref=payload["ref"],
                    role=role,
                    target_ticks=payload["target_ticks"],
                    stop_ticks=payload["stop_ticks"],
                ),
            )

    def _intent(self, order_id: int, intent: Intent) -> None:
        hold("S10", order_id not in self.intents, f"order id {order_id} is meant for a second order")
        self.intents[order_id] = intent

    def _execution(self, payload: dict[str, Any]) -> None:
        exec_id, contracts = payload["exec_id"], payload["contracts"]
        stem, revision = split_id(exec_id)
        hold("S08", revision > self.revisions.get(stem, -1), f"execution {exec_id} is booked a second time")
        self.revisions[stem] = revision
        if stem.startswith(INFERRED):
            own, account = self.state.book.position, self._truth.position
            before = own - payload["side"] * contracts
            kept = min(abs(before), abs(account)) if before * account > 0 else 0
            right = (own == 0 or own * account > 0) and (abs(own) >= kept or not self._truth.is_still)
            hold("S12", right, f"a fill is inferred that leaves {own} of {before}, while the account holds {account}")
            if own != self._truth.own:
                self._truth.closed_by_others()
            return
        true = self._truth.fills.get(exec_id)
        hold("S08", true is not None, f"execution {exec_id} is booked, which never was")
        assert true is not None
        same = (true.side, true.contracts) == (payload["side"], contracts)
        hold("S08", same, f"execution {exec_id} is booked as {payload['side'] * contracts:+d}")
        order_id = payload["order_id"]
        booked, filled = self.state.book.filled(order_id), self._truth.filled.get(order_id, 0)
        hold(
            "S08",
            not order_id or booked <= filled,
            f"{booked} contracts are booked of order {order_id}, {filled} filled",
        )

    def _order(self, before: State, payload: dict[str, Any]) -> None:
        order_id = payload["order_id"]
        old = before.bracket.order(order_id) if before.bracket is not None else None
        if old is not None:
            for name in ("told_filled", "filled"):
                hold("S08", payload.get(name, 1 << 30) >= getattr(old, name), f"{name} of order {order_id} falls")
        if payload.get("state") in ENDS:
            lives = next((order for order in self._truth.live() if order.order_id == order_id), None)
            hold("S12", lives is None, f"order {order_id} is taken for {payload['state']}, and it lives")

    def check_fold(self, state: State) -> None:
        """S06: the program's own state is the fold."""
        if state != self.state:
            names = [name for name in State.__slots__ if getattr(state, name) != getattr(self.state, name)]
            hold("S06", False, f"the state is not the journal's fold: {', '.join(names)}")

    def check_kept(self, kept: list[tuple[str, int, dict[str, Any]]], doubtful: Sequence[Journal]) -> None:
        """S05: what was said to be on disk is there when it is read again; of a last write perhaps all."""
        count = len(self.all)
        hold("S05", kept[:count] == self.all, f"the journal holds {len(kept)} records, and {count} were written")
        more = kept[count:]
        written = [(note.kind, note.now_ns, dict(note.payload)) for note in doubtful]
        hold("S05", more in ([], written), f"the journal holds {len(more)} records that nobody wrote")
        for kind, now_ns, payload in more:
            self._take(kind, now_ns, payload)

    # S09: the account of losses and entries, from fills and signals alone

    def _begin_day(self, now_ns: int) -> None:
        day = self._calendar.at(now_ns).day
        if day != self.day:
            self.day, self.net_cents, self.losses, self.entered = day, 0, 0, 0

    def _count(self, kind: str, payload: dict[str, Any], now_ns: int) -> None:
        match kind:
            case "signal":
                self._signal(payload, now_ns)
            case "fill":
                self._fill(payload)
            case "fill_corrected":
                self._correct(payload, now_ns)
            case _:
                pass

    def _signal(self, payload: dict[str, Any], now_ns: int) -> None:
        if payload["outcome"] == "accepted":
            self._begin_day(now_ns)
            self.entered += 1

    def _fill(self, payload: dict[str, Any]) -> None:
        self._begin_day(payload["ts_ns"])
        signed = payload["side"] * payload["contracts"]
        self.position += signed
        self.value_ticks += signed * payload["price_ticks"]
        self.contracts += payload["contracts"]
        if self.position:
            return
        settings = self.settings
        cents = -self.value_ticks * settings.instrument.tick_cents - self.contracts * settings.commission_cents
        self.value_ticks = self.contracts = 0
        self.net_cents += cents
        self.losses = self.losses + 1 if cents < 0 else 0
        if cents < 0:
            self.lost_ns = payload["ts_ns"]

    def _correct(self, payload: dict[str, Any], now_ns: int) -> None:
        """Another price for a fill of what is held, or of a trade that is over."""
        self._begin_day(now_ns)
        value_ticks = payload["side"] * payload["contracts"] * payload["by_ticks"]
        if self.position and payload["reason"] != EARLIER:
            self.value_ticks += value_ticks
        else:
            self.net_cents -= value_ticks * self.settings.instrument.tick_cents

    def _adopt(self, gate: dict[str, Any]) -> None:
        """Where the gate has taken over a position that no fills explain, so do we."""
        signed = gate["side"] * (gate["entered"] - gate["exited"])
        if signed != self.position:
            self.position, self.contracts = signed, gate["entered"] + gate["exited"]
            self.value_ticks = gate["side"] * (gate["entry_value"] - gate["exit_value"])

    def denies(self, now_ns: int, settings: Settings) -> str:
        """Why there may be no entry now, the one that is about to be sent being counted already."""
        self._begin_day(now_ns)
        if self.lost_ns is not None and 0 <= now_ns - self.lost_ns < settings.cooldown_after_loss_ns:
            return "the cooldown after a loss"
        if self.net_cents <= -settings.max_daily_loss_cents:
            return f"a day's result of {self.net_cents / 100:.2f} USD"
        if self.entered > settings.max_trades_per_day:
            return f"{self.entered - 1} entries"
        if self.losses >= settings.max_consecutive_losses:
            return f"{self.losses} losses in a row"
        return ""
