"""Conversations that broke a session once, or are of a kind that might, and a few seconds of new ones."""

import random
from pathlib import Path

import pytest

from simulator.tws.world import World
from tests.faults.stage import an_even_market
from tests.tws.fuzz import CORPUS, conversation, survives

KEPT = sorted(CORPUS.glob("*.hex"))


@pytest.fixture(scope="module")
def world() -> World:
    return an_even_market()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_kept_conversation_ends_in_answers_or_a_clean_close(world: World, path: Path) -> None:
    survives(world, bytes.fromhex(path.read_text()))


def test_the_corpus_is_there() -> None:
    assert len(KEPT) >= 8


def test_new_conversations_end_in_answers_or_a_clean_close(world: World) -> None:
    draw = random.Random(7)
    for _ in range(300):
        survives(world, conversation(draw))
