"""The parcels of a plan, as planned and as they travel."""
