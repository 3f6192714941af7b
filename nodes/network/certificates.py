"""Certificates and keys on their way into a TLS context, which reads them from files only."""

from __future__ import annotations

import base64
import secrets
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM texts; the key may be encrypted with the passphrase. Their repr shows nothing secret."""

    cert: bytes = b""
    key: bytes = field(default=b"", repr=False)
    ca: bytes = b""
    passphrase: str = field(default="", repr=False)


def load_chain(context: ssl.SSLContext, found: Certificates) -> None:
    """Give a context its certificate and key. Raises ssl.SSLError where they do not fit or cannot be read."""
    with TemporaryDirectory(prefix="flowengine-tls-") as name:  # for nobody else to enter
        cert, key = Path(name, "cert"), Path(name, "key")
        cert.write_bytes(found.cert)
        key.touch(mode=0o600)
        key.write_bytes(found.key)
        # Without a callback OpenSSL would ask for a passphrase on the terminal.
        context.load_cert_chain(cert, key, password=lambda: found.passphrase)


def unpack_p12(bundle: bytes | str, passphrase: str) -> Certificates:
    """Take a PKCS#12 bundle apart. Raises ValueError where the passphrase is not its own."""
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    if not bundle:
        return Certificates()
    data = base64.b64decode(bundle) if isinstance(bundle, str) else bundle
    parts = load_pkcs12(data, passphrase.encode() or None)
    own = secrets.token_hex(16)  # the key lies in a file for a moment: never as plain text
    key = b""
    if parts.key is not None:
        encryption = BestAvailableEncryption(own.encode())
        key = parts.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    cert = parts.cert.certificate.public_bytes(Encoding.PEM) if parts.cert else b""
    chain = b"".join(item.certificate.public_bytes(Encoding.PEM) for item in parts.additional_certs)
    return Certificates(cert + chain, key, chain, passphrase=own)
