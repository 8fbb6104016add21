"""Pages: the tower for operators and brands."""
