"""A few quotes looked at as ticks: do they make sense?"""

from system.domain.instrument import TICKS_PER_POINT
from system.domain.ticks import QUOTE, batch_of


def quotes_in_words(quotes: list[tuple[float, float, int, int]]) -> str:
    """Bid, ask and sizes as a batch of ticks, summed up. Raises ValueError for prices off the grid."""
    for bid, ask, _, _ in quotes:
        if not (float(bid * TICKS_PER_POINT).is_integer() and float(ask * TICKS_PER_POINT).is_integer()):
            raise ValueError(f"{bid} to {ask}: off the grid of quarter points")
    batch = batch_of(
        kind=[QUOTE] * len(quotes),
        bid_ticks=[round(quote[0] * TICKS_PER_POINT) for quote in quotes],
        ask_ticks=[round(quote[1] * TICKS_PER_POINT) for quote in quotes],
        bid_size=[quote[2] for quote in quotes],
        ask_size=[quote[3] for quote in quotes],
    )
    valid = batch[(batch["bid_size"] > 0) & (batch["ask_size"] > 0) & (batch["bid_ticks"] < batch["ask_ticks"])]
    if not len(valid):
        raise ValueError("no quote with both sides")
    spread = float((valid["ask_ticks"] - valid["bid_ticks"]).mean())
    imbalance = float(((valid["bid_size"] - valid["ask_size"]) / (valid["bid_size"] + valid["ask_size"])).mean())
    return f"{len(valid)} of {len(batch)} quotes valid, spread {spread:.2f} ticks, imbalance {imbalance:+.2f}"
