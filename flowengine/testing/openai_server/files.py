"""Files, uploads in parts, and batches, which play the lines of a file."""

from __future__ import annotations

import json

from .calls import Answer, Call, Content, Upload, answer, route
from .resources import Collection
from .state import Json, Problem


def _kept(call: Call, name: str = "file") -> Upload:
    file = call.body.get(name)
    if not isinstance(file, Upload):
        raise Problem(400, f"'{name}' must be sent as a file of a multipart form.", name)
    return file


class Files(Collection):
    """A collection whose resources have a content."""

    def create(self, call: Call) -> Json:
        """Keep a file and its content."""
        file = _kept(call)
        item = super().create(call)
        item |= {"bytes": len(file.content), "filename": file.filename, "status": "processed"}
        call.state.contents[item["id"]] = file.content
        return item


def keep(call: Call, content: bytes, filename: str, purpose: str) -> Json:
    """Keep a file that the simulator made itself."""
    body = {"file": Upload(filename, "application/octet-stream", content), "purpose": purpose}
    return FILES.create(Call(call.state, "POST", "/files", body=body))


FILES = Files("/files", "file", "file-", "create list get delete", ("file", "purpose"), deleted="")
FILES.install()


@route("GET", "/files/{file_id}/content")
def download(call: Call) -> Answer:
    """Give the content of a file."""
    call.state.get("/files", call.ids["file_id"])
    return Content(call.state.contents[call.ids["file_id"]])


UPLOADS = Collection(
    "/uploads",
    "upload",
    "upload_",
    "create cancel",
    ("bytes", "filename", "mime_type", "purpose"),
    fill=lambda call: {"status": "pending", "expires_at": call.state.now() + 3600},
)
UPLOADS.install()


@route("POST", "/uploads/{upload_id}/parts", "data")
def add_part(call: Call) -> Answer:
    """Keep a part of an upload."""
    call.state.get("/uploads", call.ids["upload_id"])
    head: Json = {"id": call.state.new_id("part_"), "object": "upload.part", "created_at": call.state.now()}
    call.state.contents[head["id"]] = _kept(call, "data").content
    return call.state.add(call.path, {**head, "upload_id": call.ids["upload_id"]})


@route("POST", "/uploads/{upload_id}/complete", "part_ids")
def complete_upload(call: Call) -> Answer:
    """Put the parts together as a file; their sizes must come to what was announced."""
    upload = call.state.get("/uploads", call.ids["upload_id"])
    parts = f"/uploads/{upload['id']}/parts"
    content = b"".join(
        call.state.contents[call.state.get(parts, name)["id"]] for name in call.body["part_ids"]
    )
    if len(content) != int(upload["bytes"]):
        raise Problem(400, f"The parts have {len(content)} bytes, not {upload['bytes']}.", "part_ids")
    upload |= {"status": "completed", "file": keep(call, content, upload["filename"], upload["purpose"])}
    return upload


class Batches(Collection):
    """Batches are played when they are made; their status tells of it later."""

    def create(self, call: Call) -> Json:
        """Play every line of the input file."""
        call.state.get("/files", call.body["input_file_id"])
        lines = call.state.contents[call.body["input_file_id"]].decode().splitlines()
        played = [self._play(call, json.loads(line)) for line in lines if line.strip()]
        failed = sum(line["response"]["status_code"] >= 400 for line in played)
        output = "".join(json.dumps(line) + "\n" for line in played).encode()
        item = super().create(call)
        item["output_file_id"] = keep(call, output, "output.jsonl", "batch_output")["id"]
        item["request_counts"] = {"total": len(played), "completed": len(played) - failed, "failed": failed}
        return item

    def _play(self, call: Call, line: Json) -> Json:
        path = line["url"].removeprefix("/v1")
        try:
            status, body = 200, answer(Call(call.state, line.get("method", "POST"), path, body=line["body"]))
        except Problem as problem:
            status, body = problem.status, problem.as_json()
        response = {"status_code": status, "request_id": call.state.new_id("req_"), "body": body}
        head = {"id": call.state.new_id("batch_req_"), "custom_id": line.get("custom_id")}
        return {**head, "response": response, "error": None}


Batches(
    "/batches",
    "batch",
    "batch_",
    "create list get cancel",
    ("input_file_id", "endpoint", "completion_window"),
    statuses=("validating", "in_progress", "completed"),
).install()
