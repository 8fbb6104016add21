"""Simulate: the same orders through several policies, day by day, with stock that falls and comes in."""
