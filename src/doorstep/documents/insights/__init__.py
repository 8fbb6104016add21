"""Pages of what is learned of a brand, as plain data: worked out at night, kept, and shown as they are."""
