"""Carries out a plan: stands between sessions and their clients, in any transport, and sees only messages and bytes."""

from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from simulator.faults.broker_instants import BROKER_INSTANTS
from simulator.faults.broker_spans import BROKER_SPANS
from simulator.faults.broker_strikes import BROKER_STRIKES
from simulator.faults.effect import Effect, Route
from simulator.faults.instants import INSTANTS
from simulator.faults.kinds import KINDS, How
from simulator.faults.order_spans import ORDER_SPANS
from simulator.faults.pipe import Pipe
from simulator.faults.plan import Fault, Plan, injected
from simulator.faults.request_strikes import REQUEST_STRIKES
from simulator.faults.watch import NEVER_S, Watch
from simulator.faults.which import hits
from simulator.faults.wire_spans import WIRE_SPANS
from simulator.faults.wire_strikes import WIRE_STRIKES, Hit
from simulator.tws.notices import Notice
from simulator.tws.requests import Request, StartApi
from simulator.tws.session import Session, State
from simulator.tws.world import World

SPANS: Final = {**WIRE_SPANS, **BROKER_SPANS, **ORDER_SPANS}
MOMENTS: Final = {**INSTANTS, **BROKER_INSTANTS}
HEARD: Final = {**REQUEST_STRIKES, **BROKER_STRIKES}
ENDS, BEGINS = 0, 1  # at one instant, what ends goes before what begins


