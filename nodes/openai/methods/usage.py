"""What an organization used and what it cost."""

from typing import Literal

from ..record import LIMIT, Family, get, optional, required
from .shapes import Verbosity

GROUP_BY = optional("group_by", list[Literal["project_id", "user_id", "api_key_id", "model"]])
BUCKET_WIDTH = optional("bucket_width", Literal["1m", "1h", "1d"])
BY_PROJECT = optional("group_by", list[Literal["project_id"]])
BY_TIER = optional(
    "group_by",
    list[Literal["project_id", "user_id", "api_key_id", "model", "batch", "service_tier", "api_source"]],
)

BUCKETS = (
    required("start_time", int, example=1750000000),
    optional("end_time", int),
    LIMIT,
    optional("page"),
    optional("project_ids", list[str]),
)

BY_MODEL = (
    optional("api_key_ids", list[str]),
    BUCKET_WIDTH,
    optional("models", list[str]),
    optional("user_ids", list[str]),
)

FAMILY = Family(
    "usage",
    icon="📊",
    admin=True,
    methods=(
        get(
            "admin.organization.usage.audio_speeches",
            "/organization/usage/audio_speeches",
            GROUP_BY,
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.audio_transcriptions",
            "/organization/usage/audio_transcriptions",
            GROUP_BY,
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.code_interpreter_sessions",
            "/organization/usage/code_interpreter_sessions",
            BUCKET_WIDTH,
            BY_PROJECT,
            *BUCKETS,
        ),
        get(
            "admin.organization.usage.completions",
            "/organization/usage/completions",
            optional("batch", bool),
            BY_TIER,
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.costs",
            "/organization/costs",
            optional("api_key_ids", list[str]),
            optional("bucket_width", Literal["1d"]),
            optional(
                "group_by", list[Literal["project_id", "user_id", "line_item", "api_key_id", "api_source"]]
            ),
            optional("line_items", list[str]),
            *BUCKETS,
        ),
        get(
            "admin.organization.usage.decisions",
            "/organization/usage/decisions",
            optional("batch", bool),
            BY_TIER,
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.embeddings",
            "/organization/usage/embeddings",
            GROUP_BY,
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.file_search_calls",
            "/organization/usage/file_search_calls",
            optional("api_key_ids", list[str]),
            BUCKET_WIDTH,
            optional("group_by", list[Literal["project_id", "user_id", "api_key_id", "vector_store_id"]]),
            optional("user_ids", list[str]),
            optional("vector_store_ids", list[str]),
            *BUCKETS,
        ),
        get(
            "admin.organization.usage.images",
            "/organization/usage/images",
            optional(
                "group_by", list[Literal["project_id", "user_id", "api_key_id", "model", "size", "source"]]
            ),
            optional("sizes", list[Literal["256x256", "512x512", "1024x1024", "1792x1792", "1024x1792"]]),
            optional("sources", list[Literal["image.generation", "image.edit", "image.variation"]]),
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.moderations",
            "/organization/usage/moderations",
            GROUP_BY,
            *BUCKETS,
            *BY_MODEL,
        ),
        get(
            "admin.organization.usage.vector_stores",
            "/organization/usage/vector_stores",
            BUCKET_WIDTH,
            BY_PROJECT,
            *BUCKETS,
        ),
        get(
            "admin.organization.usage.web_search_calls",
            "/organization/usage/web_search_calls",
            optional("context_levels", list[Verbosity]),
            optional(
                "group_by",
                list[Literal["project_id", "user_id", "api_key_id", "model", "context_level", "api_source"]],
            ),
            *BUCKETS,
            *BY_MODEL,
        ),
    ),
)
