"""Messages as files."""
