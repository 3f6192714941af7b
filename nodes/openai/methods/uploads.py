"""Uploads: a large file sent in parts."""

from ..record import Family, file, optional, post, required
from ..uploads import upload_in_parts
from .fields import EXPIRES_AFTER, PURPOSE
from .shapes import Json

MIME_TYPE = required("mime_type", example="application/pdf")

FAMILY = Family(
    "uploads",
    icon="⬆",
    methods=(
        post(
            "createUpload",
            "/uploads",
            required("filename", example="handbook.pdf"),
            PURPOSE,
            required("bytes", int, ge=0, example=1048576),
            MIME_TYPE,
            EXPIRES_AFTER,
            sdk="uploads.create",
            strict=True,
        ),
        post(
            "addUploadPart",
            "/uploads/{upload_id}/parts",
            file("data", example="part-1.bin"),
            sdk="uploads.parts.create",
            strict=True,
        ),
        post(
            "completeUpload",
            "/uploads/{upload_id}/complete",
            required("part_ids", list[str], example=["part_123"]),
            optional("md5"),
            sdk="uploads.complete",
            strict=True,
        ),
        post("cancelUpload", "/uploads/{upload_id}/cancel", sdk="uploads.cancel", strict=True),
        post(
            "uploads.upload_file_chunked",
            "/uploads",
            file("file", str | Json, example="handbook.pdf"),
            MIME_TYPE,
            PURPOSE,
            optional("filename"),
            optional("bytes", int, ge=0),
            optional("part_size", int, ge=1),
            optional("md5"),
            run=upload_in_parts,
        ),
    ),
)
