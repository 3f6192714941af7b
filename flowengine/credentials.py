"""Secrets of nodes, apart from the flow file, in Node-RED's own encrypted form.

``flows_cred.json`` is ``{"$": "<iv as 32 hex digits><base64 of AES-256-CTR>"}``; the key is the SHA-256 of the
``credentialSecret`` setting, or of the generated secret in ``.config.runtime.json``. Without encryption it is a
plain object of node id to secrets.
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


def decrypt(stored: Any, secret: str | None) -> Credentials:
    """Read credentials in either form. Raises CredentialsError, which names no secret."""
    if not isinstance(stored, dict):
        raise CredentialsError("the credentials are not a JSON object")
    if "$" not in stored:
        return {key: value for key, value in stored.items() if isinstance(value, dict)}
    if not secret:
        raise CredentialsError(
            "the credentials are encrypted; give the credentialSecret they were written with"
        )
    text = stored["$"]
    try:
        plain = _crypt(bytes.fromhex(text[:32]), base64.b64decode(text[32:], validate=False), secret)
        values = orjson.loads(plain)
    except (ValueError, TypeError, binascii.Error, orjson.JSONDecodeError):
        raise CredentialsError(
            "the credentials cannot be decrypted: they were written with another credentialSecret"
        ) from None
    if not isinstance(values, dict):
        raise CredentialsError(
            "the credentials cannot be decrypted: they were written with another credentialSecret"
        )
    return values


def encrypt(values: Credentials, secret: str | None) -> dict[str, Any]:
    """Return the form for the file: encrypted with the secret, or plain without one."""
    if not secret:
        return values
    vector = os.urandom(16)
    return {"$": vector.hex() + base64.b64encode(_crypt(vector, orjson.dumps(values), secret)).decode()}


def _crypt(vector: bytes, data: bytes, secret: str) -> bytes:
    # Counter mode: the same step encrypts and decrypts.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = hashlib.sha256(secret.encode()).digest()
    step = Cipher(algorithms.AES(key), modes.CTR(vector)).encryptor()
    return step.update(data) + step.finalize()
