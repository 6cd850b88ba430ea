"""The door for whoever runs the mock: one JSON object a line in, one out, over a socket of this user's alone."""

import json
import os
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import trio

from system.domain.errors import BnError, InputError, LinkGaveUpError

LINE_MAX: Final = 65_536
WAIT_S: Final = 10.0

Handlers = Mapping[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]]


def socket_path(port: int) -> Path:
    """Where the mock on a port listens for its operator."""
    return Path(tempfile.gettempdir()) / f"bn-mock-tws-{os.getuid()}" / f"{port}.sock"


async def serve_control(
    port: int, handlers: Handlers, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Answer until cancelled; starts once it can be reached."""
    path = socket_path(port)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise InputError(f"{path.parent}: is another user's; expected it to be ours")
    path.unlink(missing_ok=True)
    listener = trio.socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        await listener.bind(str(path))
        listener.listen(8)

        async def answer(stream: trio.SocketStream) -> None:
            async with stream:
                await _answer(stream, handlers)

        task_status.started()
        await trio.serve_listeners(answer, [trio.SocketListener(listener)])
    finally:
        path.unlink(missing_ok=True)


async def _answer(stream: trio.SocketStream, handlers: Handlers) -> None:
    """One operator, line by line."""
    buffer = b""
    try:
        while len(buffer) <= LINE_MAX and (data := await stream.receive_some(LINE_MAX)):
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                await stream.send_all(json.dumps(await _do(line, handlers)).encode() + b"\n")
    except trio.BrokenResourceError:
        pass  # nobody is there to be told


async def _do(line: bytes, handlers: Handlers) -> dict[str, Any]:
    """What a line asks for; whatever is wrong with it is the answer."""
    try:
        asked = json.loads(line)
        if not isinstance(asked, dict) or asked.get("do") not in handlers:
            raise InputError(f'expected an object with "do": one of {", ".join(handlers)}')
        return {"ok": True, **await handlers[asked["do"]](asked)}
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as wrong:
        return {"ok": False, "error": f"{type(wrong).__name__}: {wrong}"}
    except BnError as wrong:
        return {"ok": False, "error": str(wrong)}


def request(port: int, asked: dict[str, Any]) -> dict[str, Any]:
    """Ask the mock on a port. Raises LinkGaveUpError where none listens, InputError for what it refuses."""
    path = socket_path(port)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(WAIT_S)
            line.connect(str(path))
            line.sendall(json.dumps(asked).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer = json.loads(answers.readline())
    except (OSError, ValueError) as lost:
        raise LinkGaveUpError(f"no mock TWS answers for port {port} ({path}): {lost}") from None
    if not answer.pop("ok"):
        raise InputError(answer["error"])
    return dict(answer)
