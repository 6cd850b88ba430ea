"""Faults of bytes and connections that last."""

from typing import Final

from simulator.faults.effect import Effect, Route
from simulator.tws.session import Session
from simulator.tws.wire.framing import CHUNK_MAX


class Delay(Effect):
    """Bytes come late."""

    tells_bytes = True

    def route(self, session: Session, route: Route) -> None:
        """Add to the time they take."""
        route.due_s += self.fault["by"]


class Slow(Effect):
    """Bytes trickle."""

    tells_bytes = True

    def route(self, session: Session, route: Route) -> None:
        """The slowest of all such faults counts."""
        route.rate = min(self.fault["rate"], route.rate or self.fault["rate"])


class Coalesce(Effect):
    """Bytes are saved up until the next of equally spaced instants."""

    tells_bytes = True

    def route(self, session: Session, route: Route) -> None:
        """Wait for that instant."""
        every = self.fault["every"]
        route.due_s = max(route.due_s, (self.player.now_s // every + 1) * every)


class Split(Effect):
    """Bytes come in crumbs."""

    tells_bytes = True

    def route(self, session: Session, route: Route) -> None:
        """Each crumb is handed to the transport by itself."""
        self.player.pipe(session).crumb = session.chunk_bytes = self.fault["bytes"]

    def end(self) -> None:
        """Whole again."""
        for session in self.sessions():
            self.player.pipe(session).crumb = session.chunk_bytes = CHUNK_MAX


class Mute(Effect):
    """Nothing passes: out, in or both."""

    tells_bytes = True

    @property
    def _out(self) -> bool:
        return self.fault.kind != "mute_in"

    @property
    def _in(self) -> bool:
        return self.fault.kind != "mute_out"

    def begin(self) -> None:
        """What is on its way is held too."""
        if self._out:
            for session in self.sessions():
                self.player.pipe(session).mute(self.until_s)

    def route(self, session: Session, route: Route) -> None:
        """Hold what is said, on new connections as well."""
        if self._out:
            self.player.pipe(session).mute(self.until_s)

    def deafens(self, session: Session) -> bool:
        """Leave unread what the client says."""
        return self._in

    def end(self) -> None:
        """Let pass what was held, or not."""
        then = self.fault["then"]
        for session in self.sessions():
            if then == "reset":
                self.player.reset(session, self.fault)
                continue
            if then == "lost":
                self.player.lose(session)
            self.player.hear_again(session)


class Stall(Effect):
    """A connection whose greeting is due now is never told anything."""

    def greets(self, session: Session) -> None:
        """Mute it for good."""
        self.player.pipe(session).mute(float("inf"))


class Version(Effect):
    """Another version in the greeting."""

    def version(self, agreed: int) -> int:
        """That version."""
        return int(self.fault["version"])


class Refuse(Effect):
    """Client ids are in use."""

    def concerns(self, session: Session) -> bool:
        """Every connection: whose it is shows in the id that it asks for."""
        return True

    def refuses(self, session: Session, client_id: int) -> bool:
        """Whether this id is; without a word where that is asked."""
        if self.fault.client not in (None, client_id):
            return False
        if self.fault["silent"]:
            session.close(f"fault: {self.fault.kind}")
        return True


WIRE_SPANS: Final[dict[str, type[Effect]]] = {
    "delay": Delay,
    "slow": Slow,
    "coalesce": Coalesce,
    "split": Split,
    "mute_out": Mute,
    "mute_in": Mute,
    "half_open": Mute,
    "stall_handshake": Stall,
    "version": Version,
    "refuse_326": Refuse,
}
