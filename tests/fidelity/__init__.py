"""The live system on a tape: what guards the run, and what it refuses."""
