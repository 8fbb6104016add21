"""Valhalla: a server that somebody runs."""
