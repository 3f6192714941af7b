import pytest

from flowengine.errors import PropertyPathError
from flowengine.messages import UNDEFINED, Msg, compile_path, get_property, set_property


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ("a",)),
        ("a.b", ("a", "b")),
        ("a[0].b", ("a", 0, "b")),
        ('a["b c"].d', ("a", "b c", "d")),
        ("a['b'].c[1]", ("a", "b", "c", 1)),
        ("'a'.b", ("a", "b")),
        ("a.0", ("a", "0")),
        ("a[0]b", ("a", 0, "b")),
        ("msg.payload.b", ("payload", "b")),
        ("a-b", ("a-b",)),
    ],
)
def test_paths_are_read_as_node_red_reads_them(text, parts):
    assert compile_path(text).parts == parts


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Invalid property expression: zero-length"),
        ("a.", "Invalid property expression: unterminated expression"),
        ("a..b", "Invalid property expression: unexpected . at position 2"),
        (".a", "Invalid property expression: unexpected . at position 0"),
        ("a[", "Invalid property expression: unterminated expression"),
        ("a[]", "Invalid property expression: unexpected ] at position 2"),
        ("a[b]", "Invalid property expression: unexpected b at position 2"),
        ("a b", "Invalid property expression: unexpected ' ' at position 1"),
        ("a['']", "Invalid property expression: zero-length string at position 3"),
        ("a[msg.x", "Invalid property expression: unmatched '[' at position 1"),
        ("a[0 ]", "Invalid property expression: unexpected ' ' at position 3"),
    ],
)
def test_bad_paths_are_refused_in_node_reds_words(text, error):
    with pytest.raises(PropertyPathError) as caught:
        compile_path(text)
    assert str(caught.value) == error


def test_values_are_found_as_in_javascript():
    msg = Msg(payload={"items": [{"n": 1}], "text": "héllo", "data": b"\x01\x02"}, topic="items")
    assert get_property(msg, "payload.items[0].n") == 1
    assert get_property(msg, "payload[msg.topic][0].n") == 1
    assert get_property(msg, "payload.items.length") == 1
    assert get_property(msg, "payload.text.length") == 5
    assert get_property(msg, "payload.data[1]") == 2
    assert get_property(msg, "payload.nothing") is UNDEFINED
    with pytest.raises(PropertyPathError, match=r"Cannot read properties of undefined \(reading 'deeper'\)"):
        get_property(msg, "payload.nothing.deeper")


def test_setting_makes_what_is_missing_and_undefined_deletes():
    msg = Msg()
    assert set_property(msg, "a.b[1].c", 5)
    assert msg == {"a": {"b": [None, {"c": 5}]}}
    assert set_property(msg, "a.b[0]", UNDEFINED)
    assert msg == {"a": {"b": [{"c": 5}]}}
    assert not set_property(msg, "a.b[0].c.d", 1), "a number has no properties"


def test_a_stray_index_does_not_fill_the_memory():
    with pytest.raises(PropertyPathError, match="too far beyond"):
        set_property(Msg(a=[]), "a[999999999]", 1)


def test_setting_in_a_shared_message_leaves_the_other_branch_alone():
    payload = {"deep": {"n": 1}, "beside": {"n": 2}}
    one, other = Msg(payload=payload), Msg(payload=payload)
    one.shared = other.shared = True
    compile_path("payload.deep.n").set(one, 9)
    assert other["payload"]["deep"]["n"] == 1
    assert one["payload"]["beside"] is payload["beside"], "only what lies on the way is copied"
