"""What must hold whatever goes wrong, by the mock broker's truth: safety at every instant, liveness in time."""
