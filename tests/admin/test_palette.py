"""Packages of nodes by the API: added, changed, switched and removed while the server runs. pip is the real one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ..wheels import index, wheels
from .servers import AUTH, FLOWS, TAB, Served, serving
from .test_comms import editor

__all__ = ["index", "wheels"]
WEATHER = {"module": "acme-weather", "version": "1.0"}
WARM = {"id": "warm", "type": "thermometer", "z": "tab", "unit": "F", "x": 100, "y": 1, "wires": [["show"]]}
PRESSURE = {"id": "air", "type": "barometer", "z": "tab", "x": 100, "y": 1, "wires": []}
WITH_WARM = [TAB, {**FLOWS[1], "wires": [["warm"]]}, WARM, FLOWS[2]]


async def refused(server: Served, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
    answer = await server.ask(method, path, body, **more)
    return answer.status, (await answer.json())["code"]


async def types(server: Served) -> set[str]:
    return {one["type"] for one in await server.json("GET", "/api/types")}


async def test_a_module_is_added_used_and_removed(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path) as server, editor(server, "notification/#", "debug", "event-log/#") as one:
        await server.deploy(WITH_WARM)
        assert list(server.runtime.engine.unknown) == ["thermometer"]
        module = await server.json("POST", "/nodes", WEATHER)
        assert {key: module[key] for key in ("name", "version", "local", "user")} == {
            "name": "acme-weather",
            "version": "1.0",
            "local": True,
            "user": True,
        }
        broken, well = module["nodes"]
        assert well["types"] == ["thermometer"]
        assert well["enabled"]
        assert broken["types"] == ["barometer"]
        assert not broken["enabled"]
        assert broken["err"] == "ModuleNotFoundError: No module named 'a_library_that_nobody_has'"
        assert await one.hear_topic("notification/node/added") == module["nodes"]
        said = [item["data"] for batch in one.batches for item in batch if item["topic"] == "event-log/nodes"]
        assert "Successfully installed acme-weather-1.0\n" in [line["payload"]["data"] for line in said]
        # The nodes that waited run, without a restart of the server.
        await server.ask("POST", "/inject/press", {})
        assert (await one.hear_topic("debug"))["msg"] == "21 F"
        assert "thermometer" in await types(server)
        assert await refused(server, "DELETE", "/nodes/acme-weather") == (400, "type_in_use")
        await server.deploy(FLOWS)
        assert (await server.ask("DELETE", "/nodes/acme-weather")).status == 204
        told = await one.hear_topic("notification/node/removed")
        assert [info["types"] for info in told] == [["barometer"], ["thermometer"]]
        assert "thermometer" not in await types(server)
        assert await refused(server, "GET", "/nodes/acme-weather") == (404, "not_found")
        assert [file.name for file in (tmp_path / "packages").iterdir()] == ["installed.json"]


async def test_it_is_there_after_a_restart_and_brings_icons_words_and_examples(
    index: Path, tmp_path: Path
) -> None:
    async with serving(tmp_path) as server:
        await server.json("POST", "/nodes", WEATHER)
    async with serving(tmp_path) as server:
        await server.deploy(WITH_WARM)
        assert server.runtime.engine.nodes["warm"].type_name == "thermometer"
        (found,) = [one for one in await server.json("GET", "/api/types") if one["type"] == "thermometer"]
        assert found["shortHelp"] == "Says how warm it is."
        assert found["icon"] == "acme-weather/thermometer.svg"
        assert (await server.json("GET", "/icons"))["acme-weather"] == ["thermometer.svg"]
        assert "M20 5v50" in await (await server.ask("GET", "/icons/acme-weather/thermometer.svg")).text()
        examples = {one["name"]: one["title"] for one in await server.json("GET", "/api/examples")}
        assert examples["acme-weather/warm"] == "Warm"
        assert 'name="unit"' in await (await server.ask("GET", "/api/types/thermometer/form")).text()


async def test_a_type_that_cannot_be_imported_says_why_and_the_rest_runs(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path) as server, editor(server, "notification/#") as one:
        await server.json("POST", "/nodes", WEATHER)
        await server.deploy([*WITH_WARM, PRESSURE])
        assert list(server.runtime.engine.unknown) == ["barometer"]
        assert "warm" in server.runtime.engine.nodes
        told = await one.hear_topic("notification/runtime-state")
        reason = "ModuleNotFoundError: No module named 'a_library_that_nobody_has'"
        assert told["types"] == ["barometer"]
        assert told["reasons"] == {"barometer": reason}
        assert reason in server.log.getvalue()
        problems = await server.json("POST", "/api/check", [*WITH_WARM, PRESSURE])
        assert [item["message"] for item in problems if item["id"] == "air"] == [
            f"this node type is installed, but cannot be used: {reason}"
        ]


async def test_what_was_lacking_comes_and_the_set_is_enabled(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    monkeypatch.syspath_prepend(library)
    # Noted as absent, so that it is gone again for other tests.
    monkeypatch.setitem(sys.modules, "a_library_that_nobody_has", ModuleType("a_library_that_nobody_has"))
    del sys.modules["a_library_that_nobody_has"]
    async with serving(tmp_path) as server:
        await server.json("POST", "/nodes", WEATHER)
        await server.deploy([TAB, PRESSURE])
        assert "err" in await server.json("PUT", "/nodes/acme-weather/barometer", {"enabled": True})
        (library / "a_library_that_nobody_has.py").write_text("")
        assert "err" not in await server.json("PUT", "/nodes/acme-weather/barometer", {"enabled": True})
        assert "air" in server.runtime.engine.nodes


async def test_another_version_takes_the_place_of_the_first(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path) as server, editor(server, "notification/#", "debug") as one:
        await server.json("POST", "/nodes", WEATHER)
        await server.deploy(WITH_WARM)
        assert await refused(server, "POST", "/nodes", WEATHER) == (400, "module_already_loaded")
        assert await refused(server, "POST", "/nodes", {"module": "Acme_Weather"}) == (
            400,
            "module_already_loaded",
        )
        assert (await server.json("POST", "/nodes", {**WEATHER, "version": "2.0"}))["version"] == "2.0"
        assert await one.hear_topic("notification/node/upgraded") == {
            "module": "acme-weather",
            "version": "2.0",
        }
        await server.ask("POST", "/inject/press", {})
        assert (await one.hear_topic("debug"))["msg"] == "22 F"
        infos = [file.name for file in (tmp_path / "packages").glob("*.dist-info")]
        assert infos == ["acme_weather-2.0.dist-info"]


async def test_the_first_of_two_packages_with_a_type_wins(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.json("POST", "/nodes", {"module": "rival-weather"})
        assert server.runtime.engine.node_sets.find("thermometer").__module__ == "rival_weather.thermometer"  # type: ignore[union-attr]
        assert (tmp_path / "packages" / "rain_library").is_dir()
        await server.json("POST", "/nodes", WEATHER)
        sets = {one["id"]: one for one in await server.json("GET", "/nodes")}
        assert sets["rival-weather/thermometer"]["enabled"]
        refused_set = sets["acme-weather/thermometer"]
        assert refused_set["err"] == 'type "thermometer" is already defined in rival_weather.thermometer'
        assert not refused_set["enabled"]
        # The library that came with it goes with it, and the other one's turn has come.
        await server.json("DELETE", "/nodes/rival-weather")
        assert not (tmp_path / "packages" / "rain_library").exists()
        assert {one["id"]: one["enabled"] for one in await server.json("GET", "/nodes")}[
            "acme-weather/thermometer"
        ]
        await server.json("DELETE", "/nodes/acme-weather")
        assert [file.name for file in (tmp_path / "packages").iterdir()] == ["installed.json"]


async def test_what_is_switched_off_stays_so_until_it_is_removed(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.json("POST", "/nodes", WEATHER)
        module = await server.json("PUT", "/nodes/acme-weather", {"enabled": False})
        assert not any(one["enabled"] for one in module["nodes"])
        assert "thermometer" not in await types(server)
    async with serving(tmp_path) as server:
        assert "thermometer" not in await types(server)
        await server.json("DELETE", "/nodes/acme-weather")
        await server.json("POST", "/nodes", WEATHER)
        assert "thermometer" in await types(server)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"module": "--index-url=http://127.0.0.1"}, 400, "invalid_module_name"),
        ({"module": "acme weather"}, 400, "invalid_module_name"),
        ({"module": "./acme"}, 400, "invalid_module_name"),
        ({"module": "git+https://example.com/acme"}, 400, "invalid_module_name"),
        ({"module": "acme-weather", "version": "1.0 --pre"}, 400, "invalid_module_name"),
        ({"module": "acme-weather", "version": ">=1"}, 400, "invalid_module_name"),
        ({"module": "acme-weather", "url": "https://example.com/acme.whl"}, 400, "install_not_allowed"),
        ({"module": 1}, 400, "invalid_request"),
        ({"version": "1.0"}, 400, "invalid_request"),
        ({"module": "no-such-weather"}, 404, "module_not_found"),
        ({"module": "acme-weather", "version": "9"}, 404, "module_not_found"),
        ({"module": "rain-library"}, 400, "invalid_module"),
    ],
)
async def test_what_is_refused_changes_nothing(
    index: Path, tmp_path: Path, body: dict[str, Any], status: int, code: str
) -> None:
    async with serving(tmp_path) as server:
        assert await refused(server, "POST", "/nodes", body) == (status, code)
        assert server.runtime.installer.added() == {}
        assert not list((tmp_path / "packages").glob("[!.]*"))


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"palette": {"allowInstall": False}}, "install_not_allowed"),
        ({"palette": {"denyList": ["acme-*"]}}, "install_not_allowed"),
        ({"palette": {"allowList": ["rival-*"]}}, "install_not_allowed"),
        ({"externalModules": {"palette": {"allowList": [], "denyList": ["*"]}}}, "install_not_allowed"),
        ({"readOnly": True}, "read_only"),
    ],
)
async def test_the_settings_say_what_may_be_installed(
    index: Path, tmp_path: Path, rules: dict[str, Any], code: str
) -> None:
    async with serving(tmp_path, **rules) as server:
        assert (await refused(server, "POST", "/nodes", WEATHER))[1] == code
        shown = (await server.json("GET", "/settings"))["externalModules"]["palette"]
        assert shown["allowInstall"] is (
            code != "read_only" and rules != {"palette": {"allowInstall": False}}
        )


async def test_the_longest_rule_that_fits_decides_and_updates_have_their_own(
    index: Path, tmp_path: Path
) -> None:
    rules = {"denyList": ["*"], "allowList": ["acme-*"], "allowUpdate": False}
    async with serving(tmp_path, palette=rules) as server:
        assert await refused(server, "POST", "/nodes", {"module": "rival-weather"}) == (
            400,
            "install_not_allowed",
        )
        await server.json("POST", "/nodes", WEATHER)
        assert (await refused(server, "POST", "/nodes", {**WEATHER, "version": "2.0"})) == (
            400,
            "update_not_allowed",
        )


async def test_an_address_where_the_settings_allow_it(index: Path, tmp_path: Path) -> None:
    (wheel,) = index.glob("acme_weather-1.0-*.whl")
    async with serving(tmp_path, palette={"allowUrls": True}) as server:
        assert (await server.json("POST", "/nodes", {"url": wheel.as_uri()}))["name"] == "acme-weather"
        assert await refused(server, "POST", "/nodes", {"url": "-r x"}) == (400, "invalid_module_url")


async def test_only_who_may_write_nodes_installs(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth=AUTH) as server:
        for name in ("bob", "cat"):
            headers = {"Authorization": f"Bearer {await server.token(name)}"}
            assert (await server.ask("POST", "/nodes", WEATHER, headers=headers)).status == 401
            assert (await server.ask("DELETE", "/nodes/acme-weather", headers=headers)).status == 401
        assert server.runtime.installer.added() == {}


async def test_the_core_set_and_packages_of_the_environment_stay(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    files = {
        "env_nodes/__init__.py": "",
        "env_nodes/hygrometer.py": "from flowengine.node import Node\n\nclass H(Node):\n    type = 'hygrometer'\n",
        "env_nodes-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: env-nodes\nVersion: 1.0\n",
        "env_nodes-1.0.dist-info/entry_points.txt": "[flowengine.nodes]\nenv = env_nodes\nlost = no_such_package\n",
    }
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)
    monkeypatch.syspath_prepend(site)
    async with serving(tmp_path / "user") as server:
        sets = {one["id"]: one for one in await server.json("GET", "/nodes")}
        assert sets["env-nodes/hygrometer"]["user"] is False
        assert sets["env-nodes/env-nodes"]["err"] == "No module named 'no_such_package'"
        assert await refused(server, "DELETE", "/nodes/env-nodes") == (400, "not_removable")
        assert await refused(server, "DELETE", "/nodes/flowengine") == (400, "not_removable")
        assert await refused(server, "DELETE", "/nodes/none") == (404, "not_found")
        assert await refused(server, "POST", "/nodes", {"module": "env-nodes"}) == (
            400,
            "module_already_loaded",
        )


async def test_what_was_noted_is_no_secret_and_whole(index: Path, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.json("POST", "/nodes", {"module": "rival-weather"})
    noted = json.loads((tmp_path / "packages" / "installed.json").read_text())
    assert set(noted) == {"rival-weather"}
    assert noted["rival-weather"]["with"] == ["rain-library"]
    assert noted["rival-weather"]["wanted"] == "rival-weather"
