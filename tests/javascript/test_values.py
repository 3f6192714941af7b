"""Values that go to JavaScript and come back as they were."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.errors import NodeError
from flowengine.javascript import BigInt, Handles, JsError, decode, encode
from flowengine.messages import UNDEFINED, Msg

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
odd = st.recursive(
    plain | st.binary() | st.just(math.inf) | st.just(-0.0) | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def there_and_back(value: Any) -> Any:
    handles = Handles()
    return decode(encode(value, handles), handles)


@given(plain)
def test_json_values_come_back(value: Any) -> None:
    assert there_and_back({"payload": value}) == {"payload": value}


@given(odd)
@settings(max_examples=200)
def test_values_that_json_lacks_come_back(value: Any) -> None:
    def in_milliseconds(item: Any) -> Any:
        if isinstance(item, datetime):
            return item.replace(microsecond=item.microsecond // 1000 * 1000)
        if isinstance(item, list):
            return [in_milliseconds(part) for part in item]
        return {key: in_milliseconds(part) for key, part in item.items()} if isinstance(item, dict) else item

    assert in_milliseconds(there_and_back([value])) == in_milliseconds([value])


def test_nan_is_not_null() -> None:
    back = there_and_back({"a": [None, math.nan]})
    assert back["a"][0] is None
    assert math.isnan(back["a"][1])


def test_the_smaller_kinds_keep_their_type() -> None:
    assert there_and_back({"when": datetime(2024, 2, 29, tzinfo=UTC)}) == {
        "when": datetime(2024, 2, 29, tzinfo=UTC)
    }
    assert there_and_back(re.compile("a(?P<year>x)", re.IGNORECASE)) == re.compile(
        "a(?P<year>x)", re.IGNORECASE
    )
    assert there_and_back({"s": {1, 2}}) == {"s": {1, 2}}
    big = there_and_back({"n": BigInt(2**70)})["n"]
    assert (big, type(big)) == (2**70, BigInt)


def test_a_message_that_holds_itself_comes_back_as_a_circle() -> None:
    msg = Msg(payload={})
    msg["payload"]["me"] = msg["payload"]
    back = there_and_back(msg)
    assert back["payload"]["me"] is back["payload"]


def test_ten_thousand_levels_are_not_too_deep() -> None:
    value: Any = "bottom"
    for _ in range(10_000):
        value = [value]
    back = there_and_back({"payload": value})["payload"]
    for _ in range(10_000):
        (back,) = back
    assert back == "bottom"


def test_half_a_surrogate_pair_survives() -> None:
    assert there_and_back({"payload": "a\ud800b"}) == {"payload": "a\ud800b"}


def test_an_error_keeps_its_class_and_code() -> None:
    back = there_and_back({"error": NodeError("no key", name="TypeError", code="E_KEY")})["error"]
    assert isinstance(back, JsError)
    assert (str(back), back.name, back.code) == ("no key", "TypeError", "E_KEY")


class Request:
    """A live object."""


def test_a_live_object_stays_in_python() -> None:
    request = Request()
    assert there_and_back({"req": request, "payload": b"x"})["req"] is request


def test_a_live_object_is_not_kept_alive() -> None:
    handles = Handles()
    request = Request()
    number = handles.number_of(request)
    assert handles.number_of(request) == number
    del request
    assert handles.get(number) is None


def test_undefined_is_no_member_of_an_object() -> None:
    assert there_and_back([UNDEFINED, {"a": UNDEFINED, "b": b""}]) == [None, {"b": b""}]
    assert there_and_back(UNDEFINED) is UNDEFINED


@pytest.mark.parametrize("size", [50_000_000])
def test_a_long_text(size: int) -> None:
    text = "x" * size
    assert there_and_back({"payload": text})["payload"] == text
