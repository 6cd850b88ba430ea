"""What `ops/bn` and `ops/check` do about the environment, with a stub in Python's place so that nothing is installed."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STUB = r"""#!/bin/sh
case "$*" in
*"import sys, venv"*) exit "${STUB_UNFIT:-0}" ;;
--version) echo "Python 3.13.0" ;;
"-m venv "*) echo venv >>"$STUB_LOG"; mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip "*) echo pip "$*" >>"$STUB_LOG"; sleep "${STUB_SLEEP:-0}"; exit "${STUB_PIP:-0}" ;;
*) [ -z "${STUB_WAIT:-}" ] || { echo up; exec sleep "$STUB_WAIT"; }; for word; do printf '<%s>' "$word"; done; exit "${STUB_STATUS:-0}" ;;
esac
"""


class Project:
    """A copy of the scripts at a path with a space, and a PATH on which only the stub is Python."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a b" / "project"
        self.log = folder / "log"
        self.elsewhere = folder / "else where"
        self.elsewhere.mkdir(parents=True)
        (self.root / "ops").mkdir(parents=True)
        for name in ("ops/bn", "ops/environment.sh", "ops/constraints.txt", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root / name)
        stubs = folder / "stubs"
        stubs.mkdir()
        for name in ("python3.13", "python3.12", "python3.11", "python3"):
            (stubs / name).write_text(STUB)
            (stubs / name).chmod(0o755)
        self.path = f"{stubs}{os.pathsep}{os.environ['PATH']}"

    def keep_only(self, tools: str) -> None:
        """A PATH with these and the stubs alone."""
        stubs = Path(self.path.split(os.pathsep)[0])
        for tool in tools.split():
            (stubs / tool).symlink_to(shutil.which(tool) or tool)
        self.path = str(stubs)

    def start(self, *words: str, script: Path | None = None, **environ: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [script or self.root / "ops" / "bn", *words],
            cwd=self.elsewhere,
            env=os.environ | {"PATH": self.path, "STUB_LOG": str(self.log)} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_heed_interrupts,
        )

    def run(self, *words: str, script: Path | None = None, **environ: str) -> tuple[int, str, str]:
        with self.start(*words, script=script, **environ) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    @property
    def made(self) -> list[str]:
        """`venv` and `pip` for each time that they ran."""
        return [line.split()[0] for line in self.log.read_text().splitlines()] if self.log.exists() else []


def _heed_interrupts() -> None:
    """A shell's background jobs, this run of the tests perhaps among them, ignore SIGINT, and so would their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_first_call_makes_the_environment_and_the_second_does_not(project: Project) -> None:
    status, out, err = project.run("sim", "a  tape", "")
    assert (status, out) == (0, "<-P><-m><system.cli><sim><a  tape><>")
    assert "making the environment" in err
    assert project.run("sim")[1:] == ("<-P><-m><system.cli><sim>", "")
    assert project.made == ["venv", "pip"]


def test_the_exit_status_is_passed_on(project: Project) -> None:
    assert project.run("sim", STUB_STATUS="5")[0] == 5


def test_it_runs_through_a_symlink_in_another_folder(project: Project, tmp_path: Path) -> None:
    link = tmp_path / "bn link"
    link.symlink_to(project.root / "ops" / "bn")
    (tmp_path / "link to link").symlink_to("bn link")
    assert project.run("sim", script=tmp_path / "link to link")[1] == "<-P><-m><system.cli><sim>"
    assert (project.root / ".venv" / "stamp").is_file()


def test_an_environment_that_was_interrupted_is_made_anew(project: Project) -> None:
    status, out, err = project.run("sim", STUB_PIP="1")
    assert (status, out) == (1, "")
    assert "could not be made; the next call starts afresh" in err
    assert project.run("sim")[0] == 0
    assert project.made == ["venv", "pip", "venv", "pip"]


def test_new_requirements_and_another_folder_make_it_anew(project: Project, tmp_path: Path) -> None:
    project.run("sim")
    with (project.root / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    project.run("sim")
    assert project.made == ["venv", "pip"] * 2
    project.root = project.root.rename(tmp_path / "moved")
    project.run("sim")
    assert project.made == ["venv", "pip"] * 3


def test_signals_reach_the_program(project: Project) -> None:
    project.run("sim")
    with project.start("sim", STUB_WAIT="50") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == -signal.SIGINT


POSIX_TOOLS = "sh cat cksum readlink mkdir rm mv cp sleep tail"


@pytest.mark.parametrize("tools", ["all", "no flock"])
def test_two_first_calls_at_once_make_it_once(project: Project, tools: str) -> None:
    if tools == "no flock":
        project.keep_only(POSIX_TOOLS)
    with project.start("sim", STUB_SLEEP="1") as one, project.start("sim", STUB_SLEEP="1") as two:
        ends = [one.communicate(timeout=60), two.communicate(timeout=60)]
    assert [out for out, _ in ends] == ["<-P><-m><system.cli><sim>"] * 2
    assert project.made == ["venv", "pip"]


def test_a_lock_that_is_given_back_at_that_very_moment_is_no_folder_that_cannot_be_written_to(project: Project) -> None:
    project.keep_only(POSIX_TOOLS)
    tool, told = Path(project.path) / "mkdir", project.elsewhere / "told"
    real = tool.readlink()
    tool.unlink()
    tool.write_text(f"""#!/bin/sh
case "$*" in *.venv.lock.d) [ -f "{told}" ] || {{ echo >"{told}"; exit 1; }} ;; esac
exec "{real}" "$@"
""")
    tool.chmod(0o755)
    assert project.run("sim")[:2] == (0, "<-P><-m><system.cli><sim>")
    assert told.exists()


def test_without_a_fit_python_one_line_says_what_to_install(project: Project) -> None:
    status, out, err = project.run("sim", STUB_UNFIT="1")
    assert (status, out) == (1, "")
    assert "found no Python 3.11, 3.12 or 3.13 with venv" in err
    assert not (project.root / ".venv").exists()


@pytest.mark.parametrize("script", ["ops/bn", "ops/check", "ops/environment.sh", ".ci/run"])
def test_the_scripts_parse_and_can_be_run(script: str) -> None:
    assert subprocess.run(["bash", "-n", ROOT / script], check=False).returncode == 0
    assert os.access(ROOT / script, os.X_OK) == (not script.endswith(".sh"))
