"""The whole live system against the mock TWS in one process and virtual time: broken on purpose, by a seed."""
