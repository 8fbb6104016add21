"""Reports: one HTML file each, that opens anywhere and asks nothing of the network."""
