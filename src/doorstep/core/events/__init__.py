"""What happened: append-only facts."""
