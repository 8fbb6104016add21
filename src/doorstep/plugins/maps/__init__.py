"""How far places are apart on roads: one folder for each engine that knows."""
