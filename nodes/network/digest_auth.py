"""Digest authentication: the answer to a server's challenge (RFC 2617 and 7616)."""

from __future__ import annotations

import hashlib
import re
import secrets

from flowengine.errors import NodeError

_PAIR = re.compile(r'([a-z0-9_-]+)=(?:"([^"]+)"|([a-z0-9_-]+))', re.IGNORECASE)
_BARE = frozenset(("qop", "nc", "algorithm"))


def answer_challenge(challenge: str, user: str, password: str, method: str, target: str) -> str:
    """Return the Authorization header for a WWW-Authenticate one. Raises NodeError where it lacks nonce or realm."""
    asked = {found[1]: found[2] or found[3] for found in _PAIR.finditer(challenge)}
    for needed in ("nonce", "realm"):
        if not asked.get(needed):
            raise NodeError(f"Invalid digest challenge: missing {needed}")
    algorithm, nonce = asked.get("algorithm", ""), asked["nonce"]
    qop = "auth" if re.search(r"(?:^|,)\s*auth\s*(?:$|,)", asked.get("qop", "")) else ""
    count, own = ("00000001", secrets.token_hex(16)) if qop else ("", "")
    secret = _hash(algorithm, f"{user}:{asked['realm']}:{password}")
    if algorithm.lower().endswith("-sess"):
        secret = _hash(algorithm, f"{secret}:{nonce}:{own}")
    what = _hash(algorithm, f"{method}:{target}")
    middle = f"{nonce}:{count}:{own}:{qop}" if qop else nonce
    values = {
        "username": user,
        "realm": asked["realm"],
        "nonce": nonce,
        "uri": target,
        "qop": qop,
        "response": _hash(algorithm, f"{secret}:{middle}:{what}"),
        "nc": count,
        "cnonce": own,
        "algorithm": algorithm,
        "opaque": asked.get("opaque", ""),
    }
    parts = (
        f"{key}={value}" if key in _BARE else f'{key}="{value}"' for key, value in values.items() if value
    )
    return f"Digest {', '.join(parts)}"


def _hash(algorithm: str, text: str) -> str:
    name = algorithm.lower().removesuffix("-sess")
    if name == "sha-256":
        return hashlib.sha256(text.encode()).hexdigest()
    if name == "sha-512-256":
        return hashlib.sha512(text.encode()).hexdigest()[:64]
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
