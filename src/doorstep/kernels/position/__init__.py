"""Where stock lives, how much of it, and how volume is shared among carriers."""
