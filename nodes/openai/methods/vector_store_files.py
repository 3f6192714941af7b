"""Files of a vector store."""

from ..polls import (
    create_and_poll_vector_store_file,
    poll_vector_store_file,
    upload_and_poll_vector_store_file,
    upload_vector_store_file,
)
from ..record import BEFORE, PAGE, Family, delete, get, post, required
from .fields import ATTRIBUTES, CHUNKING_STRATEGY, FILE, FILTER, MAX_WAIT_SECONDS, POLL_INTERVAL

FAMILY = Family(
    "vector-store-files",
    icon="🔖",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        post(
            "createVectorStoreFile",
            "/vector_stores/{vector_store_id}/files",
            required("file_id"),
            ATTRIBUTES,
            CHUNKING_STRATEGY,
            sdk="vector_stores.files.create",
        ),
        post(
            "createAndPollVectorStoreFile",
            "/vector_stores/{vector_store_id}/files",
            required("file_id"),
            ATTRIBUTES,
            POLL_INTERVAL,
            MAX_WAIT_SECONDS,
            CHUNKING_STRATEGY,
            sdk="vector_stores.files.create_and_poll",
            run=create_and_poll_vector_store_file,
        ),
        post(
            "uploadVectorStoreFile",
            "/vector_stores/{vector_store_id}/files",
            FILE,
            CHUNKING_STRATEGY,
            sdk="vector_stores.files.upload",
            run=upload_vector_store_file,
        ),
        post(
            "uploadAndPollVectorStoreFile",
            "/vector_stores/{vector_store_id}/files",
            FILE,
            ATTRIBUTES,
            POLL_INTERVAL,
            MAX_WAIT_SECONDS,
            CHUNKING_STRATEGY,
            sdk="vector_stores.files.upload_and_poll",
            run=upload_and_poll_vector_store_file,
        ),
        get(
            "pollVectorStoreFile",
            "/vector_stores/{vector_store_id}/files/{file_id}",
            POLL_INTERVAL,
            MAX_WAIT_SECONDS,
            sdk="vector_stores.files.poll",
            run=poll_vector_store_file,
        ),
        get(
            "listVectorStoreFiles",
            "/vector_stores/{vector_store_id}/files",
            FILTER,
            *PAGE,
            BEFORE,
            sdk="vector_stores.files.list",
            page="CursorPage",
        ),
        get(
            "retrieveVectorStoreFile",
            "/vector_stores/{vector_store_id}/files/{file_id}",
            sdk="vector_stores.files.retrieve",
        ),
        post(
            "modifyVectorStoreFile",
            "/vector_stores/{vector_store_id}/files/{file_id}",
            required("attributes", dict[str, str | float | bool], example={"language": "en"}),
            sdk="vector_stores.files.update",
        ),
        get(
            "getVectorStoreFileContent",
            "/vector_stores/{vector_store_id}/files/{file_id}/content",
            sdk="vector_stores.files.content",
            page="Page",
        ),
        delete(
            "deleteVectorStoreFile",
            "/vector_stores/{vector_store_id}/files/{file_id}",
            sdk="vector_stores.files.delete",
            options=True,
        ),
    ),
)
