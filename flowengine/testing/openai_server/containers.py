"""Containers and their files."""

from __future__ import annotations

from .calls import Answer, Call, Content, Upload, route
from .resources import Collection
from .state import Json

CONTAINER: Json = {"status": "running", "expires_after": {"anchor": "last_active_at", "minutes": 20}}


class Silent(Collection):
    """A collection whose deletions are answered by nothing."""

    def delete(self, call: Call) -> None:  # type: ignore[override]
        """Forget a resource."""
        super().delete(call)


class ContainerFiles(Silent):
    """The files of a container: uploaded, or taken from the files by id."""

    def create(self, call: Call) -> Json:
        """Put a file into a container."""
        file = call.body.get("file")
        if isinstance(file, Upload):
            name, content = file.filename, file.content
        else:
            call.need("file_id")
            name = call.state.get("/files", call.body["file_id"])["filename"]
            content = call.state.contents[call.body["file_id"]]
        item = super().create(Call(call.state, call.verb, call.path))
        item |= {"container_id": call.path.split("/")[2], "path": f"/mnt/data/{name}", "source": "user"}
        call.state.contents[item["id"]] = content
        item["bytes"] = len(content)
        return item


Silent("/containers", "container", "cntr_", "create list get delete", ("name",), CONTAINER).install()
ContainerFiles(
    "/containers/{container_id}/files", "container.file", "cfile_", "create list get delete"
).install()


@route("GET", "/containers/{container_id}/files/{file_id}/content")
def container_file_content(call: Call) -> Answer:
    """Give the content of a file."""
    call.state.get(f"/containers/{call.ids['container_id']}/files", call.ids["file_id"])
    return Content(call.state.contents[call.ids["file_id"]])
