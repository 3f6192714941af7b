"""Environments in which agents work."""

from typing import Literal

from ..agent_files import prepare_directory, prepare_files, upload_environment_file
from ..record import LIMIT, ORDER, PAGE, Family, delete, file, get, optional, post, required
from .fields import ENVIRONMENT, IDEMPOTENCY_KEY
from .shapes import Command, Enabled, Json, Network, Packages

PATH = required("path", example="/workspace/data/prices.csv")

TEMPLATE = (
    optional("capability_directories", list[str]),
    optional("desktop", Enabled),
    optional("env", dict[str, str]),
    optional("files", list[Json]),
    optional("name"),
    optional("network", Network),
    optional("packages", Packages),
    optional("plugins", list[Json]),
    optional("setup_commands", list[Command]),
    optional("skills", list[Json]),
)

FAMILY = Family(
    "agent-environments",
    icon="🖥",
    headers={"OpenAI-Beta": "agents=v1"},
    methods=(
        post(
            "beta.agents.environments.create",
            "/agents/environments",
            ENVIRONMENT,
            optional("vault_ids", list[str]),
            IDEMPOTENCY_KEY,
        ),
        post(
            "beta.agents.environments.files.create",
            "/agents/environments/{environment_id}/files",
            PATH,
            required("type", Literal["file_id", "inline"], example="file_id"),
            optional("file_id"),
            optional("data"),
            example={"file_id": "file_123"},
        ),
        get(
            "beta.agents.environments.files.list",
            "/agents/environments/{environment_id}/files",
            LIMIT,
            ORDER,
            optional("page"),
            optional("path"),
            page="TokenPage",
        ),
        post(
            "beta.agents.environments.files.prepare",
            "/files",
            required("files", dict[str, str], example={"/workspace/prices.csv": "prices.csv"}),
            run=prepare_files,
        ),
        post(
            "beta.agents.environments.files.prepare_directory",
            "/files",
            required("root", example="data"),
            required("destination", example="/workspace/data"),
            required("include", list[str], example=["*.csv"]),
            run=prepare_directory,
        ),
        post(
            "beta.agents.environments.files.upload",
            "/agents/environments/{environment_id}/files",
            file("file", example="prices.csv"),
            PATH,
            run=upload_environment_file,
        ),
        get(
            "beta.agents.environments.list",
            "/agents/environments",
            optional("type", Literal["openai_hosted"]),
            *PAGE,
            page="CursorPage",
        ),
        get("beta.agents.environments.retrieve", "/agents/environments/{environment_id}"),
        post(
            "beta.agents.environments.templates.create",
            "/agents/environments/templates",
            *TEMPLATE,
            example={"name": "Python", "packages": {"python": ["pandas"]}},
        ),
        delete(
            "beta.agents.environments.templates.delete",
            "/agents/environments/templates/{environment_template_id}",
        ),
        get(
            "beta.agents.environments.templates.list",
            "/agents/environments/templates",
            *PAGE,
            page="CursorPage",
        ),
        get(
            "beta.agents.environments.templates.retrieve",
            "/agents/environments/templates/{environment_template_id}",
        ),
        post(
            "beta.agents.environments.templates.update",
            "/agents/environments/templates/{environment_template_id}",
            *TEMPLATE,
            example={"packages": {"python": ["pandas", "numpy"]}},
        ),
    ),
)
