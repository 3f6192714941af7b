"""Secrets of nodes, apart from the flow file, in Node-RED's own encrypted form.

``flows_cred.json`` is ``{"$": "<iv as 32 hex digits><base64 of AES-256-CTR>"}``; the key is the SHA-256 of the
``credentialSecret`` setting, or of the generated secret in ``.config.runtime.json``. Without encryption it is a
plain object of node id to secrets.

Counter mode lets a damaged byte through as a wrong secret. So what we write ends with a digest, spelled in blanks:
every reader of JSON passes over them, Node-RED too, whose own files have none.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import Any

import orjson

from .errors import CredentialsError

Credentials = dict[str, dict[str, Any]]
_BLANKS = b" \t\n\r"


def decrypt(stored: Any, secret: str | None) -> Credentials:
    """Read credentials in either form. Raises CredentialsError, which names no secret."""
    if not isinstance(stored, dict):
        raise CredentialsError("the credentials are not a JSON object")
    if "$" not in stored:
        return _checked(stored)
    if not secret:
        raise CredentialsError(
            "the credentials are encrypted; give the credentialSecret they were written with"
        )
    text = stored["$"]
    try:
        plain = _crypt(bytes.fromhex(text[:32]), base64.b64decode(text[32:], validate=False), secret)
        values = orjson.loads(_unsealed(plain))
    except (ValueError, TypeError, binascii.Error, orjson.JSONDecodeError):
        raise CredentialsError(
            "the credentials cannot be decrypted: they were written with another credentialSecret, or are damaged"
        ) from None
    return _checked(values)


def _checked(values: Any) -> Credentials:
    if not isinstance(values, dict) or not all(isinstance(value, dict) for value in values.values()):
        raise CredentialsError("the credentials are damaged: they are not an object of secrets by node")
    return values


def encrypt(values: Credentials, secret: str | None) -> dict[str, Any]:
    """Return the form for the file: encrypted with the secret, or plain without one."""
    if not secret:
        return values
    vector = os.urandom(16)
    plain = _sealed(orjson.dumps(values))
    return {"$": vector.hex() + base64.b64encode(_crypt(vector, plain, secret)).decode()}


def _sealed(plain: bytes) -> bytes:
    digest = hashlib.sha256(plain).digest()[:16]
    return plain + bytes(_BLANKS[byte >> shift & 3] for byte in digest for shift in (6, 4, 2, 0))


def _unsealed(plain: bytes) -> bytes:
    """Take the digest off. Raises ValueError where it is not that of the rest."""
    content = plain.rstrip(_BLANKS)
    if content != plain and plain != _sealed(content):
        raise ValueError("the digest is another one")
    return content


def _crypt(vector: bytes, data: bytes, secret: str) -> bytes:
    # Counter mode: the same step encrypts and decrypts.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = hashlib.sha256(secret.encode()).digest()
    step = Cipher(algorithms.AES(key), modes.CTR(vector)).encryptor()
    return step.update(data) + step.finalize()
