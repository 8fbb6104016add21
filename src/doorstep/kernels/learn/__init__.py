"""What is learned from what happened: of customers, carriers, demand and the cost to serve."""
