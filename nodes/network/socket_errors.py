"""Failures of sockets, names and certificates in the words of Node.js, which flows compare with."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl

from flowengine.errors import NodeError

# X509_V_ERR_* numbers of OpenSSL to the code and the words of Node.js.
_CERTIFICATE_CODES = {
    2: "UNABLE_TO_GET_ISSUER_CERT",
    9: "CERT_NOT_YET_VALID",
    10: "CERT_HAS_EXPIRED",
    18: "DEPTH_ZERO_SELF_SIGNED_CERT",
    19: "SELF_SIGNED_CERT_IN_CHAIN",
    20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    23: "CERT_REVOKED",
    24: "INVALID_CA",
    26: "INVALID_PURPOSE",
    62: "ERR_TLS_CERT_ALTNAME_INVALID",
    64: "ERR_TLS_CERT_ALTNAME_INVALID",
}
_WORDS = {
    errno.ENOENT: "no such file or directory",
    errno.EACCES: "permission denied",
    errno.EADDRINUSE: "address already in use",
    errno.EADDRNOTAVAIL: "address not available",
    errno.EISDIR: "illegal operation on a directory",
}
_NAMES = {
    socket.EAI_NONAME: "ENOTFOUND",
    socket.EAI_AGAIN: "EAI_AGAIN",
    socket.EAI_FAIL: "EAI_FAIL",
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME): "ENOTFOUND",
}


def error_code(error: BaseException) -> str:
    """Return the code of an error: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED; ECONNRESET for what has none."""
    if isinstance(error, socket.gaierror):
        return _NAMES.get(error.errno or 0, "ENOTFOUND")
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE_CODES.get(error.verify_code, "ERR_TLS_CERT")
    if isinstance(error, ssl.SSLError):
        return f"ERR_SSL_{error.reason}" if error.reason else "EPROTO"
    if isinstance(error, TimeoutError):
        return "ETIMEDOUT"
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, "ECONNRESET")
    return "ECONNRESET"


def system_error_text(error: OSError, call: str) -> str:
    """Word a failed system call as libuv does: ``ENOENT: no such file or directory``."""
    number = error.errno or 0
    words = _WORDS.get(number) or os.strerror(number).lower()
    return f"{errno.errorcode.get(number, 'UNKNOWN')}: {words}" if number else f"{call}: {error}"


def connect_error(error: BaseException, host: str, port: int) -> NodeError:
    """Make the error of a connection that did not come about."""
    code = error_code(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        text = certificate_text(error)
    elif isinstance(error, ssl.SSLError):
        text = str(error.reason or error).lower().replace("_", " ")
    elif isinstance(error, socket.gaierror):
        text = f"getaddrinfo {code} {host}"
    else:
        # The address that was tried stands in the error, where the event loop tells it.
        tried = re.search(r"\('([0-9a-fA-F.:]+)', \d+", str(error))
        text = f"connect {code} {tried[1] if tried else host}:{port}"
    return NodeError(text, error_object=True, code=code)


def certificate_text(error: ssl.SSLCertVerificationError) -> str:
    """Word why a certificate was refused."""
    if error.verify_code in (62, 64):
        return f"Hostname/IP does not match certificate's altnames: {error.verify_message}"
    return (error.verify_message or "certificate verify failed").replace("self signed", "self-signed")


def connection_ended() -> NodeError:
    """Make the error of a peer that hung up."""
    return NodeError("socket hang up", error_object=True, code="ECONNRESET")
