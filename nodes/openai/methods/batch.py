"""Batches: many requests in one file, answered within a day."""

from typing import Literal

from ..record import AFTER, LIMIT, Family, get, optional, post, required
from .fields import METADATA
from .shapes import SecondsAfterCreation

FAMILY = Family(
    "batch",
    icon="📦",
    methods=(
        post(
            "createBatch",
            "/batches",
            required("completion_window", Literal["24h"], example="24h"),
            required(
                "endpoint",
                Literal[
                    "/v1/responses",
                    "/v1/chat/completions",
                    "/v1/embeddings",
                    "/v1/completions",
                    "/v1/moderations",
                    "/v1/images/generations",
                    "/v1/images/edits",
                    "/v1/videos",
                ],
                example="/v1/responses",
            ),
            required("input_file_id"),
            METADATA,
            optional("output_expires_after", SecondsAfterCreation),
            sdk="batches.create",
        ),
        get("retrieveBatch", "/batches/{batch_id}", sdk="batches.retrieve"),
        get("listBatch", "/batches", AFTER, LIMIT, sdk="batches.list", page="CursorPage"),
        post("cancelBatch", "/batches/{batch_id}/cancel", sdk="batches.cancel"),
    ),
)
