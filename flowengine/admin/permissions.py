"""Who may do what: ``*``, ``read``, ``write``, ``flows.read`` and lists of them, as in Node-RED."""

from __future__ import annotations

from .settings_tables import Permissions


def may(granted: Permissions | None, wanted: str) -> bool:
    """Tell whether what is granted covers a permission; an empty one is everybody's who is known."""
    if granted is None:
        return False
    if isinstance(granted, list):
        return any(may(one, wanted) for one in granted) or wanted == ""
    if wanted == "" or granted in ("*", wanted):
        return True
    if granted in ("read", "*.read"):
        return wanted == "read" or wanted.endswith(".read")
    if granted in ("write", "*.write"):
        return wanted == "write" or wanted.endswith(".write")
    return False


def all_read(granted: Permissions) -> bool:
    """Tell whether what is granted changes nothing."""
    return all(one.endswith("read") for one in ([granted] if isinstance(granted, str) else granted))


def covers(granted: Permissions | None, asked: Permissions) -> bool:
    """Tell whether a user may hand out a scope, which is one permission or a list of them."""
    return all(may(granted, one) for one in ([asked] if isinstance(asked, str) else asked))


def narrowed(granted: Permissions, scope: Permissions) -> Permissions:
    """Return what a token with this scope may do for a user who may do ``granted``."""
    if covers(granted, scope):
        return scope
    return (
        granted
        if scope in ("*", ["*"])
        else [one for one in ([scope] if isinstance(scope, str) else scope) if may(granted, one)]
    )
