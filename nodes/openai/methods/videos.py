"""Videos: made, edited, extended."""

from typing import Literal

from ..polls import create_and_poll_video, poll_video
from ..record import PAGE, Family, delete, file, get, optional, post, required
from .fields import BINARY, POLL_INTERVAL, PROMPT
from .shapes import Json

INPUT_REFERENCE = file("input_reference", str | Json, required=False, text=True)
SECONDS = optional("seconds", Literal["4", "8", "12"])
SIZE = optional("size", Literal["720x1280", "1280x720", "1024x1792", "1792x1024"])
VIDEO = file("video", str | Json, text=True, example="clip.mp4")

FAMILY = Family(
    "videos",
    icon="🎬",
    methods=(
        post(
            "createVideo",
            "/videos",
            PROMPT,
            INPUT_REFERENCE,
            optional("model"),
            SECONDS,
            SIZE,
            sdk="videos.create",
            multipart=True,
        ),
        get("getVideo", "/videos/{video_id}", sdk="videos.retrieve"),
        get("listVideos", "/videos", *PAGE, sdk="videos.list", page="ConversationCursorPage"),
        delete("deleteVideo", "/videos/{video_id}", sdk="videos.delete"),
        post(
            "createVideoCharacter",
            "/videos/characters",
            required("name", example="Captain"),
            file("video", text=True, example="clip.mp4"),
            sdk="videos.create_character",
            multipart=True,
        ),
        get(
            "downloadVideoContent",
            "/videos/{video_id}/content",
            optional("variant", Literal["video", "thumbnail", "spritesheet"]),
            sdk="videos.download_content",
            answer="bytes",
            headers=BINARY,
        ),
        post(
            "editVideo",
            "/videos/edits",
            required("prompt", example="Make it night"),
            VIDEO,
            sdk="videos.edit",
            multipart=True,
        ),
        post(
            "extendVideo",
            "/videos/extensions",
            required("prompt", example="The lamp starts to turn"),
            required("seconds", Literal["4", "8", "12"], example="8"),
            VIDEO,
            sdk="videos.extend",
            multipart=True,
        ),
        get("getVideoCharacter", "/videos/characters/{character_id}", sdk="videos.get_character"),
        post(
            "remixVideo",
            "/videos/{video_id}/remix",
            required("prompt", example="The same scene in winter"),
            sdk="videos.remix",
        ),
        post(
            "videos.create_and_poll",
            "/videos",
            PROMPT,
            INPUT_REFERENCE,
            optional("model"),
            SECONDS,
            SIZE,
            POLL_INTERVAL,
            run=create_and_poll_video,
        ),
        get("videos.poll", "/videos/{video_id}", POLL_INTERVAL, run=poll_video),
    ),
)
