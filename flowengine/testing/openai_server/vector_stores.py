"""Vector stores: files, batches of files, and a search that finds texts with the same words."""

from __future__ import annotations

from .calls import Answer, Call, route
from .embeddings import likeness
from .resources import Collection
from .state import Json, page

PATH = "/vector_stores"
DONE = ("in_progress", "completed")


def _counts(total: int) -> Json:
    return {"in_progress": 0, "completed": total, "failed": 0, "cancelled": 0, "total": total}


class Stores(Collection):
    """A new store may be given its files at once."""

    def create(self, call: Call) -> Json:
        """Make a store."""
        file_ids = call.body.pop("file_ids", None) or []
        store = super().create(call)
        for file_id in file_ids:
            add_file(call, store["id"], {"file_id": file_id})
        store["file_counts"] = _counts(len(file_ids))
        return store


def add_file(call: Call, store_id: str, wanted: Json) -> Json:
    """Add a file to a store; it has the file's own id."""
    call.state.get(PATH, store_id)
    file = call.state.get("/files", wanted["file_id"])
    item = {
        "id": file["id"],
        "object": "vector_store.file",
        "created_at": call.state.now(),
        "last_error": None,
    }
    item |= {
        "vector_store_id": store_id,
        "usage_bytes": file["bytes"],
        "attributes": wanted.get("attributes") or {},
    }
    strategy = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}
    return call.state.add(f"{PATH}/{store_id}/files", {**item, "chunking_strategy": strategy}, DONE)


class StoreFiles(Collection):
    """The files of a store."""

    def create(self, call: Call) -> Json:
        """Add a file."""
        return add_file(call, call.path.split("/")[2], call.body)


class FileBatches(Collection):
    """Several files at once."""

    def create(self, call: Call) -> Json:
        """Add the files of `file_ids`, or of `files` with attributes of their own."""
        store_id = call.path.split("/")[2]
        wanted = call.body.get("files") or [
            {"file_id": file_id} for file_id in call.body.get("file_ids") or []
        ]
        added = [add_file(call, store_id, {**call.body, **file})["id"] for file in wanted]
        head: Json = {"id": call.state.new_id("vsfb_"), "object": self.object, "created_at": call.state.now()}
        batch = {**head, "vector_store_id": store_id, "file_counts": _counts(len(added))}
        call.state.contents[batch["id"]] = "\n".join(added).encode()
        return call.state.add(call.path, batch, DONE)


STORE: Json = {"name": "", "metadata": {}, "usage_bytes": 0, "status": "completed"}
Stores(PATH, "vector_store", "vs_", defaults=STORE).install()
StoreFiles(f"{PATH}/{{store_id}}/files", "vector_store.file", "file-", needs=("file_id",)).install()
FileBatches(
    f"{PATH}/{{store_id}}/file_batches", "vector_store.files_batch", "vsfb_", "create get cancel"
).install()


@route("GET", f"{PATH}/{{store_id}}/file_batches/{{batch_id}}/files")
def batch_files(call: Call) -> Answer:
    """List the files of a batch."""
    store, batch = call.ids["store_id"], call.ids["batch_id"]
    call.state.get(f"{PATH}/{store}/file_batches", batch)
    file_ids = call.state.contents[batch].decode().split()
    return page([call.state.look(f"{PATH}/{store}/files", file_id) for file_id in file_ids], call.query)


def _text(call: Call, file_id: str) -> str:
    return call.state.contents.get(file_id, b"").decode(errors="replace")


@route("GET", f"{PATH}/{{store_id}}/files/{{file_id}}/content")
def content(call: Call) -> Answer:
    """Give the text of a file."""
    call.state.get(f"{PATH}/{call.ids['store_id']}/files", call.ids["file_id"])
    data = [{"type": "text", "text": _text(call, call.ids["file_id"])}]
    return {"object": "vector_store.file_content.page", "data": data, "has_more": False, "next_page": None}


@route("POST", f"{PATH}/{{store_id}}/search", "query")
def search(call: Call) -> Answer:
    """Find the files whose words are most like the query's."""
    call.state.get(PATH, call.ids["store_id"])
    asked = call.body["query"] if isinstance(call.body["query"], list) else [call.body["query"]]
    found = []
    for item in call.state.all(f"{PATH}/{call.ids['store_id']}/files"):
        text = _text(call, item["id"])
        score = max(0.0, *(likeness(query, text) for query in asked)) if asked else 0.0
        file = call.state.collections.get("/files", {}).get(item["id"], {})  # it may have been deleted since
        head = {"file_id": item["id"], "filename": file.get("filename", "")}
        parts = [{"type": "text", "text": text}]
        found.append({**head, "score": score, "attributes": item["attributes"], "content": parts})
    found.sort(key=lambda one: (-one["score"], one["file_id"]))
    head = {"object": "vector_store.search_results.page", "search_query": asked, "next_page": None}
    return {**head, "data": found[: call.body.get("max_num_results") or 10], "has_more": False}
