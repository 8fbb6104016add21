"""A pretend carrier: a real HTTP server that sells labels, takes manifests and tells scans."""
