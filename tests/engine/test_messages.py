from datetime import UTC, datetime

from flowengine.messages import UNDEFINED, Msg, clone, generate_id, own


def test_a_clone_shares_nothing_that_can_change():
    original = Msg(payload={"list": [1, {"a": 2}], "set": {1}}, bytes=b"x")
    copy = clone(original)
    copy["payload"]["list"][1]["a"] = 3
    copy["payload"]["set"].add(2)
    assert original == {"payload": {"list": [1, {"a": 2}], "set": {1}}, "bytes": b"x"}
    assert isinstance(copy, Msg)


def test_a_clone_keeps_cycles_and_shared_references():
    inner: dict[str, object] = {}
    inner["self"] = inner
    copy = clone(Msg(a=inner, b=inner))
    assert copy["a"] is copy["b"] is copy["a"]["self"]
    assert copy["a"] is not inner


def test_live_objects_and_fixed_values_are_handed_on():
    live, when = object(), datetime.now(UTC)
    copy = clone(Msg(req=live, when=when))
    assert copy["req"] is live
    assert copy["when"] is when


def test_a_message_nested_ten_thousand_deep_is_cloned():
    deep: list[object] = []
    at = deep
    for _ in range(10_000):
        at.append([])
        at = at[0]  # type: ignore[assignment]
    copy = clone(Msg(payload=deep))
    depth, at = 0, copy["payload"]
    while at:
        depth, at = depth + 1, at[0]  # type: ignore[assignment]
    assert depth == 10_000
    msg = Msg(payload=deep)
    msg.shared = True
    assert own(msg)["payload"] is not deep


def test_owning_a_message_copies_only_what_is_shared():
    payload = {"a": [1]}
    alone, shared = Msg(payload=payload), Msg(payload=payload)
    shared.shared = True
    assert own(alone)["payload"] is payload
    assert own(shared)["payload"] == payload
    assert own(shared)["payload"] is not payload
    assert not shared.shared


def test_ids_are_sixteen_hex_digits_and_differ():
    ids = {generate_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(text) == 16 and int(text, 16) >= 0 for text in ids)


def test_undefined_is_falsy_and_stays_itself():
    assert not UNDEFINED
    assert clone({"a": UNDEFINED})["a"] is UNDEFINED
