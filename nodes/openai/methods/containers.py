"""Containers in which the code interpreter runs."""

from typing import Literal

from ..record import PAGE, Family, delete, get, optional, post
from .fields import ANYTHING, NAME
from .shapes import Json, MinutesAfterUse

FAMILY = Family(
    "containers",
    icon="🧰",
    methods=(
        post(
            "createContainer",
            "/containers",
            NAME,
            optional("expires_after", MinutesAfterUse),
            optional("file_ids", list[str]),
            optional("memory_limit", Literal["1g", "4g", "16g", "64g"]),
            optional("network_policy", Json),
            optional("skills", list[Json]),
            sdk="containers.create",
        ),
        get(
            "listContainers", "/containers", optional("name"), *PAGE, sdk="containers.list", page="CursorPage"
        ),
        get("retrieveContainer", "/containers/{container_id}", sdk="containers.retrieve"),
        delete("deleteContainer", "/containers/{container_id}", sdk="containers.delete", headers=ANYTHING),
    ),
)
