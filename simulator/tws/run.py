"""A mock TWS as a program: the server, its operator's door, and an end on SIGINT or SIGTERM."""

import signal
from collections.abc import Callable

import trio

from simulator.tws.control import serve_control
from simulator.tws.operator import Operator
from simulator.tws.tcp import Pace, Server
from simulator.tws.world import World
from system.domain.errors import InputError


def run(world: World, host: str, port: int, speed: float, log: Callable[[str], None]) -> None:
    """Serve until a signal ends it. Raises InputError where the port cannot be had."""
    try:
        trio.run(_main, Server(world=world, pace=Pace(speed), log=log), host, port)
    except BaseExceptionGroup as group:
        ours, bugs = group.split(InputError)
        if ours is None or bugs is not None:
            raise
        first: BaseException = ours
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


async def _main(server: Server, host: str, port: int) -> None:
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            try:
                bound = await nursery.start(server.run, host, port)
            except* OSError as wrong:
                why = wrong.exceptions[0]
                raise InputError(f"--port {port}: cannot listen on {host}: {why}") from None
            await nursery.start(serve_control, bound, Operator(server).handlers())
            server.log(
                f"mock TWS on {host}:{bound}: {server.world.name}, {server.world.time_text()}, account "
                f"{server.world.desk.account}, speed {server.pace.speed:g}"
            )
            async for _ in signals:
                server.log("interrupted: ends")
                nursery.cancel_scope.cancel()
                return
