"""What a provider of identities says of somebody, and whether it is believed.

The checks are those of OpenID Connect Core 1.0, sections 3.1.3.7 (the token) and 5.3.2 (what is told of the person).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend


class Provider(OIDCAuthenticationBackend):  # type: ignore[misc]  # the library has no types
    """Lets in those whom an administrator has added, by an address that the provider has verified."""

    def verify_token(self, token: str, **told: Any) -> dict[str, Any]:
        """Check the signature and the nonce, and that it is for us and from whom we asked: the library does not."""
        payload: dict[str, Any] = super().verify_token(token, **told)
        audience = payload.get("aud")
        meant = audience if isinstance(audience, list) else [audience]
        if payload.get("iss") != self.get_settings("OIDC_ISSUER") or self.OIDC_RP_CLIENT_ID not in meant:
            raise SuspiciousOperation("the token is from somebody else or for somebody else")
        if len(meant) > 1 and payload.get("azp") != self.OIDC_RP_CLIENT_ID:
            raise SuspiciousOperation("the token was given to somebody else")
        return payload

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = super().get_userinfo(access_token, id_token, payload)
        if not payload.get("sub") or told.get("sub") != payload["sub"]:
            raise SuspiciousOperation("the provider speaks of two people")
        return told

    def filter_users_by_claims(self, claims: dict[str, Any]) -> Any:
        """Give those whose provider it is: it has no say about the people of another operator."""
        return super().filter_users_by_claims(claims).filter(operator__code=self.get_settings("OIDC_OPERATOR"))

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        return bool(claims.get("email")) and claims.get("email_verified") is True
