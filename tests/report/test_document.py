"""The JSON document, by hand arithmetic."""

import json

from simulator.report.document import document
from system.domain.profile import LEGACY
from tests.report.samples import NINE_THIRTY, OPEN, SECOND, empty, small, tape


def test_a_profile_has_the_contract_s_names_and_the_hand_s_figures() -> None:
    """Ten signals; k % 3 == 0 is short: k = 0, 3, 6, 9. The drawdown is 195.50 - -13.50 (see samples)."""
    made = document(tape(), [small()], 0.5)["profiles"]
    assert made == [
        {
            "profile": "final",
            "events": 2_000_000,
            "trades_on_tape": 440_000,
            "evaluated": 1235,
            "signals": 10,
            "longs": 6,
            "shorts": 4,
            "denied": {"position_open": 2, "cooldown": 1},
            "score": {"min": -0.25, "max": 0.5, "mean": 0.125},
            "patterns": {"headfake": 3, "microstructure_anomaly": 2, "gamma_pin": 0},
            "round_trips": 5,
            "wins": 2,
            "net_usd": 77.5,
            "max_drawdown_usd": 209.0,
            "open_at_end": {
                "side": "short",
                "contracts": 2,
                "entry_ts_ns": NINE_THIRTY + 3400 * SECOND,
                "entry_price": 5101.25,
                "mark_price": 5101.75,
                "unrealised_usd": -54.5,
            },
            "decision_hash": "0123456789abcdef" * 4,
            "elapsed_s": {"load": 0.5, "run": 0.25},
        }
    ]


def test_the_tape_is_told_with_dates_as_text() -> None:
    assert document(tape(seed=7), [], 0.0)["tape"] == {
        "sources": ["esh4-20240308.parquet"],
        "symbol": "ES",
        "contract_month": "2024-03",
        "seed": 7,
        "events": 2_000_000,
        "trades": 440_000,
        "first_ts_ns": OPEN,
        "last_ts_ns": OPEN + 82_800 * SECOND,
        "sessions": ["2024-03-08"],
        "partial_session": False,
        "side_agreement": 0.987,
        "complete": True,
    }


def test_nothing_at_all_is_null_and_zero() -> None:
    made = document(tape(first_ts_ns=None, last_ts_ns=None, side_agreement=None, sessions=[]), [empty()], 0.0)
    profile = made["profiles"][0]
    assert (profile["score"], profile["open_at_end"], profile["net_usd"], profile["max_drawdown_usd"]) == (
        None,
        None,
        0,
        0,
    )
    assert profile["denied"] == {}


def test_a_loss_from_the_start_is_a_fall_from_nought() -> None:
    result = small()
    result.round_trips = result.round_trips[1:3]  # -104.50 twice
    assert document(tape(), [result], 0.0)["profiles"][0]["max_drawdown_usd"] == 209.0


def test_it_is_json_without_nan() -> None:
    made = document(tape(), [small(), small(LEGACY)], 0.5)
    assert json.loads(json.dumps(made, allow_nan=False)) == made
