"""OSRM: a server that somebody runs, or one of our own beside the command."""
