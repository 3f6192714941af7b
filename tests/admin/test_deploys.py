"""Deploying: revisions, secrets, one flow at a time, stop and start, versions."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

from flowengine.admin.revision import revision

from .servers import DEBUG, FLOWS, HOST, INJECT, KEY, SECRET_HOST, TAB, V2, serving

UNKNOWN_PASSWORD = {**HOST, "credentials": {"secureApiKeyValue": "__PWRD__"}}


def test_the_revision_is_that_of_javascript() -> None:
    # JSON.stringify puts keys that look like indexes first, and writes 20.0 as 20.
    nodes: list[dict[str, Any]] = [{"id": "a", "type": "x", "y": 20.0, "2": 1, "1": "ü"}]
    text = '[{"1":"ü","2":1,"id":"a","type":"x","y":20}]'
    assert revision(nodes) == hashlib.sha256(text.encode()).hexdigest()


async def test_who_was_slower_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        first = (await server.json("GET", "/flows", headers=V2))["rev"]
        second = (await server.json("POST", "/flows", {"flows": FLOWS, "rev": first}, headers=V2))["rev"]
        late = await server.ask("POST", "/flows", {"flows": [], "rev": first}, headers=V2)
        assert (late.status, (await late.json())["code"]) == (409, "version_mismatch")
        assert (await server.json("GET", "/flows", headers=V2)) == {"flows": FLOWS, "rev": second}


async def test_a_password_that_the_editor_does_not_know_stays(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        secrets = server.runtime.flows
        await server.deploy([*FLOWS[:-1], SECRET_HOST])
        await server.deploy([*FLOWS[:-1], UNKNOWN_PASSWORD])
        assert secrets.credentials == {"host": {"secureApiKeyValue": KEY}}
        await server.deploy(FLOWS)
        assert secrets.credentials == {"host": {"secureApiKeyValue": KEY}}
        await server.deploy([*FLOWS[:-1], {**HOST, "credentials": {"secureApiKeyValue": ""}}])
        assert secrets.credentials == {"host": {}}
        await server.deploy([TAB])
        assert secrets.credentials == {}


async def test_secrets_outlive_the_process_encrypted(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy([*FLOWS[:-1], SECRET_HOST])
    assert KEY not in (tmp_path / "flows_cred.json").read_text()
    assert KEY not in (tmp_path / "flows.json").read_text()
    async with serving(tmp_path) as server:
        assert server.runtime.engine.nodes["host"].credential_values == {"secureApiKeyValue": KEY}


async def test_secrets_of_a_subflow_instance_and_of_global_config(tmp_path: Path) -> None:
    template = {"id": "sub", "type": "subflow", "name": "S", "in": [], "out": [], "env": []}
    instance = {
        "id": "one",
        "type": "subflow:sub",
        "z": "tab",
        "x": 1,
        "y": 1,
        "wires": [],
        "credentials": {"TOKEN": KEY},
    }
    everywhere = {
        "id": "all",
        "type": "global-config",
        "env": [],
        "credentials": {"map": {"PASS": KEY, "has_PASS": True}},
    }
    async with serving(tmp_path) as server:
        await server.deploy([TAB, template, instance, everywhere])
        assert await server.json("GET", "/credentials/subflow:sub/one") == {"has_TOKEN": True}
        assert await server.json("GET", "/credentials/global-config/all") == {"map": {"has_PASS": True}}
        kept = {"credentials": {"map": {"PASS": "__PWRD__", "has_PASS": True}}}
        await server.deploy([TAB, template, {**instance, "credentials": {}}, {**everywhere, **kept}])
        assert server.runtime.flows.credentials == {
            "one": {},
            "all": {"map": {"PASS": KEY, "has_PASS": True}},
        }


async def test_a_password_is_not_shown_under_another_types_name(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy([*FLOWS[:-1], SECRET_HOST])
        for name in ("http%20request", "tls-config", "tab", "subflow:x", "none"):
            shown = await server.json("GET", f"/credentials/{name}/host")
            assert KEY not in json.dumps(shown)


async def test_secrets_in_a_hand_written_file_are_not_given_out(tmp_path: Path) -> None:
    (tmp_path / "flows.json").write_text(json.dumps([*FLOWS[:-1], SECRET_HOST]))
    async with serving(tmp_path) as server:
        assert KEY not in json.dumps(await server.json("GET", "/flows"))
        assert server.runtime.flows.credentials == {"host": {"secureApiKeyValue": KEY}}


async def test_only_what_changed_restarts(tmp_path: Path) -> None:
    other = [
        {"id": "tab2", "type": "tab", "label": "Second"},
        {**INJECT, "id": "i2", "z": "tab2", "wires": []},
    ]
    async with serving(tmp_path) as server:
        await server.deploy([*FLOWS, *other])
        nodes = server.runtime.engine.nodes
        before = dict(nodes)
        changed = [*FLOWS[:2], {**DEBUG, "complete": "topic"}, HOST, *other]
        await server.deploy(changed, headers={"Node-RED-Deployment-Type": "nodes"})
        assert {key for key in nodes if nodes[key] is not before[key]} == {"show"}
        before = dict(nodes)
        await server.deploy([*FLOWS, *other], headers={"Node-RED-Deployment-Type": "flows"})
        assert {key for key in nodes if nodes[key] is not before[key]} == {"press", "show"}
        before = dict(nodes)
        await server.deploy([*FLOWS, *other])
        assert all(nodes[key] is not before[key] for key in nodes)


async def test_what_is_written_otherwise_is_stored_so_though_it_is_equal(tmp_path: Path) -> None:
    former = [TAB, {**DEBUG, "wires": [], "a": 1, "b": {"c": 1, "d": "two  spaces\n  here"}}]
    moved = {
        "b": {"d": "two  spaces\n  here", "c": True},
        **{key: former[1][key] for key in former[1] if key != "b"},
    }
    async with serving(tmp_path) as server:
        await server.deploy(former)
        for nodes in ([TAB, moved], [moved, TAB], former):
            await server.deploy(nodes, headers={"Node-RED-Deployment-Type": "nodes"})
            assert (tmp_path / "flows.json").read_text() == json.dumps(nodes, indent=4, ensure_ascii=False)
            assert server.runtime.flows.rev == revision(nodes)


async def test_what_runs_is_not_what_is_stored(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        for turn in range(2):
            await server.deploy(
                [*FLOWS, {**INJECT, "id": "new", "name": f"{turn}"}],
                headers={"Node-RED-Deployment-Type": "nodes"},
            )
            stored, running = server.runtime.flows.nodes, server.runtime.engine.file.nodes
            assert stored == running
            assert not {id(node) for node in stored} & {id(node) for node in running}


async def test_reload_reads_the_file_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        (tmp_path / "flows.json").write_text(json.dumps([{**TAB, "label": "By hand"}]))
        await server.json("POST", "/flows", {}, headers={**V2, "Node-RED-Deployment-Type": "reload"})
        assert (await server.json("GET", "/flows"))[0]["label"] == "By hand"
        kinds = [version["kind"] for version in await server.json("GET", "/api/history")]
        assert kinds == ["outside", "full"]


async def test_a_reload_of_a_damaged_file_changes_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy([TAB])
        await server.deploy(FLOWS)
        (tmp_path / "flows.json").write_text("[{")
        answer = await server.ask("POST", "/flows", {}, headers={**V2, "Node-RED-Deployment-Type": "reload"})
        assert answer.status == 400
        assert "is not JSON" in (await answer.json())["message"]
        assert "press" in server.runtime.engine.nodes
        assert await server.json("GET", "/flows") == FLOWS


async def test_one_flow_at_a_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        node = {**INJECT, "id": "new", "z": "elsewhere", "wires": []}
        added = (
            await server.json("POST", "/flow", {"label": "New", "info": "x", "nodes": [node], "configs": []})
        )["id"]
        flow = await server.json("GET", f"/flow/{added}")
        assert flow == {"id": added, "label": "New", "info": "x", "nodes": [{**node, "z": added}]}
        assert "new" in server.runtime.engine.nodes
        await server.json("PUT", f"/flow/{added}", {"label": "Newer", "disabled": True, "nodes": []})
        assert await server.json("GET", f"/flow/{added}") == {
            "id": added,
            "label": "Newer",
            "disabled": True,
            "nodes": [],
        }
        assert "new" not in server.runtime.engine.nodes
        await server.json("DELETE", f"/flow/{added}")
        assert await server.json("GET", "/flows") == FLOWS


async def test_the_global_flow(tmp_path: Path) -> None:
    template = {"id": "sub", "type": "subflow", "name": "S", "in": [], "out": []}
    inside = {**DEBUG, "id": "inside", "z": "sub"}
    async with serving(tmp_path) as server:
        await server.deploy([*FLOWS, template, inside])
        flow = await server.json("GET", "/flow/global")
        assert flow == {"id": "global", "configs": [HOST], "subflows": [{**template, "nodes": [inside]}]}
        await server.json(
            "PUT", "/flow/global", {"configs": [{**HOST, "name": "other"}], "subflows": flow["subflows"]}
        )
        assert {node["id"] for node in await server.json("GET", "/flows")} == {
            "tab",
            "press",
            "show",
            "host",
            "sub",
            "inside",
        }
        assert (await server.json("GET", "/flow/global"))["configs"][0]["name"] == "other"


async def test_stopped_flows_stay_stopped(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        assert await server.json("POST", "/flows/state", {"state": "stop"}) == {"state": "stop"}
        assert not server.runtime.engine.nodes
        await server.deploy(FLOWS[:3])
        assert not server.runtime.engine.nodes
    async with serving(tmp_path) as server:
        assert await server.json("GET", "/flows/state") == {"state": "stop"}
        assert not server.runtime.engine.nodes
        await server.json("POST", "/flows/state", {"state": "start"})
        assert "press" in server.runtime.engine.nodes


async def test_a_safe_start_ends_with_the_next_deploy(tmp_path: Path) -> None:
    (tmp_path / "flows.json").write_text(json.dumps(FLOWS))
    async with serving(tmp_path, safeMode=True) as server:
        assert await server.json("GET", "/flows/state") == {"state": "safe"}
        assert not server.runtime.engine.nodes
        await server.deploy(FLOWS)
        assert await server.json("GET", "/flows/state") == {"state": "start"}


async def test_versions_are_listed_compared_and_restored(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy([TAB])
        await server.deploy(FLOWS)
        await server.deploy(FLOWS)
        versions = await server.json("GET", "/api/history")
        assert [(one["id"], one["kind"], one["nodes"]) for one in versions] == [
            (2, "full", 4),
            (1, "full", 1),
        ]
        assert [(one["added"], one["changed"], one["removed"]) for one in versions] == [(3, 0, 0), (1, 0, 0)]
        changes = await server.json("GET", "/api/history/1/diff")
        assert {(one["id"], one["change"]) for one in changes} == {
            ("press", "added"),
            ("show", "added"),
            ("host", "added"),
        }
        await server.json("POST", "/api/history/1/restore", {})
        assert await server.json("GET", "/flows") == [TAB]
        changes = await server.json("GET", "/api/history/2/diff?to=3")
        assert {one["change"] for one in changes} == {"removed"}
        assert (await server.json("GET", "/api/history/2"))["flows"] == FLOWS
        assert [one["kind"] for one in await server.json("GET", "/api/history?limit=1")] == ["restore"]
        assert [one["id"] for one in await server.json("GET", "/api/history?before=2")] == [1]


async def test_the_oldest_versions_go(tmp_path: Path) -> None:
    async with serving(tmp_path, historyLength=3) as server:
        for number in range(6):
            await server.deploy([{**TAB, "label": str(number)}])
        assert [one["id"] for one in await server.json("GET", "/api/history")] == [6, 5, 4]


async def test_versions_of_an_earlier_release_have_no_counts(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "history.sqlite")
    base.execute(
        "CREATE TABLE versions (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, user TEXT NOT NULL,"
        " kind TEXT NOT NULL, rev TEXT NOT NULL, nodes INTEGER NOT NULL, flows BLOB NOT NULL)"
    )
    base.execute("INSERT INTO versions VALUES (1, '', '', 'full', 'old', 1, ?)", (zlib.compress(b"[]"),))
    base.execute("INSERT INTO versions VALUES (2, '', '', 'full', 'broken', 1, ?)", (b"no archive",))
    base.commit()
    base.close()
    async with serving(tmp_path) as server:
        for label in ("one", "two"):
            await server.deploy([{**TAB, "label": label}])
        counts = [one["changed"] for one in await server.json("GET", "/api/history")]
        assert counts == [1, None, None, None]


async def test_a_moved_node_is_a_change_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        await server.deploy([TAB, {**INJECT, "x": 500}, DEBUG, HOST])
        [change] = await server.json("GET", "/api/history/1/diff")
        assert (change["id"], change["change"], change["fields"]) == ("press", "changed", {"x": [100, 500]})


async def test_unknown_types_wait_and_are_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(
            [*FLOWS, {"id": "u", "type": "from-elsewhere", "z": "tab", "x": 1, "y": 1, "wires": []}]
        )
        assert "press" in server.runtime.engine.nodes
        assert server.runtime.engine.unknown == {"from-elsewhere": ["u"]}


async def test_a_type_that_is_switched_off_waits_until_it_is_on_again(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.json("PUT", "/nodes/flowengine/inject", {"enabled": False})
        await server.deploy(FLOWS)
        assert "press" not in server.runtime.engine.nodes
    async with serving(tmp_path) as server:
        assert (await server.json("GET", "/nodes/flowengine/inject"))["enabled"] is False
        await server.json("PUT", "/nodes/flowengine/inject", {"enabled": True})
        assert "press" in server.runtime.engine.nodes
