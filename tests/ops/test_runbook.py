"""The runbook knows every alert, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]


def constant(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def names(call: ast.Call) -> Iterator[str]:
    """`log("alert", name="...")`, `Alert(name="...")` and `draft.alert("...", ...)`."""
    function = ast.unparse(call.func).rpartition(".")[2]
    first = constant(call.args[0]) if call.args else ""
    named = next((constant(keyword.value) for keyword in call.keywords if keyword.arg == "name"), "")
    if first == "alert" or function == "Alert":
        yield named
    elif function == "alert":
        yield first


def raised() -> set[str]:
    calls = (
        node
        for path in (ROOT / "system").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )
    return {name for call in calls for name in names(call) if name}


def test_every_alert_is_in_the_runbook_and_no_other() -> None:
    text = (ROOT / "ops" / "runbook.md").read_text(encoding="utf-8").partition("## What each alert means")[2]
    told = re.findall(r"^\| `(\w+)` \|", text.partition("### Other lines")[0], re.MULTILINE)
    assert len(raised()) > 20
    assert len(set(told)) == len(told)
    assert raised() == set(told)
