"""What must hold whatever goes wrong, judged by the mock broker's truth: safety at every instant, liveness in bounds."""
