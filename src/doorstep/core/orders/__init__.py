"""What was bought, by whom, and how far it has come."""
