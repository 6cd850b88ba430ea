"""What travels the road: frozen records, each with its time."""

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from system.domain.road import Packet, QuoteTold, Record

RECORDS = get_args(Record)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_record_carries_the_time_of_its_packet(kind: type) -> None:
    assert fields(kind)[0].name == "now_ns"


@pytest.mark.parametrize("kind", [*RECORDS, Packet], ids=lambda kind: kind.__name__)
def test_a_record_takes_names_only_and_has_room_for_nothing_else(kind: type) -> None:
    assert all(field.kw_only for field in fields(kind))
    assert "__dict__" not in dir(kind)


def test_a_packet_that_is_under_way_cannot_be_changed() -> None:
    quote = QuoteTold(now_ns=7, generation=1, bid_ticks=1, ask_ticks=2, bid_size=3, ask_size=4)
    packet = Packet(now_ns=7, records=(quote,))
    for record, name in ((packet, "records"), (quote, "bid_ticks")):
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, 9)
