"""The synthetic tape: seeded sessions of quotes and trades."""
