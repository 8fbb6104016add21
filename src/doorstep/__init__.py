"""Doorstep runs the last mile of an online shop."""

__version__ = "0.1.0"
