"""The player of the mock TWS's faults, and whether each fault has changed anything: one that never does is blind."""

from collections.abc import Callable, Iterable
from typing import Any

from simulator.faults.effect import Effect, Route
from simulator.faults.kinds import How
from simulator.faults.plan import Plan
from simulator.faults.player import Player
from simulator.faults.watch import NEVER_S, Watch
from simulator.tws.notices import Notice
from simulator.tws.requests import Request
from simulator.tws.session import Session
from simulator.tws.world import World


class WatchedPlayer(Player):
    """`took_effect` is told the kind of a fault, with each change that it makes."""

    def __init__(
        self, world: World, plan: Plan, log: Callable[[str], None], took_effect: Callable[[str], None]
    ) -> None:
        super().__init__(world, plan, log)
        self._took_effect = took_effect

    @property
    def is_armed(self) -> bool:
        """Whether a fault waits for its message."""
        return any(watch.once for watch in self._watches)

    def heal(self) -> None:
        """What waits for its message waits no longer."""
        for watch in self._watches:
            watch.once, watch.until_s = False, -NEVER_S

    def _begin(self, watch: Watch, session: Session | None) -> None:
        before, hits_somebody = len(self.active), bool(self.world.connections)  # of whom it may leave nobody
        super()._begin(watch, session)
        if len(self.active) > before:
            self._watch(self.active[-1])
        if watch.kind.of_world or (watch.kind.how is How.INSTANT and hits_somebody):
            self._took_effect(watch.kind.name)

    def _hit(self, session: Session, notice: Notice, watches: list[Watch]) -> None:
        with_hits = [watch for watch in watches if watch.once]
        super()._hit(session, notice, watches)
        self._count(with_hits)

    def _pass_in(self, session: Session, request: Request, mine: list[Watch]) -> None:
        with_hits = [watch for watch in mine if watch.once]
        super()._pass_in(session, request, mine)
        self._count(with_hits)

    def _count(self, watches: list[Watch]) -> None:
        for watch in watches:
            if not watch.once:
                self._took_effect(watch.kind.name)

    def _watch(self, effect: Effect) -> None:
        """Ask an effect as before, and see what it answers."""
        name, told = effect.fault.kind, self._took_effect
        says, hears, deafens, refuses = effect.says, effect.hears, effect.deafens, effect.refuses
        greets, version, route = effect.greets, effect.version, effect.route

        def said(session: Session, notice: Notice) -> Iterable[Notice]:
            others = tuple(says(session, notice))
            if others != (notice,):
                told(name)
            return others

        def changed(call: Callable[..., Any], usual: Any) -> Callable[..., Any]:
            def asked(*values: Any) -> Any:
                answer = call(*values)
                if answer != (values[0] if usual is None else usual):
                    told(name)
                return answer

            return asked

        def routed(session: Session, way: Route) -> None:
            told(name)
            route(session, way)

        def greeted(session: Session) -> None:
            told(name)
            greets(session)

        effect.says = said  # type: ignore[method-assign]
        effect.hears = changed(hears, usual=True)  # type: ignore[method-assign]
        effect.deafens = changed(deafens, usual=False)  # type: ignore[method-assign]
        effect.refuses = changed(refuses, usual=False)  # type: ignore[method-assign]
        effect.version = changed(version, usual=None)  # type: ignore[method-assign]
        effect.route = routed  # type: ignore[method-assign,assignment]
        effect.greets = greeted  # type: ignore[method-assign]
