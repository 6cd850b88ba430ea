"""Chaos that replays: plans, seeds, planted bugs, and the machine under the program."""
