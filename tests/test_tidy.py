"""What keeps the project in one head: layers, sizes, banned calls, and nothing of one machine in a file."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for package in ("system", "simulator") for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# A layer, and what else of ours it may import. The longest prefix that fits a module is its layer.
LAYERS = {
    "system": [],
    "system.domain": [],
    "system.text_file": ["system.domain"],
    "system.config": ["system.domain", "system.text_file"],
    "system.storage": ["system.domain"],
    "system.broker": ["system.domain"],
    "system.actors": ["system.domain"],
    "system.wiring": ["system"],
    "system.cli": ["system", "simulator"],
    "simulator": ["system"],
    "simulator.exchange": ["system.domain"],
    "simulator.flow": ["system.config", "system.domain", "system.text_file"],
    "simulator.faults": ["simulator.tws", "system.domain", "system.text_file"],
    "simulator.tws.wire": ["simulator.tws", "system.domain"],
    "simulator.tws.desk": ["simulator.tws", "simulator.exchange", "system.domain"],
    "simulator.tws.data": ["simulator.tws", "system.domain"],
}
# Of the standard library and others, what the decisions may import: nothing that waits, draws, reads a clock or a disk.
DOMAIN_MAY_IMPORT = {
    *(
        "abc",
        "bisect",
        "collections",
        "dataclasses",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "functools",
        "hashlib",
    ),
    *("heapq", "itertools", "math", "operator", "types", "typing", "zoneinfo", "numpy", "numba"),
}
PURE = ("system.domain", "simulator.exchange")
# Where machine code is kept on disk is not part of any decision.
BESIDES = {"system.domain.kernels": {"os", "pathlib", "shutil"}}
# What `bn --help` must not wait for.
HEAVY = {"numpy", "numba", "pyarrow", "pydantic", "plotly", "rich", "databento_dbn", "pandas", "simulator"}
LIGHT_OURS = ("system.cli", "system.domain.errors")
# What is banned, and what to do instead.
BANNED_CALLS = {
    "print": "typer.echo in cli, a logger elsewhere",
    "breakpoint": "a test",
    "eval": "ast.literal_eval, or a parser",
    "exec": "a function",
    "time.time": "now_ns, handed in",
    "time.time_ns": "now_ns, handed in",
    "time.sleep": "trio.sleep",
    "datetime.now": "now_ns, handed in",
    "datetime.utcnow": "now_ns, handed in",
    "datetime.today": "now_ns, handed in",
    "datetime.datetime.now": "now_ns, handed in",
    "date.today": "now_ns, handed in",
    "random.seed": "numpy.random.default_rng(seed)",
    "np.random.seed": "numpy.random.default_rng(seed)",
}
BANNED_MODULES = {
    "asyncio": "trio",
    "nest_asyncio": "trio-asyncio in system.broker",
    "textual": "rich",
    "exchange_calendars": "system.domain's own table",
    "pandas_market_calendars": "system.domain's own table; it takes half a second to import",
    "pickle": "Parquet, SQLite or JSON",
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def layer(module: str) -> str:
    return max((name for name in LAYERS if inside(module, name)), key=len)


def type_checking_only(path: Path) -> set[ast.stmt]:
    """Imports that never run."""
    return {
        statement
        for node in ast.walk(tree(path))
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for statement in node.body
    }


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and module of every import, in functions too."""
    unread = type_checking_only(path)
    for node in ast.walk(tree(path)):
        if node in unread:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.lineno, node.module
            if node.module in ("system", "simulator"):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def importable(own: str, module: str) -> bool:
    """May a module of layer `own` import our module `module`?"""
    if own == "system.cli":
        return True
    if inside(module, "system.cli"):
        return False
    return inside(module, own) or any(inside(module, allowed) for allowed in LAYERS[own])


def ours(path: Path) -> Iterator[tuple[int, str]]:
    return (found for found in imports(path) if found[1].split(".")[0] in ("system", "simulator"))


def allowed(path: Path) -> set[str]:
    """The top-level names that a pure module may import."""
    return DOMAIN_MAY_IMPORT | {"system", "simulator"} | BESIDES.get(module_name(path), set())


def told(path: Path, line: int, words: str) -> str:
    return f"{path.relative_to(ROOT)}:{line}: {words}"


def test_imports_point_down_the_layers() -> None:
    assert [
        told(path, line, f"{module} is not for {layer(module_name(path))}")
        for path in SOURCES
        for line, module in ours(path)
        if not importable(layer(module_name(path)), module) and module not in ("system", "simulator")
    ] == []


def test_the_rule_for_layers_bites() -> None:
    assert not importable("system.domain", "system.storage.tape")
    assert not importable("system.storage", "simulator.exchange")
    assert not importable("system.actors", "system.broker")
    assert not importable("simulator", "system.cli")
    assert importable("system.domain", "system.domain.ticks")
    assert importable("simulator", "system.wiring")
    assert layer("system.domain.ticks") == "system.domain"
    assert layer("simulator.exchange.book") == "simulator.exchange"
    assert layer("simulator.replay") == "simulator"


