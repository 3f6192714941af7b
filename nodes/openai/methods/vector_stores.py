"""Vector stores: searchable collections of files."""

from ..record import BEFORE, PAGE, Family, delete, get, optional, post, required
from .fields import CHUNKING_STRATEGY, METADATA
from .shapes import DaysAfterUse, Json, RankingOptions

AFTER_USE = optional("expires_after", DaysAfterUse)

FAMILY = Family(
    "vector-stores",
    icon="🗂",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        post(
            "createVectorStore",
            "/vector_stores",
            CHUNKING_STRATEGY,
            optional("description"),
            AFTER_USE,
            optional("file_ids", list[str]),
            METADATA,
            optional("name"),
            sdk="vector_stores.create",
            example={"name": "Handbook"},
        ),
        get("listVectorStores", "/vector_stores", *PAGE, BEFORE, sdk="vector_stores.list", page="CursorPage"),
        post(
            "searchVectorStore",
            "/vector_stores/{vector_store_id}/search",
            required("query", str | list[str], example="How do I return an item?"),
            optional("filters", Json),
            optional("max_num_results", int, ge=1, le=50),
            optional("ranking_options", RankingOptions),
            optional("rewrite_query", bool),
            sdk="vector_stores.search",
            page="Page",
        ),
        get("retrieveVectorStore", "/vector_stores/{vector_store_id}", sdk="vector_stores.retrieve"),
        post(
            "modifyVectorStore",
            "/vector_stores/{vector_store_id}",
            AFTER_USE,
            METADATA,
            optional("name"),
            sdk="vector_stores.update",
            example={"name": "Handbook 2"},
        ),
        delete("deleteVectorStore", "/vector_stores/{vector_store_id}", sdk="vector_stores.delete"),
    ),
)
