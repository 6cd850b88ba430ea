"""Runs mutmut on order, risk, link and journal in a copy of the project, and sums up what its mutants came to.

Each mutant is one small change: an operator, a number, a word, an argument, a branch. It is killed by a test that
fails; one that survives is shown with its change in .mutation/survivors.diff. The state machines are left out: they
take seconds a mutant. `ops/mutation.md` says what the last run came to.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
WORK: Final = ROOT / ".mutation"
SAMPLE: Final = "*__mutmut_*[16]"  # the first of each function, and every fifth from there
DOMAIN: Final = {
    "order": (
        *("order", "order_draft", "order_events", "order_log", "order_reports", "order_state", "intent", "bracket"),
        *("book", "position", "protection", "reconciliation", "limits", "changed"),
    ),
    "risk": ("risk", "gate", "gate_log", "margin", "roll"),
    "link": (
        *("link", "link_draft", "link_events", "link_follow", "link_state", "link_words"),
        *("data_health", "maintenance"),
    ),
}
TESTS: Final = (
    *("tests/domain/test_order*.py", "tests/domain/test_risk*.py", "tests/domain/test_link*.py"),
    *(f"tests/domain/test_{name}.py" for name in ("bracket", "position", "changed", "gate_log", "margin", "roll")),
    *(f"tests/storage/test_journal{end}.py" for end in ("", "_open", "_damage", "_backup")),
)
OUTCOMES: Final = {0: "survived", 5: "untested", 33: "untested", 36: "killed", 255: "killed"}
WORDS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
CONFIG: Final = """[mutmut]
source_paths=system
also_copy=
    simulator
    ops
only_mutate=
    {only}
pytest_add_cli_args_test_selection=
    {tests}
pytest_add_cli_args=
    -p
    no:cacheprovider
timeout_multiplier=4
timeout_constant=5
use_setproctitle=false
"""


def lay_out() -> None:
    """The project anew in `.mutation`; what mutmut has found there before is kept, where nothing has changed."""
    WORK.mkdir(exist_ok=True)
    for name in ("system", "simulator", "tests", "ops"):
        shutil.rmtree(WORK / name, ignore_errors=True)
        shutil.copytree(ROOT / name, WORK / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", WORK)
    only = [f"system/domain/{name}.py" for names in DOMAIN.values() for name in names]
    found = [path for pattern in TESTS for path in sorted(ROOT.glob(pattern))]
    tests = [str(path.relative_to(ROOT)) for path in found if not path.stem.endswith("_machine")]
    config = CONFIG.format(
        only="\n    ".join([*only, "system/storage/journal/*.py"]),
        tests="\n    ".join(tests),
    )
    (WORK / "setup.cfg").write_text(config)


def run(*words: str) -> str:
    """A command of mutmut's in the copy; what it prints. Syncs cost nothing where there is memory to write to."""
    memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    shown = None if words[0] == "run" else subprocess.PIPE
    return subprocess.run(command, cwd=WORK, env=os.environ | memory, stdout=shown, text=True, check=True).stdout or ""


def outcomes() -> dict[str, dict[str, str]]:
    """By module, what became of each mutant that was tried."""
    found = {}
    for meta in sorted((WORK / "mutants" / "system").rglob("*.meta")):
        codes = json.loads(meta.read_text())["exit_code_by_key"]
        tried = {name: OUTCOMES.get(code, "killed") for name, code in codes.items() if code is not None}
        if tried:
            found[meta.name.removesuffix(".py.meta")] = tried
    return found


def is_of_words(change: str) -> bool:
    """Whether a change is one of a text and of nothing else."""
    lines = [line for line in change.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return len(lines) == 2 and WORDS.sub("", lines[0][1:]) == WORDS.sub("", lines[1][1:])


def part_of(module: str) -> str:
    return next((part for part, modules in DOMAIN.items() if module in modules), "journal")


def main() -> None:
    """Run, and print a table."""
    lay_out()
    run("run", "--max-children", "4", sys.argv[1] if len(sys.argv) > 1 else SAMPLE)
    counts: dict[str, Counter[str]] = {}
    changes: list[str] = []
    for module, tried in outcomes().items():
        count = counts.setdefault(part_of(module), Counter())
        for name, outcome in tried.items():
            if outcome in ("survived", "untested"):
                change = run("show", name)
                outcome = "of words" if outcome == "survived" and is_of_words(change) else outcome
                changes.append(f"{outcome}: {change}")
            count[outcome] += 1
    (WORK / "survivors.diff").write_text("\n".join(sorted(changes)))
    lines = ["| part | mutants | killed | survived | of them in texts | untested | score |"]
    lines.append("|---" * 7 + "|")
    counts["all"] = sum(counts.values(), Counter())
    for part, count in counts.items():
        total, lived = count.total(), count["survived"] + count["of words"]
        score = 100 * (total - lived - count["untested"]) / total
        lines.append(
            f"| {part} | {total} | {count['killed']} | {lived} | {count['of words']} | {count['untested']} "
            f"| {score:.1f} % |"
        )
    sys.stdout.write("\n".join(["", *lines, ""]))


if __name__ == "__main__":
    main()
