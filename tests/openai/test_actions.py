"""Methods as actions for agents: names, schemas, and the envelope of a result."""

from __future__ import annotations

import asyncio
import base64
from contextlib import asynccontextmanager
from typing import Any

import jsonschema
import pytest
from flowengine.nodes.openai.action_calls import ActionCalls, host_of
from flowengine.nodes.openai.action_words import ActionWords, description, input_schema, output_schema
from flowengine.nodes.openai.actions import action_name, actions, find_action
from flowengine.nodes.openai.methods import families

from flowengine.testing import FlowHarness
from flowengine.testing.openai_server import OpenAISimulator

from .scripted import CREDENTIALS, KEY, Server, replies

METHODS = [method for family in families() for method in family.methods]

# name: required inputs, other inputs
CONNECTOR = {
    "OPENAI_CREATE_ASSISTANT": ("model", "name tools file_ids metadata description instructions"),
    "OPENAI_CREATE_MESSAGE": ("thread_id role content", "metadata attachments"),
    "OPENAI_CREATE_THREAD": ("", "messages metadata"),
    "OPENAI_DELETE_ASSISTANT": ("assistant_id", ""),
    "OPENAI_DELETE_FILE": ("file_id", ""),
    "OPENAI_LIST_FILES": ("", "limit"),
    "OPENAI_LIST_FINE_TUNES": ("", ""),
    "OPENAI_LIST_MODELS": ("", ""),
    "OPENAI_LIST_RUN_STEPS": ("thread_id run_id", "after before limit order include"),
    "OPENAI_MODIFY_THREAD": ("thread_id", "metadata"),
    "OPENAI_RETRIEVE_ASSISTANT": ("assistant_id", ""),
    "OPENAI_RETRIEVE_MODEL": ("model", ""),
    "OPENAI_RETRIEVE_THREAD": ("thread_id", ""),
    "OPENAI_UPLOAD_FILE": ("file purpose", ""),
}


@pytest.mark.parametrize("name", CONNECTOR)
def test_the_connectors_actions_have_its_inputs(name):
    schema = input_schema(actions()[name])
    needed, others = (names.split() for names in CONNECTOR[name])
    assert schema.get("required", []) == needed
    assert list(schema["properties"]) == [*needed, *others]


def test_content_of_a_message_is_text_or_parts_and_orders_are_named():
    content = input_schema(actions()["OPENAI_CREATE_MESSAGE"])["properties"]["content"]
    assert [choice["type"] for choice in content["anyOf"]] == ["string", "array"]
    steps = input_schema(actions()["OPENAI_LIST_RUN_STEPS"])["properties"]
    assert steps["order"]["enum"] == ["asc", "desc"]


def test_every_method_is_an_action_under_a_name_of_its_own():
    by_name = {action_name(method.name): method for method in METHODS}
    assert len(by_name) == len(METHODS)
    assert set(actions()) == set(by_name) | set(CONNECTOR)
    assert all(len(name) <= 64 and name.isascii() for name in actions())


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("OPENAI_CREATE_CHAT_COMPLETION", "OPENAI_CREATE_CHAT_COMPLETION"),
        ("openai_create_chat_completion", "OPENAI_CREATE_CHAT_COMPLETION"),
        ("createChatCompletion", "OPENAI_CREATE_CHAT_COMPLETION"),
        ("chat.completions.create", "OPENAI_CREATE_CHAT_COMPLETION"),
        ("chat.completions.parse", "OPENAI_CHAT_COMPLETIONS_PARSE"),
        ("submitToolOuputsToRun", "OPENAI_SUBMIT_TOOL_OUTPUTS_TO_RUN"),
        ("admin.organization.projects.list", "OPENAI_PROJECTS_LIST"),
    ],
)
def test_an_action_is_found_by_every_name_of_its_method(given, name):
    action = find_action(given)
    assert action is not None
    assert action.name == name


def test_every_action_has_words_and_schemas_that_its_example_fits():
    for action in actions().values():
        told = description(action)
        assert told["description"], action.name
        schema = told["input_schema"]
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator.check_schema(told["output_schema"])
        assert all(field.get("description") for field in schema["properties"].values()), action.name
        if action.inputs is None:
            jsonschema.validate(action.method.example_payload, schema)


def test_descriptions_speak_other_languages():
    action = actions()["OPENAI_LIST_MODELS"]
    assert ActionWords(action, "de").description != ActionWords(action, "en-US").description
    assert ActionWords(action, "xx").description == ActionWords(action, "en-US").description


