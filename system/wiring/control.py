"""The door for whoever runs `bn live`: one JSON object in, one out, over a socket of this user's alone.

A request is {"do": "status"} and the like; the answer has "ok", and where that is false "error" and "status", that of
the command's exit. Nobody who listens here, or does not, holds up anything else: sizes, clients and times have bounds.
"""

import json
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import trio

from system.domain.errors import BnError, HaltedError, InputError, LinkGaveUpError, RefusedError
from system.storage.atomic_file import reason

if TYPE_CHECKING:  # whoever asks does so at once, and does not wait for NumPy
    from system.actors.ports import Log

REQUEST_BYTES_MAX: Final = 4_096
ANSWER_BYTES_MAX: Final = 1_000_000
CLIENTS_MAX: Final = 8
REQUEST_S: Final = 5.0  # for a request to come, and for its answer to be taken
WITHIN_S: Final = {"status": 2.0, "halt": 5.0, "resume": 5.0, "flatten": 20.0}  # for what is asked for to be done
WORK_S: Final = 30.0  # the same, for anything
CONNECT_S: Final = 2.0

ERRORS: Final = {kind.status: kind for kind in (InputError, LinkGaveUpError, HaltedError, RefusedError)}

Document = dict[str, Any]
Handlers = Mapping[str, Callable[[Document], Awaitable[Document]]]


# whoever answers


async def serve(
    path: Path, handlers: Handlers, log: "Log", *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Answer until cancelled; starts once it can be reached.

    Raises RefusedError where another process answers here, InputError where nobody could.
    """
    listener = _listener(path)
    mine = os.stat(path)
    clients = 0

    async def answer(stream: trio.SocketStream) -> None:
        nonlocal clients
        clients += 1
        try:
            async with stream:
                with suppress(trio.BrokenResourceError, trio.ClosedResourceError):  # nobody is there to be told
                    await _answer(stream, handlers if clients <= CLIENTS_MAX else None, log)
        finally:
            clients -= 1

    try:
        with trio.socket.from_stdlib_socket(listener) as listening:
            task_status.started()
            await trio.serve_listeners(answer, [trio.SocketListener(listening)])
    finally:
        _clear(path, mine)


def _listener(path: Path) -> socket.socket:
    """A listening socket at `path`, in place of what a dead process has left there."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short(path) as short:
            _make_way(path, short)
            mask = os.umask(0o177)
            try:
                listener.bind(short)
            finally:
                os.umask(mask)
        listener.listen(CLIENTS_MAX)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise InputError(f"{path}: cannot listen here: {reason(error)}") from error
    except BaseException:
        listener.close()
        raise
    return listener


def _make_way(path: Path, short: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise InputError(f"{path}: is no socket; expected nothing there, or what an earlier run has left")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(CONNECT_S)
        try:
            probe.connect(short)
        except ConnectionRefusedError:
            path.unlink()
            return
        except TimeoutError:
            pass  # somebody is there, and busy
    raise RefusedError(f"{path}: a running bn live listens here; stop it first")


def _clear(path: Path, mine: os.stat_result) -> None:
    """Take our own socket away, and nobody else's."""
    with suppress(OSError):
        if os.path.samestat(os.stat(path), mine):
            path.unlink()


async def _answer(stream: trio.SocketStream, handlers: Handlers | None, log: "Log") -> None:
    """One request; None: there are too many at once."""
    if handlers is None:
        answer = _refusal(LinkGaveUpError.status, f"busy: {CLIENTS_MAX} others are asking")
    else:
        line = b""
        with trio.move_on_after(REQUEST_S):
            line = await _line(stream)
        answer = await _do(line, handlers, log)
    with trio.move_on_after(REQUEST_S):
        await stream.send_all(json.dumps(answer).encode() + b"\n")


async def _line(stream: trio.SocketStream) -> bytes:
    """Up to the end of the line, of the stream, or of what is read."""
    line = b""
    while b"\n" not in line and len(line) <= REQUEST_BYTES_MAX:
        data = await stream.receive_some(REQUEST_BYTES_MAX)
        if not data:
            break
        line += data
    return line


async def _do(line: bytes, handlers: Handlers, log: "Log") -> Document:
    """What a line asks for; whatever is wrong with it is the answer."""
    try:
        asked = json.loads(line) if len(line) <= REQUEST_BYTES_MAX else None
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict) or not isinstance(do := asked.get("do"), str) or do not in handlers:
        return _refusal(InputError.status, f'expected one line of JSON with "do": one of {", ".join(handlers)}')
    try:
        with trio.fail_after(WORK_S):
            return {"ok": True, **await handlers[do](asked)}
    except BnError as wrong:
        return _refusal(wrong.status, str(wrong))
    except trio.TooSlowError:
        return _refusal(BnError.status, f"no answer within {WORK_S:g} s: what became of it is not known yet")
    except Exception as error:  # noqa: BLE001 - a bug in an answer must not end what it asks about
        log("control_failed", do=do, exc=error)
        return _refusal(BnError.status, f"this is a bug: {type(error).__name__}: {error}")


def _refusal(status: int, error: str) -> Document:
    return {"ok": False, "status": status, "error": error}


# whoever asks


def ask(path: Path, asked: Document) -> Document | None:
    """The answer of the process that listens at `path`; None: there is none.

    Raises what it refuses with, and LinkGaveUpError where it does not answer: nothing is known then.
    """
    line = b""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream, _short(path) as short:
            stream.settimeout(CONNECT_S)
            try:
                stream.connect(short)
            except (FileNotFoundError, ConnectionRefusedError):
                return None
            stream.settimeout(REQUEST_S + WITHIN_S.get(asked["do"], WORK_S))
            with suppress(BrokenPipeError, ConnectionResetError):  # it may have said why before it hung up
                stream.sendall(json.dumps(asked).encode() + b"\n")
            while not line.endswith(b"\n") and len(line) <= ANSWER_BYTES_MAX and (data := stream.recv(65_536)):
                line += data
        answer = dict(json.loads(line))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it hung up"
        raise LinkGaveUpError(
            f"{path}: a bn live listens here and does not answer ({why}): what became of this is not known"
        ) from error
    if not answer.pop("ok"):
        raise ERRORS.get(answer["status"], BnError)(answer["error"])
    return answer


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Another name of the same place that fits: a socket's may have 107 bytes."""
    handle = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)
