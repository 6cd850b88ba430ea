"""The runbook knows every alert."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_alert_of_the_link_is_in_the_runbook() -> None:
    raised = set(
        re.findall(r'name="(\w+)"', (ROOT / "system" / "domain" / "link_words.py").read_text(encoding="utf-8"))
    )
    told = re.findall(r"^\| `(\w+)` \|", (ROOT / "ops" / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert raised
    assert raised <= set(told)
