"""Embeddings: a text as a vector."""

from typing import Literal

from ..answers import create_embedding
from ..record import Family, optional, post, required

FAMILY = Family(
    "embeddings",
    icon="🧭",
    methods=(
        post(
            "createEmbedding",
            "/embeddings",
            required("input", str | list[str] | list[int] | list[list[int]], example="A sentence to compare"),
            required("model", example="text-embedding-3-small"),
            optional("dimensions", int, ge=1),
            optional("encoding_format", Literal["float", "base64"]),
            optional("user"),
            sdk="embeddings.create",
            result="data",
            run=create_embedding,
        ),
    ),
)
