"""The lines of the report's page: one row per time bucket, so that a day of millions of events stays small."""

from typing import Final

import numpy as np

LINE: Final = np.dtype(
    [
        ("ts_ns", "i8"),  # of the bucket's last evaluation
        ("open_ticks", "i8"),
        ("high_ticks", "i8"),
        ("low_ticks", "i8"),
        ("close_ticks", "i8"),  # prices at evaluations
        ("vwap_ticks", "f8"),
        ("score_low", "f8"),
        ("score_high", "f8"),
        ("score", "f8"),  # the last
        ("long_above", "f8"),
        ("short_below", "f8"),
    ]
)
