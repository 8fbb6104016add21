"""One verb a file, always in three steps: load, decide, commit."""
