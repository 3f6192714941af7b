"""Cross-origin headers, by the options of Node-RED's ``httpNodeCors``."""

from __future__ import annotations

import re
from typing import Any

from .exchange import HttpRequest, HttpResponse

METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE"


def allow_origin(options: dict[str, Any], request: HttpRequest, response: HttpResponse) -> None:
    """Set the headers that every answer has."""
    origin = options.get("origin", "*")
    asked = request["headers"].get("origin")
    if not origin or origin == "*":
        response.set("Access-Control-Allow-Origin", "*")
    else:
        if isinstance(origin, str):
            response.set("Access-Control-Allow-Origin", origin)
        elif asked and _is_allowed(asked, origin):
            response.set("Access-Control-Allow-Origin", asked)
        response.vary("Origin")
    if options.get("credentials") is True:
        response.set("Access-Control-Allow-Credentials", "true")
    if exposed := _listed(options.get("exposedHeaders")):
        response.set("Access-Control-Expose-Headers", exposed)


def answer_preflight(options: dict[str, Any], request: HttpRequest, response: HttpResponse) -> None:
    """Answer the question of a browser whether it may ask."""
    allow_origin(options, request, response)
    response.set("Access-Control-Allow-Methods", _listed(options.get("methods")) or METHODS)
    allowed = _listed(options.get("allowedHeaders") or options.get("headers"))
    if not allowed:
        allowed = request["headers"].get("access-control-request-headers", "")
        response.vary("Access-Control-Request-Headers")
    if allowed:
        response.set("Access-Control-Allow-Headers", allowed)
    if options.get("maxAge") is not None:
        response.set("Access-Control-Max-Age", str(options["maxAge"]))
    response.set("Content-Length", "0")
    response.end(int(options.get("optionsSuccessStatus") or 204))


def _is_allowed(origin: str, allowed: Any) -> bool:
    if isinstance(allowed, list):
        return any(_is_allowed(origin, item) for item in allowed)
    if isinstance(allowed, re.Pattern):
        return allowed.search(origin) is not None
    return origin == allowed if isinstance(allowed, str) else bool(allowed)


def _listed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value or "")
