"""Where stock lives: which sites to use, which sku in which site, how much, and what moves in bulk."""
