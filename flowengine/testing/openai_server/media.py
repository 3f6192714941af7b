"""Images, speech, transcriptions and videos."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from . import texts
from .calls import Answer, Call, Content, Events, Upload, route
from .pictures_and_sounds import mp4, png, samples, wav
from .resources import Collection
from .state import Json, Problem


def _image(kind: str, call: Call) -> Answer:
    prompt = str(call.body.get("prompt", "a variation"))
    encoded = base64.b64encode(png(prompt)).decode()
    usage = _image_usage(prompt)
    if call.body.get("stream") in (True, "true"):
        return Events(_image_events(kind, encoded, int(call.body.get("partial_images") or 0), usage, call))
    form = {"url": f"data:image/png;base64,{encoded}"} if _wants_url(call) else {"b64_json": encoded}
    data = [{**form, "revised_prompt": f"{texts.MARK} {prompt}"} for _ in range(int(call.body.get("n") or 1))]
    return {
        "created": call.state.now(),
        "data": data,
        "output_format": "png",
        "size": "1024x1024",
        "usage": usage,
    }


def _wants_url(call: Call) -> bool:
    return call.body.get("response_format") == "url"


def _image_usage(prompt: str) -> Json:
    given = texts.count(prompt)
    details = {"image_tokens": 0, "text_tokens": given}
    return {
        "input_tokens": given,
        "input_tokens_details": details,
        "output_tokens": 1,
        "total_tokens": given + 1,
    }


def _image_events(
    kind: str, encoded: str, partial: int, usage: Json, call: Call
) -> Iterator[tuple[str, Json]]:
    looks = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1024x1024"}
    body = {"b64_json": encoded, "created_at": call.state.now(), **looks}
    for index in range(partial):
        name = f"{kind}.partial_image"
        yield name, {"type": name, **body, "partial_image_index": index}
    yield f"{kind}.completed", {"type": f"{kind}.completed", **body, "usage": usage}


@route("POST", "/images/generations", "prompt")
def generate(call: Call) -> Answer:
    """Make an image of a prompt."""
    return _image("image_generation", call)


@route("POST", "/images/edits", "image", "prompt")
def edit(call: Call) -> Answer:
    """Make an image of a prompt; the image that is sent does not matter."""
    return _image("image_edit", call)


@route("POST", "/images/variations", "image")
def vary(call: Call) -> Answer:
    """Make an image."""
    return _image("image_generation", call)


@route("POST", "/audio/speech", "model", "input", "voice")
def speak(call: Call) -> Answer:
    """Give a tone as WAV whatever format is asked for; raw samples for pcm, events for `stream_format` sse."""
    text = str(call.body["input"])
    if call.body.get("stream_format") == "sse":
        audio = base64.b64encode(wav(text)).decode()
        usage = {"input_tokens": texts.count(text), "output_tokens": 1, "total_tokens": texts.count(text) + 1}
        delta, done = (
            {"type": "speech.audio.delta", "audio": audio},
            {"type": "speech.audio.done", "usage": usage},
        )
        return Events([("speech.audio.delta", delta), ("speech.audio.done", done)])
    if call.body.get("response_format") == "pcm":
        return Content(samples(text), "audio/pcm")
    return Content(wav(text), "audio/wav")


@route("POST", "/audio/transcriptions", "file", "model")
def transcribe(call: Call) -> Answer:
    """Say which file was heard, in the format that is asked for, or as events."""
    text = f"{texts.MARK} transcript of {_heard(call)}"
    if call.body.get("stream") in (True, "true"):
        pieces: list[Json] = [
            {"type": "transcript.text.delta", "delta": piece} for piece in texts.words(text)
        ]
        pieces.append({"type": "transcript.text.done", "text": text})
        return Events([(event["type"], event) for event in pieces])
    return _written(text, call)


@route("POST", "/audio/translations", "file", "model")
def translate(call: Call) -> Answer:
    """Say which file was heard."""
    return _written(f"{texts.MARK} translation of {_heard(call)}", call)


def _heard(call: Call) -> str:
    file = call.body["file"]
    if not isinstance(file, Upload):
        raise Problem(400, "'file' must be sent as a file of a multipart form.", "file")
    return f"{file.filename}, {len(file.content)} bytes"


def _written(text: str, call: Call) -> Answer:
    match call.body.get("response_format", "json"):
        case "text":
            return Content(f"{text}\n".encode(), "text/plain; charset=utf-8")
        case "srt":
            return Content(
                f"1\n00:00:00,000 --> 00:00:01,000\n{text}\n".encode(), "text/plain; charset=utf-8"
            )
        case "vtt":
            cue = f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n"
            return Content(cue.encode(), "text/plain; charset=utf-8")
        case "verbose_json":
            segment = {
                "id": 0,
                "seek": 0,
                "start": 0.0,
                "end": 1.0,
                "text": text,
                "tokens": [],
                "temperature": 0.0,
            }
            segment |= {"avg_logprob": 0.0, "compression_ratio": 1.0, "no_speech_prob": 0.0}
            return {
                "task": "transcribe",
                "language": "english",
                "duration": 1.0,
                "text": text,
                "segments": [segment],
            }
    return {"text": text, "usage": {"type": "duration", "seconds": 1}}


VIDEO: Json = {"model": "sora-2", "seconds": "4", "size": "720x1280", "progress": 0, "error": None}
VIDEOS = Collection(
    "/videos",
    "video",
    "video_",
    "create list get delete",
    ("prompt",),
    VIDEO,
    statuses=("queued", "in_progress", "completed"),
)
VIDEOS.install()


@route("GET", "/videos/{video_id}/content")
def video_content(call: Call) -> Answer:
    """Give the film, or a picture for the variants `thumbnail` and `spritesheet`."""
    video = call.state.get("/videos", call.ids["video_id"])
    prompt = str(video.get("prompt"))
    if call.query.get("variant", "video") == "video":
        return Content(mp4(prompt), "video/mp4")
    return Content(png(prompt), "image/png")


def _another_video(call: Call, **more: Any) -> Answer:
    body = {**call.body, **more}
    return VIDEOS.create(Call(call.state, "POST", "/videos", body=body))


@route("POST", "/videos/{video_id}/remix", "prompt")
def remix(call: Call) -> Answer:
    """Make a video of another one."""
    call.state.get("/videos", call.ids["video_id"])
    return _another_video(call, remixed_from_video_id=call.ids["video_id"])


@route("POST", "/videos/edits", "prompt", "video")
def edit_video(call: Call) -> Answer:
    """Make a video of a file or of another video."""
    return _another_video(call, video=None)


@route("POST", "/videos/extensions", "prompt", "seconds", "video")
def extend_video(call: Call) -> Answer:
    """Make a longer video."""
    return _another_video(call, video=None)


Collection("/videos/characters", "video.character", "char_", "create get", ("name", "video")).install()
