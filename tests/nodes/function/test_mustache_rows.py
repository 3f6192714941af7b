"""A section that is filled for a whole list at once gives what it gives object by object."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowengine.errors import FlowError
from flowengine.messages import Msg
from nodes.function import mustache
from nodes.function.mustache import Fill, compile_mustache, escape_html
from nodes.function.mustache_parser import parse_template
from nodes.function.mustache_rows import compile_rows

NAMES = ("name", "n", "none")
PLAIN = st.one_of(
    st.text("a<&/='\"`é\ud800\n0", max_size=4),
    st.integers(),
    st.floats(),
    st.sampled_from([0.0, -0.0, 1.0, -10.0, 1e21, -0.05, 2**53, 2**64, 100.5]),
)
VALUES = st.one_of(PLAIN, st.none(), st.booleans(), st.lists(PLAIN, max_size=2), st.binary(max_size=2))
UNIFORM = st.one_of(
    st.lists(st.fixed_dictionaries({"name": st.text(max_size=5), "n": st.floats()}), max_size=5),
    st.lists(st.fixed_dictionaries({"name": PLAIN, "n": st.integers(), "none": PLAIN}), max_size=5),
)
ITEMS = st.one_of(
    UNIFORM, st.lists(st.one_of(VALUES, st.dictionaries(st.sampled_from(NAMES), VALUES)), max_size=5)
)
TAGS = st.sampled_from([f"{{{{{name}}}}}" for name in NAMES] + [f"{{{{&{name}}}}}" for name in NAMES])
PIECES = st.one_of(TAGS, st.sampled_from(["", "- ", "<li>", "{{! note }}", "\n", "{{.}}", "{{name.length}}"]))


@pytest.fixture(scope="module")
def one_by_one() -> Any:
    """Compiles templates whose sections are filled object by object."""

    def compiled(template: str) -> Fill:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mustache, "compile_rows", lambda *_: None)
            return compile_mustache.__wrapped__(template)

    return compiled


def outcome(fill: Fill, msg: Msg, escapes: bool) -> str:
    try:
        return fill(msg, escapes=escapes)
    except FlowError as error:
        return f"error: {error}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=5), items=ITEMS, around=PLAIN, escapes=st.booleans())
def test_a_list_is_filled_as_its_objects_are(
    one_by_one: Any, pieces: list[str], items: list[Any], around: Any, escapes: bool
):
    template = "{{#items}}" + "".join(pieces) + "{{/items}}."
    msg = Msg(items=items, n=around)
    at_once, one_each = compile_mustache.__wrapped__(template), one_by_one(template)
    assert outcome(at_once, msg, escapes) == outcome(one_each, msg, escapes)


@pytest.mark.parametrize(
    ("inner", "items", "filled"),
    [
        ("{{a}}={{{b}}};", [{"a": "<", "b": "<"}, {"a": "x", "b": "y"}], "&lt;=<;x=y;"),
        ("{{a}},", [{"a": 1.0}, {"a": 2}, {"a": -0.5}], "1,2,-0.5,"),
        ("{{a}}", [{"a": -0.0}], None),
        ("{{a}}", [{"a": 1e21}], None),
        ("{{a}}", [{"a": 1}, {"a": "1"}], None),
        ("{{a}}", [{"a": True}], None),
        ("{{a}}", [{"a": 1}, {}], None),
        ("{{a}}", [{"a": 1}, "text"], None),
        ("-", [1, None], "--"),
    ],
)
def test_what_is_filled_at_once(inner: str, items: list[Any], filled: str | None):
    fill = compile_rows(parse_template(inner), escape_html)
    assert fill is not None
    assert fill(items) == filled


@pytest.mark.parametrize("inner", ["{{.}}", "{{a.b}}", "{{#a}}{{b}}{{/a}}", "{{^a}}{{b}}{{/a}}"])
def test_what_needs_more_than_names_goes_object_by_object(inner: str):
    assert compile_rows(parse_template(inner), escape_html) is None
