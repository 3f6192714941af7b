"""Files kept by the service."""

from ..polls import wait_for_file
from ..record import PAGE, Family, delete, get, optional, post
from .fields import BINARY, EXPIRES_AFTER, FILE, MAX_WAIT_SECONDS, POLL_INTERVAL, PURPOSE

FAMILY = Family(
    "files",
    icon="📄",
    methods=(
        get("listFiles", "/files", optional("purpose"), *PAGE, sdk="files.list", page="CursorPage"),
        post("createFile", "/files", FILE, PURPOSE, EXPIRES_AFTER, sdk="files.create"),
        delete("deleteFile", "/files/{file_id}", sdk="files.delete"),
        get("retrieveFile", "/files/{file_id}", sdk="files.retrieve"),
        get("downloadFile", "/files/{file_id}/content", sdk="files.content", answer="bytes", headers=BINARY),
        get("files.retrieve_content", "/files/{file_id}/content", answer="text"),
        get(
            "files.wait_for_processing",
            "/files/{file_id}",
            POLL_INTERVAL,
            MAX_WAIT_SECONDS,
            run=wait_for_file,
        ),
    ),
)
