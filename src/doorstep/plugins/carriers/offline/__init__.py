"""A carrier without an API: a courier of the town, the post office round the corner."""
