"""Plans of faults: to TOML and back, and one clear line for whatever is wrong with one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.faults.kinds import KINDS, listing
from simulator.faults.plan import Fault, Plan, injected, load_plan, read_plan, write_plan
from system.domain.errors import InputError
from tests.faults.draws import faults


@given(
    plan=st.builds(
        lambda seed, found: Plan(seed=seed, faults=tuple(found)), st.integers(0, 2**60), st.lists(faults(), max_size=5)
    )
)
def test_a_plan_reads_back_as_it_was_written(plan: Plan) -> None:
    assert read_plan(write_plan(plan), "plan") == plan


@given(text=st.text(max_size=300))
def test_any_text_is_a_plan_or_one_line_of_complaint(text: str) -> None:
    complaint = "plan: none"
    try:
        read_plan(text, "plan")
    except InputError as wrong:
        complaint = str(wrong)
    assert "\n" not in complaint
    assert complaint.startswith("plan: ")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("fault = 3", "plan: fault: expected tables that begin with [[fault]]"),
        ("sead = 3", "plan: unknown key 'sead'; expected seed and [[fault]]"),
        ("seed = -1", "plan: seed: -1; expected a whole number from 0 on"),
        ("[[fault]]\nat = '1s'", "plan: fault 1: kind: missing; expected one of "),
        ("[[fault]]\nkind = 'half-open'", "plan: fault 1: kind: 'half-open'; expected one of "),
        ("[[fault]]\nkind = 'reset'\nfor = '3s'", "plan: fault 1: for: 3s; expected none: reset happens at an instant"),
        ("[[fault]]\nkind = 'stall'\nfor = 3", "plan: fault 1: for: 3; expected a time such as 30s, 500ms or 2m"),
        (
            "[[fault]]\nkind = 'stall'\n\n[[fault]]\nkind = 'drop'\nof = 'PlaceOrder'",
            "plan: fault 2: of: 'PlaceOrder'; expected a message of TWS",
        ),
        ("[[fault]]\nkind = 'swallow'\nof = 'ReqIds'", "plan: fault 1: of: 'ReqIds'; expected one of PlaceOrder, "),
        (
            "[[fault]]\nkind = 'delay'\nby = '2h'",
            "plan: fault 1: by: '2h'; expected a time such as 30s, 500ms or 2m, 0.001s to 1800s",
        ),
        ("[[fault]]\nkind = 'code'", "plan: fault 1: code: missing; expected a whole number, 1 to 99999"),
        (
            "[[fault]]\nkind = 'stall'\nat = '1s'\nchance = 0.5",
            "plan: fault 1: at: expected one of at, message (with of or order), and chance",
        ),
        ("[[fault]]\nkind = 'stall'\nchance = 0.5", "plan: fault 1: of: missing; expected a message's name"),
        ("[[fault]]\nkind = 'stall'\nhwo = 1", "plan: fault 1: hwo: stall has no such key; expected one of "),
        ("[[fault]", "plan: "),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_with_fault_and_key(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as wrong:
        read_plan(text, "plan")
    assert str(wrong.value).startswith(complaint)


def test_a_file_that_is_no_plan_is_named(tmp_path: Path) -> None:
    for name, data in {"empty/no": None, "bytes": b"\xff\xfe", "large": b"#" * (1 << 20) + b"##"}.items():
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(InputError, match=str(path)):
            load_plan(path)


def test_words_of_a_command_line_are_read_like_a_file() -> None:
    assert injected("gap", None, None, {"ticks": "-40"})["ticks"] == -40
    assert injected("1100", "30s", 7, {"data": "lost"}) == Fault(
        kind="1100", for_s=30.0, client=7, arguments={"data": "lost"}
    )
    with pytest.raises(InputError, match="inject: ticks: 'many'; expected a whole number"):
        injected("gap", None, None, {"ticks": "many"})
    with pytest.raises(InputError, match="inject: tick: gap has no such setting; expected one of of, ticks"):
        injected("gap", None, None, {"tick": "1"})


def test_every_kind_is_listed_for_a_reader() -> None:
    assert {line.split()[0] for line in listing().splitlines() if not line.startswith(" ")} == set(KINDS)
