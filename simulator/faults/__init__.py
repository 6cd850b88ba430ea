"""What goes wrong between a client and the mock TWS, as data: plans of faults, and the player that carries them out."""
