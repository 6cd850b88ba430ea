"""The table of what is known and what is guessed."""

from simulator.tws.data.rules import RULES


def test_rules_have_names_of_their_own_a_kind_and_a_source() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.id.startswith("data.")
        assert rule.kind in ("documented", "observed", "guessed")
        assert rule.text
        assert rule.source
