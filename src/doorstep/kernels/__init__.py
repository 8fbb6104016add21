"""The verbs: pure functions from a frozen problem to a result. No clock, no database, no network."""
