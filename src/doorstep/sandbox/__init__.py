"""A pretend carrier: a real HTTP server that sells labels, takes manifests and tells scans."""

from __future__ import annotations

KEY_VARIABLE = "DOORSTEP_SANDBOX_KEY"  # of the environment: opens it, for the server and for who calls it
HOOK_VARIABLE = "DOORSTEP_SANDBOX_HOOK_SECRET"  # signs its webhooks
