"""People of any tongue: what they write in an order comes back as they wrote it."""

import pytest
from faker import Faker

from tests.faults.stage import ES, Stage

TONGUES = ("en_US", "de_DE", "fr_FR", "pl_PL", "ru_RU", "el_GR", "he_IL", "hi_IN", "ja_JP", "zh_CN")


@pytest.mark.parametrize("tongue", TONGUES)
def test_an_order_reference_in_any_tongue_is_told_as_it_was_written(tongue: str) -> None:
    people = Faker(tongue)
    people.seed_instance(7)
    stage = Stage()
    client = stage.client()
    references = [f"{people.name()} {people.city()}" for _ in range(5)]
    for order_id, reference in enumerate(references, 1):
        terms = ("BUY", 1, "LMT", 1000, "", "GTC", "", "", "", 0, reference, 1, 0, 0, 0, 0, 0, 1, 0)
        client.send_now(3, order_id, *ES, "", "", *terms)
    stage.go(0.2, client)
    client.read()
    told = [frame for frame in client.ask(5, 1) if frame[0] == "5"]
    assert [reference in frame for reference, frame in zip(references, told, strict=True)] == [True] * 5
