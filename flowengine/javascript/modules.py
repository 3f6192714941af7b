"""What the modules of Node.js that functions may import need of Python: digests, randomness, the system's name."""

from __future__ import annotations

import hashlib
import hmac
import os
import platform
import secrets
import sys
import tempfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

MODULES = frozenset(
    ("assert", "buffer", "crypto", "events", "os", "path", "querystring", "timers", "url", "util")
)
"""Modules of Node.js that there are, in ``prelude/modules.js``."""


def describe_system() -> dict[str, Any]:
    """Return what the module os tells."""
    machine = platform.machine()
    return {
        "type": platform.system(),
        "platform": {"win32": "win32", "darwin": "darwin"}.get(sys.platform, "linux"),
        "release": platform.release(),
        "hostname": platform.node(),
        "arch": {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(machine.lower(), machine),
        "tmpdir": tempfile.gettempdir(),
        "homedir": str(Path.home()),
        "cpus": os.cpu_count() or 1,
    }


def digest(algorithm: str, data: str, key: str | None) -> str:
    """Return a digest, with a key an HMAC; all in base64. Empty for an algorithm that is not known."""
    name = algorithm.lower().replace("rsa-", "")
    if (
        name.replace("-", "_") not in hashlib.algorithms_available
        and name not in hashlib.algorithms_available
    ):
        return ""
    try:
        if isinstance(key, str):
            return b64encode(hmac.digest(b64decode(key), b64decode(data), name)).decode()
        return b64encode(hashlib.new(name, b64decode(data), usedforsecurity=False).digest()).decode()
    except (ValueError, TypeError):  # shake and the like have no length of their own
        return ""


def random_bytes(count: int) -> str:
    """Return random bytes in base64."""
    return b64encode(secrets.token_bytes(max(0, int(count)))).decode()
