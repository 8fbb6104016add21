"""The stock ledger: append-only moves, and the levels they add up to."""
