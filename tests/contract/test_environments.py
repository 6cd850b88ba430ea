"""Each client has an environment of its own, of exact versions, made once, that does not see our packages."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract import environments
from tests.contract.environments import CLIENTS, CONSTRAINTS, ROOT, clean, environment

pytestmark = pytest.mark.contract
ASK_TWICE = """
import sys
from pathlib import Path
from tests.contract import environments
environments.FOLDER, environments.CLIENTS = Path(sys.argv[1]), {"nothing": ()}
made = []
make = environments.make
environments.make = lambda *words: (made.append(1), make(*words))
environments.environment("nothing")
print(len(made))
"""


def test_the_constraints_pin_exact_versions_in_order() -> None:
    pins = [line for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9a-z.]+", pin) for pin in pins)
    assert pins == sorted(pins, key=str.lower)
    assert {name for packages in CLIENTS.values() for name in packages} <= {pin.split("==")[0] for pin in pins}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_there_in_its_pinned_version_and_we_are_not(client: str, tmp_path: Path) -> None:
    script = (
        "from importlib.metadata import distributions as all\n"
        "from importlib.util import find_spec\n"
        "assert find_spec('simulator') is None and find_spec('system') is None\n"
        "print(*(f'{one.name}=={one.version}' for one in all() if one.name not in ('pip', 'setuptools')))"
    )
    done = subprocess.run(
        [environment(client), "-c", script], cwd=tmp_path, env=clean(), capture_output=True, text=True, check=True
    )
    pinned = CONSTRAINTS.read_text(encoding="utf-8").replace("-", "_").split()
    assert {name.replace("-", "_") for name in done.stdout.split()} <= set(pinned)


def test_two_that_ask_at_once_make_it_once(tmp_path: Path) -> None:
    words = [sys.executable, "-c", ASK_TWICE, str(tmp_path / "clients")]
    asking = [subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(one.communicate(timeout=60)[0].strip() for one in asking) == ["0", "1"]


def test_a_stale_or_half_made_one_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def make(home: Path, packages: tuple[str, ...]) -> None:
        made.append(home)
        (home / "bin").mkdir(parents=True, exist_ok=True)
        (home / "bin" / "python").touch()

    monkeypatch.setattr(environments, "FOLDER", tmp_path / "clients")
    monkeypatch.setattr(environments, "make", make)
    home = environment("ibapi").parents[1]
    environment("ibapi")
    assert made == [home]
    (home / "stamp").write_text("of another version")
    environment("ibapi")
    (home / "bin" / "python").unlink()
    environment("ibapi")
    assert made == [home] * 3