def test_every_module_has_a_layer_of_its_own() -> None:
    """A new package must be placed: it falls to `system`, which may import nothing."""
    assert {layer(module_name(path)) for path in SOURCES if layer(module_name(path)) == "system"} <= {"system"}
    strays = [
        module_name(path) for path in SOURCES if layer(module_name(path)) == "system" and module_name(path) != "system"
    ]
    assert strays == []


def test_only_cli_imports_the_simulator_and_lazily() -> None:
    for path in SOURCES:
        if not inside(module_name(path), "system"):
            continue
        at_top = {node.lineno for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)}
        for line, module in ours(path):
            if inside(module, "simulator"):
                assert inside(module_name(path), "system.cli"), told(path, line, "only system.cli imports simulator")
                assert line not in at_top, told(path, line, "import simulator inside the command that needs it")


def test_decisions_import_nothing_that_waits_draws_or_reads() -> None:
    assert [
        told(path, line, f"{module}: not in a pure layer")
        for path in SOURCES
        if layer(module_name(path)) in PURE
        for line, module in imports(path)
        if module.split(".")[0] not in allowed(path) or module.startswith("numpy.random")
    ] == []


def test_no_module_is_imported_that_has_a_better_one() -> None:
    assert [
        told(path, line, f"{module}: use {BANNED_MODULES[module.split('.')[0]]}")
        for path in SOURCES
        for line, module in imports(path)
        if module.split(".")[0] in BANNED_MODULES
    ] == []


def test_nothing_is_called_that_has_a_better_way() -> None:
    calls = [
        (path, node.lineno, ast.unparse(node.func))
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
    ]
    assert [
        told(path, line, f"{call}: use {BANNED_CALLS[call]}") for path, line, call in calls if call in BANNED_CALLS
    ] == []


def test_the_help_costs_no_more_than_the_parser() -> None:
    """What `system.cli` imports at the top is light; commands import the rest inside their bodies."""
    for path in SOURCES:
        if inside(module_name(path), "system.cli"):
            for node in tree(path).body:
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                for name in names:
                    heavy = name.split(".")[0] in HEAVY or (inside(name, "system") and not name.startswith(LIGHT_OURS))
                    assert not heavy, told(path, node.lineno, f"import {name} inside the command")


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_fit_a_reader(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES_MAX, f"{lines} lines: it is asking for a second noun"
    if path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= FUNCTION_LINES_MAX, told(path, node.lineno, f"{node.name} has {length} lines")


def test_every_module_says_what_it_is() -> None:
    assert [str(path.relative_to(ROOT)) for path in [*SOURCES, *TESTS] if ast.get_docstring(tree(path)) is None] == []


def test_no_other_distribution_owns_our_names() -> None:
    owners = packages_distributions()
    for name in ("system", "simulator"):
        assert set(owners.get(name, [])) <= {"battle-navale"}


def test_the_wheel_holds_the_two_packages_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"] == {"packages": ["system", "simulator"]}
    assert project["project"]["scripts"] == {"bn": "system.cli:main"}
    assert not list((ROOT / "ops").rglob("__init__.py"))


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_the_top_level_is_what_the_readme_says() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    seen = {name for name in top if not name.startswith(".")}
    assert seen == {"LICENSE", "README.md", "ops", "pyproject.toml", "simulator", "system", "tests"}


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    words = re.compile(
        rb"(pypi\.org|pythonhosted|--index-url|--extra-index|--find-links|file:///|(?<![\w.])/(home|root|Users|work|opt|mnt)/)"
    )
    texts = [
        path for path in tracked() if path.suffix in ("", ".py", ".sh", ".toml", ".md", ".txt", ".service", ".cfg")
    ]
    found = [f"{path.relative_to(ROOT)}: {match[0]!r}" for path in texts for match in words.finditer(path.read_bytes())]
    assert [line for line in found if not line.startswith("tests/test_tidy.py")] == []


def test_assertions_are_never_stripped() -> None:
    """They stay on in production; a message with -O in a script would take them away."""
    scripts = [path for path in tracked() if path.parent.name in ("ops", ".ci", "systemd")]
    assert scripts
    for path in scripts:
        assert not re.search(rb"python\S* -O|PYTHONOPTIMIZE", path.read_bytes()), path


def test_the_constraints_pin_exact_versions_in_order() -> None:
    lines = (ROOT / "ops" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9a-z.]+", pin) for pin in pins)
    assert pins == sorted(pins, key=str.lower)
    pinned = {re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~ \[;]", name)[0]).lower() for name in asked} <= pinned