class Player:
    """A world's faults. The transport says what time it is by `clock`, at the latest at `next_s`."""

    def __init__(self, world: World, plan: Plan, log: Callable[[str], None] = lambda _: None) -> None:
        self.world = world
        self.now_s = 0.0
        self.on_due: Callable[[], None] = lambda: None
        self._log = log
        self._seed = plan.seed
        self._started = False
        self._watches = [Watch(fault=fault, number=number, seed=plan.seed) for number, fault in enumerate(plan.faults)]
        self._by_type: dict[type, list[Watch]] = {}
        self.active: list[Effect] = []
        self._pipes: dict[Session, Pipe] = {}
        self._held: dict[Session, tuple[type, bytes]] = {}  # a message that waits for one of another type
        self._unheard: dict[Session, list[tuple[Request, list[Watch]]]] = {}
        self._agenda: list[tuple[float, int, int, Callable[[], None]]] = []
        self._number = count()

    # time

    def clock(self, at_s: float) -> None:
        """Do what is due. The first call is the plan's start."""
        if not self._started:
            self._started = True
            self.now_s = at_s
            for watch in self._watches:
                if watch.begins_at_s != NEVER_S:
                    self._at(at_s + watch.begins_at_s, BEGINS, lambda watch=watch: self._begin(watch, None))  # type: ignore[misc]
        while self._agenda and self._agenda[0][0] <= at_s:
            due_s, _, _, call = heappop(self._agenda)
            self._release(due_s, before=True)
            self.now_s = max(self.now_s, due_s)
            call()
        self.now_s = max(self.now_s, at_s)
        self._release(at_s)

    @property
    def next_s(self) -> float:
        """When something is due."""
        first = self._agenda[0][0] if self._agenda else NEVER_S
        return min([first] + [pipe.next_s for pipe in self._pipes.values()])

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Do something after a time."""
        self._at(self.now_s + seconds, BEGINS, call)

    def _at(self, due_s: float, order: int, call: Callable[[], None]) -> None:
        heappush(self._agenda, (due_s, order, next(self._number), call))
        self.on_due()

    def _release(self, at_s: float, *, before: bool = False) -> None:
        for pipe in list(self._pipes.values()):
            if pipe.next_s < at_s or (pipe.next_s <= at_s and not before):
                pipe.release(at_s)

    # what begins and ends

    def inject(self, kind: str, for_text: str | None, client: int | None, settings: Mapping[str, Any]) -> str:
        """Let a fault begin now; what it is, in words. Raises InputError."""
        fault = injected(kind, for_text, client, settings)
        watch = Watch(fault=fault, number=len(self._watches), seed=self._seed)
        self._watches.append(watch)
        self._by_type.clear()
        self._begin(watch, None)
        return described(fault)

    def _begin(self, watch: Watch, session: Session | None) -> None:
        """A fault begins: with a message on `session`, or by the clock for all that its client says."""
        fault = watch.fault
        self._log(f"fault: {described(fault)}")
        if watch.kind.how in (How.NOTICE, How.REQUEST):
            watch.arm(self.now_s)
            return
        until_s = self.now_s + fault.for_s if fault.for_s is not None else NEVER_S
        effect = (MOMENTS if watch.kind.how is How.INSTANT else SPANS)[fault.kind](self, fault, session, until_s)
        if watch.kind.how is How.SPAN:
            self.active.append(effect)
            if until_s != NEVER_S:
                self._at(until_s, ENDS, lambda: self._end(effect))
        effect.begin()

    def _end(self, effect: Effect) -> None:
        self.active.remove(effect)
        self._log(f"fault: {effect.fault.kind}: over")
        effect.end()

    def _note(self, session: Session, message: Notice | Request) -> list[Watch]:
        """Count a message, and begin what begins with it; whose it may be."""
        watches = self._by_type.get(type(message))
        if watches is None:
            watches = [watch for watch in self._watches if watch.looks_at(type(message))]
            self._by_type[type(message)] = watches
        if not watches:
            return watches
        client_id = message.client_id if isinstance(message, StartApi) else session.client_id
        mine = [watch for watch in watches if watch.fault.client in (None, client_id)]
        for watch in mine:
            if watch.begins(message):
                self._begin(watch, session)
        return mine

    def _effects(self, session: Session) -> list[Effect]:
        return [effect for effect in self.active if effect.concerns(session)]

    # between a session and its client

    def greet(self, session: Session, data: bytes) -> None:
        """A connection's greeting is due."""
        for effect in self._effects(session):
            effect.greets(session)
        self.pass_on(session, data)

    def version(self, agreed: int) -> int:
        """The version that a greeting says."""
        for effect in self.active:  # none of them knows the client yet
            agreed = effect.version(agreed)
        return agreed

    def refuses(self, session: Session, client_id: int) -> bool:
        """Whether a client is not let in."""
        return any(effect.refuses(session, client_id) for effect in self._effects(session))

    def deafens(self, session: Session) -> bool:
        """Whether what a client sends is left unread."""
        return any(effect.deafens(session) for effect in self._effects(session))

    def say(self, session: Session, notice: Notice) -> None:
        """Send what TWS says, or do otherwise."""
        mine = self._note(session, notice)
        notices = [notice]
        if self.active:
            for effect in self._effects(session):
                notices = [other for said in notices for other in effect.says(session, said)]
        for said in notices:
            if mine or said is not notice:
                self._hit(session, said, mine)
            else:
                self.pass_on(session, session.write(said))
            held = self._held.get(session) if self._held else None
            if held is not None and held[0] is not type(said):
                self._let_go(session)

    def _hit(self, session: Session, notice: Notice, watches: list[Watch]) -> None:
        data = session.write(notice)
        for watch in watches:
            if watch.kind.name in WIRE_STRIKES and watch.strikes(notice, self.now_s):
                hit = Hit(player=self, watch=watch, session=session, notice=notice)
                data = WIRE_STRIKES[watch.kind.name](hit, data)
                if not data:
                    return
        self.pass_on(session, data)

    def hear(self, session: Session, request: Request) -> None:
        """Pass on what a client says, or do otherwise."""
        mine = self._note(session, request)
        if session.state is State.CLOSED:
            return
        if session.deaf:
            self._unheard.setdefault(session, []).append((request, mine))
        else:
            self._pass_in(session, request, mine)

    def hear_again(self, session: Session) -> None:
        """Pass on what was left unread."""
        for request, mine in self._unheard.pop(session, []):
            self._pass_in(session, request, mine)
        session.hear_again(self.now_s)

    def lose(self, session: Session) -> None:
        """Forget what was held, both ways."""
        self._unheard.pop(session, None)
        self.pipe(session).lose()
        session.unheard.clear()

    def _pass_in(self, session: Session, request: Request, mine: list[Watch]) -> None:
        for effect in self._effects(session):
            if not effect.hears(session, request):
                return
        for watch in mine:
            if watch.kind.name in HEARD and self._is_meant(watch, session, request):
                changed = HEARD[watch.kind.name](self, watch.fault, session, request)
                if changed is None:
                    return
                request = changed
        session.answer(request)

    def _is_meant(self, watch: Watch, session: Session, request: Request) -> bool:
        """Whether a fault hits this message; one that waits for another kind of order goes on waiting."""
        which = watch.fault["which"] if watch.kind.argument("which") is not None else watch.kind.only
        return hits(session, request, which) and watch.strikes(request, self.now_s)

    def left(self, session: Session) -> None:
        """A connection ends: what is on its way is sent now, as far as it is not held."""
        self._let_go(session)
        self._unheard.pop(session, None)
        pipe = self._pipes.pop(session, None)
        if pipe is not None:
            pipe.flush(self.now_s)

    # what faults do

    def tell(self, session: Session, notice: Notice) -> None:
        """Say something that TWS did not."""
        if session.state is State.READY:
            self.pass_on(session, session.write(notice))

    def tell_late(self, session: Session, notice: Notice, by: Effect) -> None:
        """Say what TWS said earlier and `by` held; other faults do with it what they do with all."""
        notices = [notice]
        for effect in self._effects(session):
            if effect is not by:
                notices = [other for said in notices for other in effect.says(session, said)]
        for said in notices:
            self.tell(session, said)

    def answer_late(self, session: Session, request: Request) -> None:
        """Let an order reach IB that TWS has held; its client may be gone by now."""
        if all(effect.hears(session, request) for effect in self._effects(session)):
            session.answer(request)

    def pass_on(self, session: Session, data: bytes) -> None:
        """Send bytes on the way that they go now."""
        if not self.active and session not in self._pipes:
            session.send(data)
            return
        route = Route(due_s=self.now_s)
        for effect in self.active:
            if effect.tells_bytes and effect.concerns(session):
                effect.route(session, route)
        pipe = self._pipes.get(session)
        if pipe is None and route.due_s <= self.now_s and route.rate is None:
            session.send(data)
            return
        self.pipe(session).put(data, self.now_s, route.due_s, route.rate)
        self.on_due()

    def pipe(self, session: Session) -> Pipe:
        """Where a session's bytes wait."""
        if session not in self._pipes:
            self._pipes[session] = Pipe(session)
        return self._pipes[session]

    def hold(self, session: Session, kind: type, data: bytes, seconds: float) -> None:
        """Keep a message back until one of another type has gone, at most for a time."""
        self._let_go(session)
        self._held[session] = kind, data
        self.later(seconds, lambda: self._let_go(session))

    def _let_go(self, session: Session) -> None:
        held = self._held.pop(session, None)
        if held is not None:
            self.pass_on(session, held[1])

    def reset(self, session: Session, fault: Fault) -> None:
        """Break a connection."""
        session.close(f"fault: {fault.kind}", reset=True)


def described(fault: Fault) -> str:
    """A fault in one line."""
    said = [f"client={fault.client}"] if fault.client is not None else []
    said += [f"of={fault.of}"] if fault.of is not None else []
    said += [f"{name}={value}" for name, value in fault.arguments.items()]
    lasts = f"for {fault.for_s:g} s" if fault.for_s is not None else ""
    return " ".join(word for word in (fault.kind, lasts, *said) if word)


assert set(KINDS) == {*SPANS, *MOMENTS, *WIRE_STRIKES, *HEARD}, "each kind is carried out by one table"
