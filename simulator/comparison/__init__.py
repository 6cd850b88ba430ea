"""A live day against the replay of its own tape: signals, outcomes, fills, latency and fees side by side."""
