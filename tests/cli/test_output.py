"""Standard output that cannot be written ends `bn` in one line, or silently where its reader left."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_sim import complaints
from tests.storage.recordings import quotes, tape_file

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("config show", "config schema", "--help")


def shell(folder: Path, line: str, **environ: str) -> tuple[int, str, str]:
    """Run a line of shell in which $bn is the command."""
    command = f"{sys.executable} -P -m system.cli"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "bn": command, **environ}
    run = subprocess.run(
        ["/bin/bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return run.returncode, run.stdout, run.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_standard_output_is_one_line_and_status_2(tmp_path: Path, command: str) -> None:
    expected = (2, "", "bn: standard output: cannot write: No space left on device\n")
    assert shell(tmp_path, f"$bn {command} > /dev/full") == expected


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_leaves_ends_it_in_silence(tmp_path: Path, command: str) -> None:
    assert shell(tmp_path, f"$bn {command} | true; exit ${{PIPESTATUS[0]}}") == (141, "", "")


@pytest.mark.parametrize("closed", [">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_no_harm(tmp_path: Path, closed: str) -> None:
    assert shell(tmp_path, f"$bn config show {closed}") == (0, "", "")
    assert shell(tmp_path, f"$bn config show --set contracts=0 {closed}")[0] == 2


def test_a_full_standard_error_leaves_the_status(tmp_path: Path) -> None:
    assert shell(tmp_path, "$bn config show --set contracts=0 2> /dev/full") == (2, "", "")


@pytest.mark.parametrize(("also", "status"), [("", 130), ("ValueError()", 1)])
def test_an_interrupt_out_of_a_nursery_is_one_line_and_hides_no_bug(tmp_path: Path, also: str, status: int) -> None:
    raising = f"""if True:
        import system.cli
        def app(**_):
            raise BaseExceptionGroup("", [BaseExceptionGroup("", [KeyboardInterrupt(), {also}])])
        system.cli.app = app
        system.cli.main()
    """
    done, shown, errors = shell(tmp_path, f"{sys.executable} -P -c '{raising}'")
    assert (done, shown) == (status, "")
    assert errors == "bn: interrupted\n" if status == 130 else "ValueError" in errors


@pytest.mark.jit
def test_a_file_name_that_cannot_be_encoded_is_escaped(tmp_path: Path) -> None:
    tape_file(tmp_path / "é.parquet", quotes(3))
    status, shown, errors = shell(tmp_path, "$bn sim é.parquet", PYTHONIOENCODING="ascii", LC_ALL="C.UTF-8")
    assert (status, complaints(errors)) == (0, "")
    assert r"\xe9.parquet" in shown
