"""Assistants: a model with instructions and tools, kept by the service."""

from ..record import BEFORE, PAGE, Family, delete, get, optional, post, required
from .fields import METADATA, MODEL, REASONING_EFFORT, RESPONSE_FORMAT, TEMPERATURE, TOP_P, V1, V1_END
from .shapes import Json

ASSISTANT = (
    optional("description"),
    optional("instructions"),
    METADATA,
    optional("name"),
    REASONING_EFFORT,
    RESPONSE_FORMAT,
    TEMPERATURE,
    optional("tool_resources", Json),
    optional("tools", list[Json]),
    TOP_P,
)

FAMILY = Family(
    "assistants",
    icon="🧑‍💼",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        get("listAssistants", "/assistants", *PAGE, BEFORE, sdk="beta.assistants.list", page="CursorPage"),
        post(
            "createAssistant",
            "/assistants",
            MODEL,
            *ASSISTANT,
            sdk="beta.assistants.create",
            example={"instructions": "Answer in one sentence."},
        ),
        get("getAssistant", "/assistants/{assistant_id}", sdk="beta.assistants.retrieve"),
        post(
            "modifyAssistant",
            "/assistants/{assistant_id}",
            optional("model"),
            *ASSISTANT,
            sdk="beta.assistants.update",
            example={"name": "Tutor"},
        ),
        delete("deleteAssistant", "/assistants/{assistant_id}", sdk="beta.assistants.delete"),
        post(
            "createAssistantFile",
            "/assistants/{assistant_id}/files",
            required("file_id"),
            headers=V1,
            retired=V1_END,
        ),
        delete(
            "deleteAssistantFile", "/assistants/{assistant_id}/files/{file_id}", headers=V1, retired=V1_END
        ),
        get("getAssistantFile", "/assistants/{assistant_id}/files/{file_id}", headers=V1, retired=V1_END),
        get(
            "listAssistantFiles",
            "/assistants/{assistant_id}/files",
            *PAGE,
            page="CursorPage",
            headers=V1,
            retired=V1_END,
        ),
    ),
)
