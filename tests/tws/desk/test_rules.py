"""The desk's rules: one name each, and a source."""

from simulator.tws.desk.rules import RULES


def test_every_rule_has_a_name_of_its_own_a_text_and_a_source() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.id.startswith("desk.") and rule.text and rule.source for rule in RULES)


def test_each_is_documented_observed_or_guessed() -> None:
    assert {rule.kind for rule in RULES} == {"documented", "observed", "guessed"}
