"""What past parcels tell."""
