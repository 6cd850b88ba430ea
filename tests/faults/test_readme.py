"""The README's plan of faults is one."""

import re
from pathlib import Path

from simulator.faults.plan import read_plan

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_plan_in_the_readme_can_be_read() -> None:
    (plan,) = [block for block in re.findall(r"```toml\n(.*?)```", README, re.DOTALL) if "[[fault]]" in block]
    assert [fault.kind for fault in read_plan(plan, "README.md").faults] == [
        "1100",
        "swallow",
        "half_open",
        "late_reject",
    ]
