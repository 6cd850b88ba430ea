"""The whole live system against the mock TWS, in memory and in virtual time."""
