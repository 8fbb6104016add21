"""Messages by a mail server."""
