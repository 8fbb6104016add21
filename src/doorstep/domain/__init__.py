"""The nouns: frozen, slotted dataclasses with integer measures. No I/O, no framework."""
