"""What whoever runs the mock may do to it while it runs."""

from typing import Any

import trio

from simulator.tws.hand import Hand, Handler
from simulator.tws.tcp import FASTEST, MAX_SPEED, SLOWEST, Server
from system.domain.errors import InputError


class Operator:
    """Commands of the control socket, by name."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def handlers(self) -> dict[str, Handler]:
        """All commands."""
        own: dict[str, Handler] = {
            "status": self.status,
            "pause": self.pause,
            "resume": self.resume,
            "speed": self.speed,
            "inject": self.inject,
        }
        return {**own, **Hand(self._server.world).handlers()}

    async def status(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Where the market is, and who is connected."""
        world, pace = self._server.world, self._server.pace
        return {
            "now": world.time_text(),
            "now_ns": world.now_ns,
            "speed": pace.speed,
            "paused": pace.paused,
            "clients": sorted(world.sessions),
        }

    async def pause(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Stop the market's clock; clients stay and are answered."""
        self._server.catch_up()
        self._server.pace.paused = True
        return await self.status(asked)

    async def resume(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let the market's clock go on."""
        self._server.pace.paused = False
        self._server.pace.anchor(trio.current_time(), self._server.world.now_ns)
        return await self.status(asked)

    async def speed(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let the market's clock go at another speed."""
        speed = float(asked["speed"])
        if not (SLOWEST <= speed <= FASTEST or speed == MAX_SPEED):
            raise InputError(f"speed {speed:g}: expected {SLOWEST} to {FASTEST:g}")
        self._server.catch_up()
        self._server.pace.speed = speed
        self._server.pace.anchor(trio.current_time(), self._server.world.now_ns)
        return await self.status(asked)

    async def inject(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let a fault begin now: `fault`, `for`, `client`, and its settings under their names."""
        faults = self._server.world.faults
        if faults is None:
            raise InputError("this mock TWS takes no faults")
        more = {key: value for key, value in asked.items() if key not in ("do", "fault", "for", "client")}
        self._server.catch_up()
        said = faults.inject(str(asked["fault"]), asked.get("for"), asked.get("client"), more)
        return {"fault": said}