@asynccontextmanager
async def calls(base: str, **more: Any):
    host = {"id": "host", "type": "Service Host", "name": "h", "apiBase": base, "maxRetries": 0}
    async with FlowHarness([host], credentials=CREDENTIALS) as harness:
        made = ActionCalls(host_of(harness.engine.nodes), **more)
        yield made
        await made.close()


@asynccontextmanager
async def simulated(**more: Any):
    async with OpenAISimulator(key=KEY) as server, calls(server.url, **more) as made:

        async def run(name: str, **arguments: Any) -> dict[str, Any]:
            result = await asyncio.wait_for(made.run(name, arguments), 10)
            action = find_action(name)
            assert action is not None
            jsonschema.validate(result, output_schema(action))
            return result

        yield run


async def test_the_connectors_actions_work():
    async with simulated() as run:

        async def well(name: str, **arguments: Any) -> Any:
            result = await run(name, **arguments)
            assert (result["error"], result["successful"]) == (None, True), name
            return result["data"]

        file = await well(
            "OPENAI_UPLOAD_FILE", file={"filename": "a.txt", "content": "hello"}, purpose="user_data"
        )
        assert (file["filename"], file["bytes"]) == ("a.txt", 5)
        assert [one["id"] for one in await well("OPENAI_LIST_FILES", limit=5)] == [file["id"]]
        assistant = await well(
            "OPENAI_CREATE_ASSISTANT", model="m", tools=[{"type": "file_search"}], file_ids=[file["id"]]
        )
        assert assistant["tool_resources"] == {"file_search": {"vector_stores": [{"file_ids": [file["id"]]}]}}
        assert (await well("OPENAI_RETRIEVE_ASSISTANT", assistant_id=assistant["id"]))["model"] == "m"
        thread = await well("OPENAI_CREATE_THREAD", messages=[{"role": "user", "content": "Hi"}])
        message = await well("OPENAI_CREATE_MESSAGE", thread_id=thread["id"], role="user", content="And?")
        assert message["thread_id"] == thread["id"]
        assert (await well("OPENAI_MODIFY_THREAD", thread_id=thread["id"], metadata={"a": "b"}))[
            "metadata"
        ] == {"a": "b"}
        assert (await well("OPENAI_RETRIEVE_THREAD", thread_id=thread["id"]))["metadata"] == {"a": "b"}
        started = await well("OPENAI_CREATE_RUN", thread_id=thread["id"], assistant_id=assistant["id"])
        steps = await run("OPENAI_LIST_RUN_STEPS", thread_id=thread["id"], run_id=started["id"], order="asc")
        assert list(steps) == ["data", "object", "first_id", "last_id", "has_more", "error", "successful"]
        assert (steps["object"], steps["first_id"], steps["has_more"]) == (
            "list",
            steps["data"][0]["id"],
            False,
        )
        assert (await well("OPENAI_DELETE_ASSISTANT", assistant_id=assistant["id"]))["deleted"] is True
        assert (await well("OPENAI_DELETE_FILE", file_id=file["id"]))["deleted"] is True
        assert (await well("OPENAI_RETRIEVE_MODEL", model="simulated-chat"))["id"] == "simulated-chat"
        for name in ("OPENAI_LIST_MODELS", "OPENAI_LIST_FINE_TUNES"):
            listed = await run(name)
            assert list(listed) == ["data", "object", "error", "successful"]
            assert isinstance(listed["data"], list)
            assert listed["object"] == "list"


async def test_other_methods_are_called_alike():
    async with simulated() as run:
        chat = await run(
            "OPENAI_CREATE_CHAT_COMPLETION", model="m", messages=[{"role": "user", "content": "Hi"}]
        )
        assert "Hi" in chat["data"]["choices"][0]["message"]["content"]
        streamed = await run("createModelResponse", model="m", input="Hi", stream=True)
        assert streamed["data"][-1]["type"] == "response.completed"
        sound = await run("createSpeech", model="m", input="Hi", voice="alloy")
        assert len(base64.b64decode(sound["data"]["base64"])) == sound["data"]["size"] > 0
        vectors = await run("createEmbedding", model="m", input="Hi")
        assert len(vectors["data"]) == 1


