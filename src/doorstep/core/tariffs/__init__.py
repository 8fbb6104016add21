"""What carriers offer and charge."""
