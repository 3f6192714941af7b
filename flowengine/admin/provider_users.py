"""What the claims of an OpenID Connect provider make of a user: a name, groups, permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .settings_tables import OpenIdProvider, Permissions

LONGEST_NAME = 200


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or one within others by ``realm_access.roles``; None where there is none."""
    if name in claims:  # names such as https://example.com/roles have dots of their own
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def username_of(provider: OpenIdProvider, claims: Mapping[str, Any]) -> str | None:
    """Return the name of a user: the first of the claims for it that can be one."""
    wanted = provider.username_claim
    for name in [wanted] if isinstance(wanted, str) else wanted:
        value = email_of(provider, claims) if name == "email" else claim(claims, name)
        if isinstance(value, str) and is_name(value):
            return value
    return None


def is_name(text: str) -> bool:
    """Tell whether a text can be shown and logged as a name."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and text == text.strip()


def email_of(provider: OpenIdProvider, claims: Mapping[str, Any]) -> str | None:
    """Return the e-mail address of a user; without a check anybody could claim any."""
    email = claims.get("email")
    is_checked = claims.get("email_verified") is True or provider.trust_email
    return email if isinstance(email, str) and is_checked else None


def is_of_domain(provider: OpenIdProvider, claims: Mapping[str, Any]) -> bool:
    """Tell whether a user's address is of a domain that may log in."""
    if not provider.email_domains:
        return True
    domain = (email_of(provider, claims) or "").rpartition("@")[2].lower()
    return domain in {one.lower().lstrip("@") for one in provider.email_domains}


def groups_of(provider: OpenIdProvider, claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the groups of a user that permissions hang on; the others are nobody's business here."""
    found = claim(claims, provider.groups_claim) if provider.groups_claim else None
    names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return tuple(name for name in names if isinstance(name, str) and name in provider.group_permissions)


def permissions_of(provider: OpenIdProvider, username: str, groups: Iterable[str]) -> Permissions | None:
    """Return all that a user's groups and name may do, else what everybody may; None for nothing."""
    given = [provider.group_permissions[name] for name in groups if name in provider.group_permissions]
    if username in provider.user_permissions:
        given.append(provider.user_permissions[username])
    if not given:
        return provider.default_permissions
    every = dict.fromkeys(one for each in given for one in ([each] if isinstance(each, str) else each))
    return "*" if "*" in every else next(iter(every)) if len(every) == 1 else list(every)


def lacks_claims(provider: OpenIdProvider, claims: Mapping[str, Any]) -> bool:
    """Tell whether more has to be asked of the provider than these claims, which came with the login."""
    if provider.group_permissions and provider.groups_claim and claim(claims, provider.groups_claim) is None:
        return True
    if provider.email_domains and email_of(provider, claims) is None:
        return True
    wanted = provider.username_claim
    return claim(claims, wanted if isinstance(wanted, str) else (wanted or ["sub"])[0]) is None
