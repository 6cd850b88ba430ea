"""Faults that happen at an instant."""

from typing import Final

from simulator.faults.effect import Effect


class Reset(Effect):
    """Connections break."""

    def begin(self) -> None:
        """With RST."""
        for session in self.sessions():
            self.player.reset(session, self.fault)


class HangUp(Effect):
    """Connections are closed."""

    def begin(self) -> None:
        """With FIN, behind what is on its way."""
        for session in self.sessions():
            session.close(f"fault: {self.fault.kind}")


INSTANTS: Final[dict[str, type[Effect]]] = {
    "reset": Reset,
    "hang_up": HangUp,
}
