"""`bn sim --fidelity actors|wire`: the live system on a tape, in virtual time and lock-step, with the core's result."""
