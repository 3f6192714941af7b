"""Moderation: whether a text or an image is harmful."""

from ..record import Family, optional, post, required
from .shapes import Json

FAMILY = Family(
    "moderations",
    icon="🚦",
    methods=(
        post(
            "createModeration",
            "/moderations",
            required("input", str | list[str] | list[Json], example="I could eat a horse."),
            optional("model"),
            sdk="moderations.create",
        ),
    ),
)
