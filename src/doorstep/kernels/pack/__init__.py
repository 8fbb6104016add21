"""Which carton holds a load, and how the units lie in it."""
