"""Methods that check a webhook here, without asking a server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Any

from flowengine.javascript_values import js_string
from flowengine.messages import UNDEFINED

from .api_errors import ApiError, Problem

if TYPE_CHECKING:
    from .call import Call

TOLERANCE = 300
NO_SECRET = (
    "The webhook secret must either be set using the env var, OPENAI_WEBHOOK_SECRET, on the client class, "
    "OpenAI({ webhookSecret: '123' }), or passed to this function"
)
PREFIX = "whsec_"
VERSION = "v1,"


async def unwrap_webhook_event(call: Call, payload: Any) -> Any:
    """The event of a webhook whose signature is right. Raises ApiError otherwise."""
    from .streams import parse_json

    return parse_json(check(call, payload))


async def verify_webhook_signature(call: Call, payload: Any) -> Any:
    """`{verified: true}`. Raises ApiError where the signature is wrong or too old."""
    check(call, payload)
    return {"verified": True}


def check(call: Call, payload: Any) -> str:
    """Check a signature; returns the text that was signed."""
    if payload is None or payload is UNDEFINED:
        raise Problem("no_object", method=call.method.name)
    fields = call.fields(payload)
    secret = fields["secret"] if "secret" in fields else call.station.env("OPENAI_WEBHOOK_SECRET")
    if not isinstance(secret, str) or not secret:
        raise ApiError(NO_SECRET)
    headers = lower_headers(fields.get("headers"))
    signatures, stamp, event_id = (
        needed(headers, f"webhook-{name}") for name in ("signature", "timestamp", "id")
    )
    check_age(stamp, fields.get("tolerance", TOLERANCE))
    text = body_text(fields.get("payload", UNDEFINED))
    signed = f"{event_id}.{stamp}.{text}" if event_id else f"{stamp}.{text}"
    expected = hmac.new(key_bytes(secret), signed.encode("utf-8", "replace"), hashlib.sha256).digest()
    given = (part.removeprefix(VERSION) for part in signatures.split(" "))
    if not any(hmac.compare_digest(loose_base64(signature), expected) for signature in given):
        raise ApiError("The given webhook signature does not match the expected signature")
    return text


def lower_headers(given: Any) -> dict[str, str]:
    """Headers by lower-case name, from an object or from pairs; several values of one are joined."""
    rows = given.items() if isinstance(given, dict) else given if isinstance(given, list) else ()
    pairs = ((str(row[0]), row[1]) for row in rows if not isinstance(row, list) or len(row) > 1)
    joined = ((n, ", ".join(map(js_string, v)) if isinstance(v, list) else v) for n, v in pairs)
    return {name.lower(): js_string(value) for name, value in joined if value is not None}


def needed(headers: dict[str, str], name: str) -> str:
    """A header that has to be there."""
    if name not in headers:
        raise ApiError(f"Missing required header: {name}")
    return headers[name]


def check_age(stamp: str, tolerance: Any) -> None:
    """Raise ApiError where the time stamp is no number, or too far from now."""
    digits = re.match(r"\s*([+-]?\d+)", stamp)
    if digits is None:
        raise ApiError("Invalid webhook timestamp format")
    if not isinstance(tolerance, int | float) or isinstance(tolerance, bool):
        tolerance = TOLERANCE
    age = int(time.time()) - int(digits[1])
    if age > tolerance:
        raise ApiError("Webhook timestamp is too old")
    if -age > tolerance:
        raise ApiError("Webhook timestamp is too new")


def body_text(body: Any) -> str:
    """What was signed, as text. A body that was parsed already cannot be checked: it gives no match."""
    if isinstance(body, bytes | bytearray):
        return bytes(body).decode("utf-8", "replace")
    return "undefined" if body is UNDEFINED else js_string(body)


def key_bytes(secret: str) -> bytes:
    """The key that signs: base64 after its prefix, else the text itself."""
    return loose_base64(secret.removeprefix(PREFIX)) if secret.startswith(PREFIX) else secret.encode()


def loose_base64(text: str) -> bytes:
    """Decode base64 of either alphabet, with or without padding; what is none is skipped."""
    kept = re.sub(r"[^A-Za-z0-9+/]", "", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return base64.b64decode(kept + "=" * (-len(kept) % 4))
