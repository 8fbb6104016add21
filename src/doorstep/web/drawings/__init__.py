"""Pictures drawn on the server: they need no script."""
