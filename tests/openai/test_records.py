"""Every method of the API has one record; each record can be shown, checked and sent."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flowengine.nodes.openai.methods import families, index, methods
from flowengine.nodes.openai.record import Family, Method, get, optional
from openai import AsyncOpenAI
from openai._resource import AsyncAPIResource

ROOT = Path(__file__).parents[2]
METHODS = [method for family in families() for method in family.methods]
NAMES = [method.name for method in METHODS]

# Names of methods in 0.3.9 and 1.103.0 that the original node has renamed or dropped since.
OLDER_NAMES = {
    "createAssistantFile",
    "deleteAssistantFile",
    "getAssistantFile",
    "getMessageFile",
    "listAssistantFiles",
    "listMessageFiles",
    "submitToolOuputsToRun",
}
# Resources of the library that repeat those of another name.
SAME_AS = {"beta.chat.completions": "chat.completions", "beta.responses.connect": "responses.connect"}


def library_calls(resource: Any, prefix: str = "") -> Iterator[str]:
    """Every call the official library has, by its dotted name."""
    for name, member in inspect.getmembers_static(type(resource)):
        if name.startswith(("_", "with_")):
            continue
        if inspect.isfunction(member):
            yield prefix + name
        elif isinstance(value := getattr(resource, name), AsyncAPIResource):
            yield from library_calls(value, f"{prefix}{name}.")


def test_every_call_of_the_library_has_a_record() -> None:
    library = AsyncOpenAI(api_key="key", admin_api_key="key")
    resources = [
        (name, getattr(library, name))
        for name, _ in inspect.getmembers_static(type(library))
        if not name.startswith(("_", "with_"))
    ]
    wanted = {
        call
        for name, resource in resources
        if isinstance(resource, AsyncAPIResource)
        for call in library_calls(resource, f"{name}.")
    }
    ours = {method.sdk for method in METHODS} | {alias for method in METHODS for alias in method.aliases}
    assert len(wanted) > 400
    assert not wanted - ours, f"no record for {sorted(wanted - ours)}"


def test_the_names_that_flow_files_hold_are_known() -> None:
    known = methods()
    camel = {name for name in known if "." not in name}
    assert len(camel - OLDER_NAMES) == 155
    assert camel >= OLDER_NAMES


def test_a_name_is_given_once() -> None:
    twice = Family("twice", icon="", methods=(get("listThings", "/things"), get("listThings", "/other")))
    with pytest.raises(ValueError, match='"listThings" is given twice'):
        index((twice,))
    hidden = Family("hidden", icon="", methods=(get("a", "/a"), get("b", "/b", aliases=("a",))))
    with pytest.raises(ValueError, match='"a" is given twice'):
        index((hidden,))


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_a_record_is_well_formed(method: Method) -> None:
    assert method.verb in {"GET", "POST", "DELETE", "WS"} or (not method.path and method.run)
    assert re.fullmatch(r"(/[a-z_{}]+)+", method.path) or not method.path
    names = [param.name for param in method.params]
    assert len(names) == len(set(names)), "a field is declared twice"
    assert not set(names) & set(method.path_names), "the path declares its fields by itself"
    for param in method.all_params:
        assert param.ge is None or param.le is None or param.ge < param.le
        assert not (param.file and method.place == "query")
    assert method.retired or method.sdk


@pytest.mark.parametrize("method", METHODS, ids=NAMES)
def test_the_schema_takes_the_example(method: Method) -> None:
    assert method.payload.validate_python(method.example_payload) == method.example_payload
    schema = method.json_schema
    assert set(schema.get("required", ())) == {p.name for p in method.all_params if p.required}
    assert set(schema["properties"] if method.all_params else ()) == {p.name for p in method.all_params}


@pytest.mark.parametrize("method", [m for m in METHODS if m.sdk], ids=lambda method: method.name)
def test_a_record_points_to_its_reference(method: Method) -> None:
    assert method.reference
    assert re.fullmatch(r"https://[a-z.]+/api/reference/resources/[a-z_/]+", method.reference)


def test_a_limit_reaches_the_schema() -> None:
    method = get("listThings", "/things", optional("limit", int, ge=1, le=100))
    limit = method.json_schema["properties"]["limit"]["anyOf"][0]
    assert limit == {"type": "integer", "minimum": 1, "maximum": 100}


def test_a_method_is_found_without_reading_every_family() -> None:
    code = """
import sys
from flowengine.nodes.openai.methods import find
assert find("createModelResponse").sdk == "responses.create"
assert "flowengine.nodes.openai.methods.usage" not in sys.modules
assert find("submitToolOuputsToRun").name == "submitToolOutputsToRun"
assert find("noSuchMethod") is None
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_records_load_without_what_only_forms_and_calls_need() -> None:
    code = """
import sys
from flowengine.nodes.openai.methods import methods
assert methods()
heavy = {"pydantic", "aiohttp", "httpx", "openai", "yarl"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
