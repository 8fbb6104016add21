"""Who works here: operators, the brands they serve, users, keys, and what each may see."""