async def test_a_websocket_stays_open_between_actions():
    async with simulated() as run:
        about = {"connection_id": "c"}
        assert (await run("OPENAI_REALTIME_CONNECT", action="connect", model="m", **about))["successful"]
        event = {"type": "response.create"}
        assert (await run("OPENAI_REALTIME_CONNECT", action="send", event=event, **about))["successful"]
        await asyncio.sleep(0.2)
        closed = await run("OPENAI_REALTIME_CONNECT", action="close", **about)
        assert "response.done" in [event["type"] for event in closed["data"]["events"]]


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("OPENAI_RETRIEVE_MODEL", {}, "OPENAI_RETRIEVE_MODEL needs model"),
        ("OPENAI_CREATE_MESSAGE", {"role": "user"}, "OPENAI_CREATE_MESSAGE needs thread_id, content"),
        ("OPENAI_RETRIEVE_THREAD", {"thread_id": "nope"}, "404 No thread found"),
        ("OPENAI_RETRIEVE_THREAD", {"thread_id": ".."}, "can't be safely passed"),
        ("OPENAI_RETRIEVE_THREAD", [], "have to be an object"),
        (
            "OPENAI_RETRIEVE_THREADS",
            {},
            'no action "OPENAI_RETRIEVE_THREADS". Close to it: OPENAI_RETRIEVE_THREAD',
        ),
        (
            "unwrapWebhookEvent",
            {"payload": "{}", "headers": {}, "secret": "whsec_aa"},
            "Missing required header",
        ),
    ],
)
async def test_a_failure_is_an_envelope(name, arguments, said):
    async with OpenAISimulator(key=KEY) as server, calls(server.url) as made:
        result = await made.run(name, arguments)
    assert (result["data"], result["successful"]) == (None, False)
    assert said in result["error"]


async def test_a_server_that_is_not_there_is_an_envelope_without_the_key():
    async with calls(f"http://127.0.0.1:9/v1?key={KEY}") as made:
        result = await made.run("OPENAI_LIST_FILES", {})
    assert result == {"data": [], "object": "list", "error": "Connection error.", "successful": False}


async def test_a_key_that_a_server_quotes_is_not_told_to_agents():
    refusal = (401, {}, {"error": {"message": f"Incorrect API key provided: {KEY}."}})
    async with Server(replies(refusal)) as server, calls(server.base) as made:
        result = await made.run("OPENAI_LIST_MODELS", {})
    assert result["error"] == "401 Incorrect API key provided: ••••••."


async def test_a_host_without_a_key_is_an_envelope():
    host = {"id": "host", "type": "Service Host", "name": "h", "apiBase": "http://127.0.0.1:9/v1"}
    async with FlowHarness([host]) as harness:
        result = await ActionCalls(host_of(harness.engine.nodes)).run("OPENAI_LIST_MODELS", {})
    assert "API key is not configured" in result["error"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("OPENAI_UPLOAD_FILE", {"file": "/etc/hostname", "purpose": "p"}),
        ("OPENAI_UPLOAD_FILE", {"file": {"path": "/etc/hostname"}, "purpose": "p"}),
        (
            "OPENAI_UPLOAD_FILE",
            {"file": {"filename": "a", "data": "data:,", "path": "/etc/hostname"}, "purpose": "p"},
        ),
        ("OPENAI_CREATE_SKILL", {"files": ["data:,a", "/etc/hostname"]}),
        ("createTranscription", {"file": "/etc/hostname", "model": "m"}),
        ("beta.agents.environments.files.prepare", {"files": {"/workspace/a": "/etc/hostname"}}),
        (
            "beta.agents.environments.files.prepare_directory",
            {"root": "/etc", "destination": "/workspace", "include": ["hostname"]},
        ),
    ],
)
async def test_files_of_this_machine_are_closed_to_agents(name, arguments):
    async with Server(replies({"id": "f"})) as server, calls(server.base) as made:
        result = await made.run(name, arguments)
        assert "may not read the file" in result["error"]
        assert server.seen == []


async def test_no_method_reads_files_by_a_field_that_nobody_guards():
    """Whoever adds a method with files has to say so in its record, or in `action_calls`."""
    async with Server(replies({"id": "f"})) as server, calls(server.base) as made:
        for method in METHODS:
            if method.verb == "WS" or not method.verb:
                continue
            files = [param.name for param in method.all_params if param.file and not param.text]
            named = {**method.example_payload, **dict.fromkeys(files, "/etc/hostname")}
            if named == method.example_payload:
                continue
            assert "may not read" in (await made.run(method.name, named))["error"], method.name


async def test_a_folder_can_be_opened(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    async with OpenAISimulator() as server, calls(server.url, files=tmp_path) as made:
        given = {"file": str(tmp_path / "a.txt"), "purpose": "p"}
        assert (await made.run("OPENAI_UPLOAD_FILE", given))["data"]["bytes"] == 5
        (tmp_path / "link").symlink_to("/etc/hostname")
        outside = await made.run("OPENAI_UPLOAD_FILE", {**given, "file": str(tmp_path / "link")})
        assert "outside of the folder" in outside["error"]
