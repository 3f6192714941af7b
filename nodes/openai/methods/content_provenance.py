"""Content provenance: where a picture or a sound comes from."""

from ..record import Family, file, post

FAMILY = Family(
    "content-provenance",
    icon="🔎",
    methods=(
        post(
            "content_provenance_checks.create",
            "/content_provenance_checks",
            file("file", example="photo.png"),
        ),
    ),
)
