"""Passwords and their hashes: argon2 for new ones, bcrypt too for those that Node-RED's tools have made."""

from __future__ import annotations

SHORTEST = 8


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def is_password(password: str, stored: str) -> bool:
    """Tell whether a password has this hash. Takes a tenth of a second, on purpose."""
    if stored.startswith(("$2a$", "$2b$", "$2y$")):
        return _is_bcrypt(password, stored)
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return PasswordHasher().verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


def _is_bcrypt(password: str, stored: str) -> bool:
    import bcrypt

    try:
        # bcrypt never looks further than 72 bytes; the library refuses what others cut.
        return bcrypt.checkpw(password.encode()[:72], stored.encode())
    except ValueError:
        return False
