"""A page as one HTML file that needs no network: template, style, contents, script and the chart library in one."""

import json
from importlib.resources import files
from typing import Any


def asset(package: str, name: str) -> str:
    """The text of a file that lies beside the modules of `package`."""
    return (files(package) / name).read_text(encoding="utf-8")


def bundle(template: str, *, style: str, contents: Any, script: str) -> str:
    """The page as text. About 5 MB of it are the chart library, which the file carries with it."""
    from plotly.offline import get_plotlyjs  # heavy, and only a page needs it

    library = str(get_plotlyjs())
    assert "</script" not in library.lower(), "the library would end its own element"
    text = template
    for mark, content in (
        ("/*STYLE*/", style),
        ("/*DATA*/", _embedded(contents)),
        ("/*SCRIPT*/", script),
        ("/*LIBRARY*/", library),  # last: what it holds is not searched for marks
    ):
        assert text.count(mark) == 1, f"{mark} marks one place"
        before, _, after = text.partition(mark)
        text = before + content + after
    return text


def _embedded(contents: Any) -> str:
    """JSON that no HTML parser can mistake for markup, whatever a file is called."""
    text = json.dumps(contents, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("/*", "/\\u002a")
