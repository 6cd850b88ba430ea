"""`bn replay`: a recorded session through the program that recorded it, without a network and without time."""
