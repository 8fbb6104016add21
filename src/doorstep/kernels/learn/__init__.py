"""What the past teaches: of carriers, customers, demand and the cost of serving them."""
