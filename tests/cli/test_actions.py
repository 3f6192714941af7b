"""`flowengine actions`, as a user calls it."""

from __future__ import annotations

import json

from flowengine.testing.openai_server import OpenAISimulator

from .test_run import call, write

KEY = "sk-secret-4711"
LIST = "OPENAI_LIST_MODELS"


def host(url: str) -> dict[str, str]:
    return {"id": "h", "type": "Service Host", "name": "mine", "apiBase": url}


async def test_actions_are_listed_by_family_and_shown_whole():
    done = await call("actions", "list", "--family", "models")
    assert [line.split()[0] for line in done.out.splitlines()] == [
        "OPENAI_LIST_MODELS",
        "OPENAI_RETRIEVE_MODEL",
        "OPENAI_DELETE_MODEL",
    ]
    shown = json.loads((await call("actions", "show", "retrieveModel", "--lang", "de")).out)
    assert shown["input_schema"]["required"] == ["model"]
    assert shown["family"] == "models"
    unknown = await call("actions", "show", "retrieveModels")
    assert (unknown.status, "there is no action" in unknown.err) == (2, True)


async def test_an_address_takes_the_key_of_the_environment_and_shows_it_nowhere():
    async with OpenAISimulator(key=KEY) as server:
        done = await call("actions", "run", LIST, "--service-host", server.url, env={"OPENAI_API_KEY": KEY})
        other = await call(
            *("actions", "run", LIST, "--service-host", server.url, "--key-variable", "MINE"),
            env={"MINE": KEY},
        )
        refused = await call("actions", "run", LIST, "--service-host", server.url)
    assert (done.status, json.loads(done.out)["object"], other.status) == (0, "list", 0)
    assert refused.status == 1
    assert json.loads(refused.out)["error"].startswith("401")
    assert KEY not in done.out + done.err + other.out + other.err


async def test_a_name_means_a_service_host_of_a_flow_with_its_credentials(tmp_path):
    (tmp_path / "secrets.json").write_text(json.dumps({"h": {"secureApiKeyValue": KEY}}))
    async with OpenAISimulator(key=KEY) as server:
        once = {"id": "i", "type": "inject", "z": "t", "x": 1, "y": 1, "once": True, "wires": [["f"]]}
        fail = {
            "id": "f",
            "type": "function",
            "z": "t",
            "x": 1,
            "y": 1,
            "func": "throw new Error('ran');",
            "wires": [],
        }
        flow = write(tmp_path, [{"id": "t", "type": "tab"}, once, fail, host(server.url)])
        sources = ("--flow", flow, "--credentials", str(tmp_path / "secrets.json"))
        done = await call("actions", "run", LIST, *sources, "--service-host", "mine")
        lost = await call("actions", "run", LIST, *sources, "--service-host", "yours")
    assert (done.status, done.err) == (0, "")
    assert (lost.status, 'no Service Host "yours". The flow has: "mine"' in lost.err) == (2, True)


async def test_arguments_files_and_bytes(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    file = f"file={tmp_path / 'a.txt'}"
    kept = await call("actions", "run", "OPENAI_UPLOAD_FILE", file, "purpose=user_data", "--simulator")
    assert json.loads(kept.out)["data"]["filename"] == "a.txt"
    given = json.dumps({"model": "m", "input": "Hi"})
    sound = tmp_path / "sound"
    spoken = await call(
        *(
            "actions",
            "run",
            "createSpeech",
            "voice=alloy",
            "--input",
            given,
            "--output",
            str(sound),
            "--simulator",
        )
    )
    assert json.loads(spoken.out)["data"] == {"file": str(sound), "size": sound.stat().st_size}


async def test_a_failed_action_ends_with_status_one_and_wrong_use_with_two():
    failed = await call("actions", "run", "OPENAI_RETRIEVE_MODEL", "--simulator")
    assert (failed.status, json.loads(failed.out)["error"]) == (1, "OPENAI_RETRIEVE_MODEL needs model")
    for wrong in (("model",), ("--input", "{oops")):
        assert (await call("actions", "run", "OPENAI_RETRIEVE_MODEL", *wrong, "--simulator")).status == 2
    assert (await call("actions", "run", LIST)).status == 2
