"""The floor: waves, what is picked for them, how it is packed, and what goes back to its bin."""
