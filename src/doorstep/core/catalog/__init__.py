"""What brands sell, and what it is packed in."""
