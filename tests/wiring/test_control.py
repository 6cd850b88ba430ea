"""The control socket, on real sockets: who may come, what is answered, and that nobody can hold it up."""

import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trio

from system.domain.errors import BnError, InputError, LinkGaveUpError, RefusedError
from system.wiring import control
from system.wiring.control import CLIENTS_MAX, REQUEST_BYTES_MAX, ask, serve

pytestmark = pytest.mark.trio


class Ears:
    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, event: str, /, **fields: object) -> None:
        self.said.append(event)


@asynccontextmanager
async def serving(path: Path, ears: Ears | None = None) -> AsyncIterator[None]:
    async def echo(asked: dict[str, Any]) -> dict[str, Any]:
        return {"heard": asked.get("reason")}

    async def refuse(_asked: dict[str, Any]) -> dict[str, Any]:
        raise InputError("not like this")

    async def fail(_asked: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError("by nothing")

    async def hang(_asked: dict[str, Any]) -> dict[str, Any]:
        await trio.sleep_forever()
        raise AssertionError

    handlers = {"echo": echo, "refuse": refuse, "fail": fail, "hang": hang}
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            await nursery.start(serve, path, handlers, ears or Ears())
            yield
            nursery.cancel_scope.cancel()


async def asked(path: Path, **words: object) -> dict[str, Any] | None:
    return await trio.to_thread.run_sync(ask, path, words)


async def raw(path: Path, data: bytes, *, closes: bool = True) -> bytes:
    stream = await trio.open_unix_socket(str(path))
    async with stream:
        await stream.send_all(data)
        if closes:
            await stream.send_eof()
        return b"".join([part async for part in stream])


async def test_a_question_is_answered(tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        assert await asked(tmp_path / "s", do="echo", reason="é\n") == {"heard": "é\n"}
        assert await asked(tmp_path / "s", do="echo", reason="again") == {"heard": "again"}


async def test_the_socket_is_this_user_s_alone_and_goes_with_the_server(tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600
    assert not (tmp_path / "s").exists()
    assert await asked(tmp_path / "s", do="echo") is None


async def test_a_name_too_long_for_a_socket_does(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 100) / ("b" * 100)
    folder.mkdir(parents=True)
    async with serving(folder / "control.sock"):
        assert await asked(folder / "control.sock", do="echo") == {"heard": None}


async def test_nobody_listens_where_there_is_nothing(tmp_path: Path) -> None:
    assert await asked(tmp_path / "s", do="echo") is None
    assert await asked(tmp_path / "no" / "folder", do="echo") is None


async def test_what_a_dead_process_left_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    assert await asked(tmp_path / "s", do="echo") is None
    async with serving(tmp_path / "s"):
        assert await asked(tmp_path / "s", do="echo") == {"heard": None}


async def test_a_live_one_is_refused_and_stays(tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        with pytest.raises(RefusedError, match="a running bn live listens here"):
            await serve(tmp_path / "s", {}, Ears())
        assert await asked(tmp_path / "s", do="echo") == {"heard": None}


async def test_a_file_in_its_place_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("mine")
    with pytest.raises(InputError, match="is no socket"):
        await serve(tmp_path / "s", {}, Ears())
    assert (tmp_path / "s").read_text() == "mine"


async def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot listen here"):
        await serve(tmp_path / "no" / "s", {}, Ears())


async def test_a_refusal_is_the_answer(tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        with pytest.raises(InputError, match="not like this"):
            await asked(tmp_path / "s", do="refuse")


@pytest.mark.parametrize(
    "line",
    [b"", b"\n", b"rubbish\n", b"[]\n", b'{"do": "dance"}\n', b'{"do": ["echo"]}\n', b"\xff\n", b"[" * 4000 + b"\n"],
)
async def test_rubbish_is_told_what_was_expected(line: bytes, tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        answer = json.loads(await raw(tmp_path / "s", line))
        assert not answer["ok"]
        assert "one of echo, refuse, fail, hang" in answer["error"]


async def test_a_request_without_end_is_cut_off(tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        line = b'{"do": "echo", "reason": "' + b"x" * REQUEST_BYTES_MAX
        assert not json.loads(await raw(tmp_path / "s", line, closes=False))["ok"]
        with suppress(trio.BrokenResourceError):  # closed while there was more to read
            await raw(tmp_path / "s", b"x" * (50 * REQUEST_BYTES_MAX), closes=False)
        assert await asked(tmp_path / "s", do="echo") == {"heard": None}


async def test_whoever_asks_nothing_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "REQUEST_S", 0.2)
    async with serving(tmp_path / "s"):
        assert not json.loads(await raw(tmp_path / "s", b"", closes=False))["ok"]


async def test_too_many_at_once_are_told_so_and_the_others_served(tmp_path: Path) -> None:
    async with serving(tmp_path / "s"):
        silent = [await trio.open_unix_socket(str(tmp_path / "s")) for _ in range(CLIENTS_MAX)]
        await trio.sleep(0.1)
        with pytest.raises(LinkGaveUpError, match="busy"):
            await asked(tmp_path / "s", do="echo")
        for stream in silent:
            await stream.aclose()
        await trio.sleep(0.1)
        assert await asked(tmp_path / "s", do="echo") == {"heard": None}


async def test_a_bug_in_an_answer_does_not_end_the_program(tmp_path: Path) -> None:
    ears = Ears()
    async with serving(tmp_path / "s", ears):
        with pytest.raises(BnError, match="this is a bug: ZeroDivisionError"):
            await asked(tmp_path / "s", do="fail")
        assert ears.said == ["control_failed"]
        assert await asked(tmp_path / "s", do="echo") == {"heard": None}


async def test_an_answer_that_does_not_come_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "WORK_S", 0.2)
    async with serving(tmp_path / "s"):
        with pytest.raises(BnError, match="what became of it is not known"):
            await asked(tmp_path / "s", do="hang")


async def test_a_server_that_hangs_up_has_said_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen(1)

        def hang_up() -> None:
            listener.accept()[0].close()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.to_thread.run_sync, hang_up)
            with pytest.raises(LinkGaveUpError, match="what became of this is not known"):
                await asked(tmp_path / "s", do="halt")


async def test_a_process_that_was_stopped_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(control.WITHIN_S, "status", 0.1)
    monkeypatch.setattr(control, "REQUEST_S", 0.1)
    with socket.socket(socket.AF_UNIX) as stopped:
        stopped.bind(str(tmp_path / "s"))
        stopped.listen(1)
        with pytest.raises(LinkGaveUpError, match="does not answer"):
            await asked(tmp_path / "s", do="status")


async def test_no_handle_is_left_open(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        async with serving(tmp_path / "s"):
            for do in ("echo", "refuse"):
                try:
                    await asked(tmp_path / "s", do=do)
                except InputError:
                    continue
    assert len(os.listdir("/proc/self/fd")) <= before + 1
