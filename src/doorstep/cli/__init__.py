"""The command line: `doorstep ...`."""
