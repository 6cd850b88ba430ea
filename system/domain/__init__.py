"""The decisions. No threads, no I/O, no clock, no randomness: time comes in as integer nanoseconds UTC."""
