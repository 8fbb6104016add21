"""Webhooks as HTTP: signed, and sent to addresses that are open to the world, or that the operator has allowed."""
