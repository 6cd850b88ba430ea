"""Faults as Hypothesis draws them."""

from hypothesis import strategies as st

from simulator.faults.arguments import NOTICES, REQUESTS, Argument, Sort
from simulator.faults.kind import How
from simulator.faults.kinds import KINDS
from simulator.faults.plan import Fault

times = st.integers(1, 1_000_000).map(lambda ms: ms / 1000)


def values(argument: Argument) -> st.SearchStrategy[object]:
    """Right values of a setting."""
    low, high = max(argument.lowest, -1e9), min(argument.highest, 1e9)
    match argument.sort:
        case Sort.SECONDS:
            return times.filter(lambda value: low <= value <= high)
        case Sort.WHOLE:
            return st.integers(int(low), int(high))
        case Sort.FLAG:
            return st.booleans()
        case Sort.CHOICE:
            return st.sampled_from(argument.choices)
        case _:
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """Any fault that makes sense."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    said: dict[str, object] = {
        argument.name: draw(values(argument))
        for argument in kind.arguments
        if argument.default is None or draw(st.booleans())
    }
    pool = kind.of or tuple(NOTICES if kind.how is How.NOTICE else REQUESTS)
    begin: dict[str, object] = draw(
        st.one_of(
            st.just({}),
            st.builds(lambda at: {"at_s": at}, times),
            st.builds(lambda n, of: {"message": n, "of": of}, st.integers(1, 99), st.sampled_from(pool)),
            st.builds(lambda n: {"order": "Filled", "message": n}, st.integers(1, 9)),
            st.builds(lambda p, of: {"chance": p, "of": of}, st.floats(0, 1), st.sampled_from(pool)),
        )
    )
    if kind.how is not How.INSTANT and draw(st.booleans()):
        begin["for_s"] = draw(times)
    if not (kind.before_start or (kind.of_world and "message" not in begin and "chance" not in begin)) and draw(
        st.booleans()
    ):
        begin["client"] = draw(st.integers(0, 1000))
    return Fault(kind=kind.name, arguments=said, **begin)  # type: ignore[arg-type]
