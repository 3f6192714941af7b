"""Actions that agents know from a widespread connector: its names, its inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from .actions import Action, Arguments
from .methods import FAMILIES, family
from .record import Param, file, optional, required

Json = dict[str, Any]
METADATA = optional("metadata", Json)
ASSISTANT_ID = required("assistant_id")
THREAD_ID = required("thread_id")


def attach_files(arguments: Arguments) -> Arguments:
    """Assistants used to have `file_ids`; now each tool has its files."""
    ids = arguments.pop("file_ids", None)
    if not ids:
        return arguments
    kinds = [tool.get("type") for tool in arguments.get("tools") or () if isinstance(tool, dict)]
    if "file_search" in kinds and "code_interpreter" not in kinds:
        files: Json = {"file_search": {"vector_stores": [{"file_ids": ids}]}}
    else:
        files = {"code_interpreter": {"file_ids": ids}}
    return {**arguments, "tool_resources": {**files, **(arguments.get("tool_resources") or {})}}


# name, method, inputs
DECLARED: tuple[tuple[str, str, tuple[Param, ...]], ...] = (
    (
        "CREATE_ASSISTANT",
        "createAssistant",
        (
            required("model"),
            optional("name"),
            optional("tools", list[Json]),
            optional("file_ids", list[str]),
            METADATA,
            optional("description"),
            optional("instructions"),
        ),
    ),
    (
        "CREATE_MESSAGE",
        "createMessage",
        (
            THREAD_ID,
            required("role", Literal["user", "assistant"]),
            required("content", str | list[Json]),
            METADATA,
            optional("attachments", list[Json]),
        ),
    ),
    ("CREATE_THREAD", "createThread", (optional("messages", list[Json]), METADATA)),
    ("DELETE_ASSISTANT", "deleteAssistant", (ASSISTANT_ID,)),
    ("DELETE_FILE", "deleteFile", (required("file_id"),)),
    ("LIST_FILES", "listFiles", (optional("limit", int, ge=1),)),
    ("LIST_FINE_TUNES", "listPaginatedFineTuningJobs", ()),
    ("LIST_MODELS", "listModels", ()),
    (
        "LIST_RUN_STEPS",
        "listRunSteps",
        (
            THREAD_ID,
            required("run_id"),
            optional("after"),
            optional("before"),
            optional("limit", int, ge=1),
            optional("order", Literal["asc", "desc"]),
            optional("include", list[str]),
        ),
    ),
    ("MODIFY_THREAD", "modifyThread", (THREAD_ID, METADATA)),
    ("RETRIEVE_ASSISTANT", "getAssistant", (ASSISTANT_ID,)),
    ("RETRIEVE_MODEL", "retrieveModel", (required("model"),)),
    ("RETRIEVE_THREAD", "getThread", (THREAD_ID,)),
    ("UPLOAD_FILE", "createFile", (file("file"), required("purpose"))),
)
STEP_FIELDS = ("first_id", "last_id", "has_more")


def connector_actions() -> Iterator[Action]:
    """The actions, each over the method that it stands for."""
    where = {method.name: (method, name) for name in FAMILIES for method in family(name).methods}
    for name, method_name, inputs in DECLARED:
        method, home = where[method_name]
        prepare = attach_files if name == "CREATE_ASSISTANT" else None
        beside = STEP_FIELDS if name == "LIST_RUN_STEPS" else ()
        yield Action(f"OPENAI_{name}", method, home, inputs, prepare, beside)
