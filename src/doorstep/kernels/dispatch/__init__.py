"""Which parcels are picked together, and in which order their bins are walked."""
