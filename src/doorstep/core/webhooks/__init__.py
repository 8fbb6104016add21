"""Webhooks to the shops: where they go, what is on its way, and what became of it."""
