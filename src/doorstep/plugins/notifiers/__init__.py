"""How messages reach shoppers: one folder for each way."""
