"""Decisions: questions with set answers about an input."""

from ..record import Family, optional, post, required
from .fields import MODEL, PROMPT_CACHE_OPTIONS
from .shapes import Json

FAMILY = Family(
    "decisions",
    icon="⚖",
    methods=(
        post(
            "decisions.create",
            "/decisions",
            MODEL,
            required("input", str | list[Json], example="Thanks a lot, that was quick!"),
            required(
                "questions",
                list[Json],
                example=[{"type": "predicate", "name": "polite", "instructions": "Is the message polite?"}],
            ),
            optional("prompt_cache_key"),
            PROMPT_CACHE_OPTIONS,
            optional("safety_identifier"),
        ),
    ),
)
