"""The wire's rules: one name each, and a source."""

from simulator.tws.wire.rules import RULES


def test_every_rule_has_a_name_of_its_own_a_text_and_a_source() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.id.startswith("wire.") and rule.text and rule.source for rule in RULES)
