"""Catch, status and complete nodes, and nodes that only stand there."""

from __future__ import annotations

from typing import Any

from flowengine.testing import FlowHarness

TAB = {"id": "t", "type": "tab", "label": "t"}


def node(node_id: str, node_type: str, *to: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": node_id,
        "type": node_type,
        "name": "",
        "z": "t",
        "x": 1,
        "y": 1,
        "wires": [list(to)],
        **fields,
    }


FAILS = node("fails", "inject", props=[{"p": "payload", "v": "{", "vt": "json"}])


async def play(*nodes: dict[str, Any], to: str, msg: dict[str, Any] | None = None) -> FlowHarness:
    harness = FlowHarness([TAB, *nodes, *(node(name, "helper") for name in ("seen", "rest"))])
    async with harness:
        await harness.send(to, msg or {})
        await harness.settle(2)
    return harness


async def test_an_error_comes_with_its_message_and_its_source():
    harness = await play(FAILS, node("c", "catch", "seen", scope=None), to="fails", msg={"topic": "kept"})
    (msg,) = harness.received("seen")
    assert msg["topic"] == "kept"
    assert msg["error"]["source"] == {"id": "fails", "type": "inject", "count": 1}


async def test_a_catch_for_the_rest_hears_only_what_no_other_took():
    chosen = node("c1", "catch", "seen", scope=["fails"])
    rest = node("c2", "catch", "rest", scope=None, uncaught=True)
    harness = await play(FAILS, chosen, rest, to="fails")
    assert (len(harness.received("seen")), len(harness.received("rest"))) == (1, 0)
    harness = await play(FAILS, rest, to="fails")
    assert len(harness.received("rest")) == 1


async def test_a_status_tells_who_showed_it():
    source = node("d", "debug", tostatus=True, complete="payload")
    harness = await play(source, node("s", "status", "seen", scope=["d"]), to="d", msg={"payload": "hot"})
    shown = [msg["status"] for msg in harness.received("seen") if msg["status"].get("text")]
    assert shown[0] == {
        "fill": "grey",
        "shape": "dot",
        "text": "hot",
        "source": {"id": "d", "type": "debug", "name": ""},
    }


async def test_a_listener_does_not_hear_of_what_it_leads_to():
    shows = node("d", "debug", tostatus=True, complete="payload")
    harness = await play(shows, node("c", "complete", "d", scope=["d"]), to="d", msg={"payload": 1})
    assert len(harness.debug) == 1
    harness = await play(shows, node("s", "status", "d", scope=["d"]), to="d", msg={"payload": 1})
    assert len(harness.debug) == 1


async def test_a_complete_node_gets_the_message_that_is_done_with():
    flow = [node("j", "junction"), node("c", "complete", "seen", scope=["j"])]
    harness = await play(*flow, to="j", msg={"payload": 1})
    (msg,) = harness.received("seen")
    assert (msg["payload"], msg["complete"]["source"]["id"]) == (1, "j")


async def test_nodes_that_do_nothing_let_the_rest_run():
    flow = [node("a", "comment", info="# why"), node("b", "unknown"), node("j", "junction", "seen")]
    harness = await play(*flow, to="j", msg={"payload": 1})
    assert harness.received("seen")[0]["payload"] == 1


async def test_global_variables_are_seen_on_every_tab():
    variables = {
        "id": "g",
        "type": "global-config",
        "env": [{"name": "CITY", "value": "Bern", "type": "str"}],
    }
    button = node("i", "inject", "seen", props=[{"p": "payload", "v": "CITY", "vt": "env"}])
    harness = await play(variables, button, to="i")
    assert harness.received("seen")[0]["payload"] == "Bern"
