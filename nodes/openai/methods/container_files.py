"""Files inside a container."""

from ..record import PAGE, Family, delete, file, get, optional, post
from .fields import ANYTHING

FAMILY = Family(
    "container-files",
    icon="🗃",
    methods=(
        get(
            "listContainerFiles",
            "/containers/{container_id}/files",
            *PAGE,
            sdk="containers.files.list",
            page="CursorPage",
        ),
        post(
            "addContainerFile",
            "/containers/{container_id}/files",
            file("file", required=False),
            optional("file_id"),
            sdk="containers.files.create",
            example={"file": "prices.csv"},
        ),
        get(
            "retrieveContainerFile",
            "/containers/{container_id}/files/{file_id}",
            sdk="containers.files.retrieve",
            options=True,
        ),
        delete(
            "deleteContainerFile",
            "/containers/{container_id}/files/{file_id}",
            sdk="containers.files.delete",
            options=True,
            headers=ANYTHING,
        ),
        get(
            "downloadContainerFileContent",
            "/containers/{container_id}/files/{file_id}/content",
            sdk="containers.files.content.retrieve",
            answer="bytes",
            headers=ANYTHING,
            options=True,
        ),
    ),
)
