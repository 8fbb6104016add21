"""Where goods wait, and when carriers call."""
