"""Own-fleet rounds: which van serves which stop, in which order, and why."""
