"""``/api/openapi.json``: all of this, for machines."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from ... import __version__
from ..endpoint import Call, Endpoint

ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
}
_PARAMETER = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})*))?\}")


async def read(call: Call) -> Any:
    """Give the description."""
    return description()


@cache
def description() -> dict[str, Any]:
    """Describe every endpoint in OpenAPI 3.1."""
    from ..app import endpoints

    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints():
        paths.setdefault(_PARAMETER.sub(r"{\1}", endpoint.path), {})[endpoint.method.lower()] = _operation(
            endpoint
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "flowengine",
            "version": __version__,
            "description": "Node-RED's Admin API, version 2, with additions below /api.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": endpoint.summary,
        "operationId": _name(endpoint),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {str(status): _response(status, text) for status, text in _answers(endpoint).items()},
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": dict(endpoint.body)}},
        }
    if endpoint.permission is not None:
        operation["security"] = [{"token": []}]
        operation["x-permission"] = endpoint.permission
    return operation


def _name(endpoint: Endpoint) -> str:
    named = _PARAMETER.sub(r"_by_\1", endpoint.path)
    return endpoint.method.lower() + re.sub("[^A-Za-z]+", "_", named).rstrip("_")


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    found = []
    for name, pattern in _PARAMETER.findall(endpoint.path):
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if re.fullmatch(r"\w+(\|\w+)*", pattern):
            schema = {"enum": pattern.split("|")}
        elif pattern == r"\d+":
            schema = {"type": "integer", "minimum": 0}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    return found


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in endpoint.query.items()
    ]


def _answers(endpoint: Endpoint) -> dict[int, str]:
    usual = {403: "sent by a page of another site, or to a name that is not this server's"}
    if endpoint.permission is not None:
        usual[401] = "not logged in, or not allowed"
    if endpoint.body is not None:
        usual |= {400: "no JSON of the right kind", 413: "too large", 415: "no JSON"}
    return dict(sorted((usual | {404: "no such address"} | dict(endpoint.answers)).items()))


def _response(status: int, text: str) -> dict[str, Any]:
    if status < 400:
        return {"description": text}
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


ENDPOINTS = (Endpoint("GET", "/api/openapi.json", None, read, "This description"),)
