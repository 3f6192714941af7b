"""Several files put into a vector store at once."""

from ..polls import (
    create_and_poll_vector_store_file_batch,
    poll_vector_store_file_batch,
    upload_and_poll_vector_store_file_batch,
)
from ..record import BEFORE, PAGE, Family, file, get, optional, post
from .fields import ATTRIBUTES, CHUNKING_STRATEGY, FILTER, POLL_INTERVAL
from .shapes import BatchFile

FAMILY = Family(
    "vector-store-file-batches",
    icon="📚",
    headers={"OpenAI-Beta": "assistants=v2"},
    methods=(
        post(
            "createVectorStoreFileBatch",
            "/vector_stores/{vector_store_id}/file_batches",
            ATTRIBUTES,
            CHUNKING_STRATEGY,
            optional("file_ids", list[str]),
            optional("files", list[BatchFile]),
            sdk="vector_stores.file_batches.create",
            example={"file_ids": ["file_123", "file_456"]},
        ),
        post(
            "createAndPollVectorStoreFileBatch",
            "/vector_stores/{vector_store_id}/file_batches",
            ATTRIBUTES,
            CHUNKING_STRATEGY,
            optional("file_ids", list[str]),
            optional("files", list[BatchFile]),
            POLL_INTERVAL,
            sdk="vector_stores.file_batches.create_and_poll",
            run=create_and_poll_vector_store_file_batch,
            example={"file_ids": ["file_123", "file_456"]},
        ),
        get(
            "retrieveVectorStoreFileBatch",
            "/vector_stores/{vector_store_id}/file_batches/{batch_id}",
            sdk="vector_stores.file_batches.retrieve",
        ),
        get(
            "pollVectorStoreFileBatch",
            "/vector_stores/{vector_store_id}/file_batches/{batch_id}",
            POLL_INTERVAL,
            sdk="vector_stores.file_batches.poll",
            run=poll_vector_store_file_batch,
        ),
        post(
            "cancelVectorStoreFileBatch",
            "/vector_stores/{vector_store_id}/file_batches/{batch_id}/cancel",
            sdk="vector_stores.file_batches.cancel",
        ),
        get(
            "listVectorStoreBatchFiles",
            "/vector_stores/{vector_store_id}/file_batches/{batch_id}/files",
            FILTER,
            *PAGE,
            BEFORE,
            sdk="vector_stores.file_batches.list_files",
            page="CursorPage",
        ),
        post(
            "uploadAndPollVectorStoreFileBatch",
            "/vector_stores/{vector_store_id}/file_batches",
            file("files", list[str], example=["handbook.pdf", "prices.pdf"]),
            optional("maxConcurrency", int, ge=1),
            optional("file_ids", list[str]),
            POLL_INTERVAL,
            CHUNKING_STRATEGY,
            sdk="vector_stores.file_batches.upload_and_poll",
            run=upload_and_poll_vector_store_file_batch,
        ),
    ),
)
