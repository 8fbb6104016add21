"""The operator's own identity provider (OpenID Connect), from the environment; nothing of it set: there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEEDED = {
    "DOORSTEP_OIDC_ISSUER": "OIDC_ISSUER",
    "DOORSTEP_OIDC_CLIENT": "OIDC_RP_CLIENT_ID",
    "DOORSTEP_OIDC_SECRET": "OIDC_RP_CLIENT_SECRET",
    "DOORSTEP_OIDC_AUTHORIZE_URL": "OIDC_OP_AUTHORIZATION_ENDPOINT",
    "DOORSTEP_OIDC_TOKEN_URL": "OIDC_OP_TOKEN_ENDPOINT",
    "DOORSTEP_OIDC_USER_URL": "OIDC_OP_USER_ENDPOINT",
    "DOORSTEP_OIDC_KEYS_URL": "OIDC_OP_JWKS_ENDPOINT",
    "DOORSTEP_OIDC_OPERATOR": "OIDC_OPERATOR",  # whose people it vouches for
}
BACKEND = "doorstep.web.provider.Provider"


def provider(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings of the log-in by a provider. Raises ValueError naming what is missing when only a part is set."""
    if not any(environment.get(name) for name in NEEDED):
        return {}
    missing = [name for name in NEEDED if not environment.get(name)]
    if missing:
        raise ValueError(f"the log-in by a provider also needs {', '.join(missing)}")
    return {
        **{setting: environment[name] for name, setting in NEEDED.items()},
        "OIDC_NAME": environment.get("DOORSTEP_OIDC_NAME", "your company’s account"),
        "OIDC_RP_SIGN_ALGO": environment.get("DOORSTEP_OIDC_ALGORITHM", "RS256"),
        "OIDC_AUTHENTICATION_CALLBACK_URL": "provider_back",
        "OIDC_CREATE_USER": False,  # who may come in is decided on the page of users, not elsewhere
        "OIDC_USE_PKCE": True,
        "OIDC_TIMEOUT": 10,  # seconds
    }
