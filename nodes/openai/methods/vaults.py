"""Vaults: credentials agents may use."""

from typing import Literal

from ..record import PAGE, Family, delete, get, optional, post, required
from .fields import METADATA, NAME
from .shapes import Json

STATUS = optional("status", Literal["active", "archived"] | list[Literal["active", "archived"]])

FAMILY = Family(
    "vaults",
    icon="🔑",
    headers={"OpenAI-Beta": "agents=v1"},
    methods=(
        post("beta.agents.vaults.create", "/vaults", METADATA, optional("name"), example={"name": "Team"}),
        post(
            "beta.agents.vaults.credentials.create",
            "/vaults/{vault_id}/credentials",
            required(
                "auth",
                Json,
                example={
                    "type": "static_bearer",
                    "token": "mcp-token",
                    "mcp_server_url": "https://mcp.example.com",
                },
            ),
            NAME,
            METADATA,
        ),
        delete("beta.agents.vaults.credentials.delete", "/vaults/{vault_id}/credentials/{credential_id}"),
        get(
            "beta.agents.vaults.credentials.list",
            "/vaults/{vault_id}/credentials",
            METADATA,
            STATUS,
            *PAGE,
            page="CursorPage",
        ),
        get("beta.agents.vaults.credentials.retrieve", "/vaults/{vault_id}/credentials/{credential_id}"),
        post(
            "beta.agents.vaults.credentials.update",
            "/vaults/{vault_id}/credentials/{credential_id}",
            optional("auth", Json),
            METADATA,
            example={"metadata": {"owner": "ada"}},
        ),
        delete("beta.agents.vaults.delete", "/vaults/{vault_id}"),
        get("beta.agents.vaults.list", "/vaults", METADATA, STATUS, *PAGE, page="CursorPage"),
        get("beta.agents.vaults.retrieve", "/vaults/{vault_id}"),
        post(
            "beta.agents.vaults.update",
            "/vaults/{vault_id}",
            METADATA,
            optional("name"),
            example={"name": "Team A"},
        ),
    ),
)
