"""For programs of a shop that talk with Doorstep. Needs nothing of the server."""
