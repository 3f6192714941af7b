"""Images: made, edited, varied."""

from typing import Literal

from ..record import Family, file, optional, post, required
from .fields import PROMPT
from .shapes import Svg, Verbosity

IMAGE_FORMAT = optional("response_format", Literal["url", "b64_json"])

IMAGE = (
    optional("model"),
    optional("stream", bool),
    optional("background", Literal["transparent", "opaque", "auto"]),
    optional("complexity", Verbosity),
    optional("frame_count", int),
    optional("frame_duration_ms", int),
    optional("n", int, ge=1, le=10),
    optional("output_compression", int, ge=0, le=100),
    optional("output_format", Literal["png", "webp", "jpeg", "gif", "svg"]),
    optional("partial_images", int, ge=0, le=3),
    IMAGE_FORMAT,
    optional("safety_identifier"),
    optional("size"),
    optional("svg", Svg),
    optional("user"),
)

FAMILY = Family(
    "images",
    icon="🖼",
    methods=(
        post(
            "createImage",
            "/images/generations",
            PROMPT,
            optional("moderation", Literal["low", "auto"]),
            optional("quality", Literal["low", "medium", "high", "xhigh", "max", "auto", "standard", "hd"]),
            optional("style", Literal["vivid", "natural"]),
            *IMAGE,
            sdk="images.generate",
            streams=True,
            result="data",
        ),
        post(
            "createImageEdit",
            "/images/edits",
            file("image", str | list[str], example="cat.png"),
            required("prompt", example="Put a red hat on the cat"),
            optional("input_fidelity", Literal["high", "low"]),
            file("markup", required=False),
            file("mask", required=False),
            optional("quality", Literal["low", "medium", "high", "xhigh", "max", "auto", "standard"]),
            *IMAGE,
            sdk="images.edit",
            streams=True,
            result="data",
        ),
        post(
            "createImageVariation",
            "/images/variations",
            file("image", example="cat.png"),
            optional("model"),
            optional("n", int, ge=1, le=10),
            IMAGE_FORMAT,
            optional("size", Literal["256x256", "512x512", "1024x1024"]),
            optional("user"),
            sdk="images.create_variation",
            result="data",
        ),
    ),
)
