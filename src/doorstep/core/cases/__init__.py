"""Investigations of carriers: opened by a control chart, written to the carrier, and closed with an outcome."""
