"""Every channel and nursery of the live system: see `wiring`."""
