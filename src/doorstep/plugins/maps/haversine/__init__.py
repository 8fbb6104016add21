"""Ways as long as the great circle asks, times what roads are longer: no map, no server."""
