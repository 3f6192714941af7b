"""Speech from text, text from speech, and custom voices."""

from typing import Literal

from ..record import AFTER, LIMIT, Family, delete, file, get, optional, post, required
from .shapes import Json

TEMPERATURE_TO_1 = optional("temperature", float, ge=0, le=1)

FAMILY = Family(
    "audio",
    icon="🔊",
    methods=(
        post(
            "createSpeech",
            "/audio/speech",
            required("model", example="gpt-4o-mini-tts"),
            required("input", example="Write one sentence about the sea."),
            required("voice", str | Json, example="alloy"),
            optional("instructions"),
            optional("response_format", Literal["mp3", "opus", "aac", "flac", "wav", "pcm"]),
            optional("speed", float, ge=0.25, le=4),
            optional("stream_format", Literal["sse", "audio"]),
            sdk="audio.speech.create",
            answer="bytes",
            headers={"Accept": "application/octet-stream"},
        ),
        post(
            "createTranscription",
            "/audio/transcriptions",
            file("file", example="meeting.mp3"),
            required("model", example="gpt-4o-transcribe"),
            optional("chunking_strategy", Literal["auto"] | Json),
            optional("include", list[Literal["logprobs"]]),
            optional("keywords", list[str]),
            optional("known_speaker_names", list[str]),
            optional("known_speaker_references", list[str]),
            optional("language"),
            optional("languages", list[str]),
            optional("prompt"),
            optional(
                "response_format", Literal["json", "text", "srt", "verbose_json", "vtt", "diarized_json"]
            ),
            optional("stream", bool),
            TEMPERATURE_TO_1,
            optional("timestamp_granularities", list[Literal["word", "segment"]]),
            sdk="audio.transcriptions.create",
            streams=True,
        ),
        post(
            "createTranslation",
            "/audio/translations",
            file("file", example="meeting.mp3"),
            required("model", example="whisper-1"),
            optional("prompt"),
            optional("response_format", Literal["json", "text", "srt", "verbose_json", "vtt"]),
            TEMPERATURE_TO_1,
            sdk="audio.translations.create",
        ),
        post(
            "audio.voice_consents.create",
            "/audio/voice_consents",
            required("language", example="en"),
            required("name", example="Ada"),
            file("recording", example="consent.wav"),
        ),
        delete("audio.voice_consents.delete", "/audio/voice_consents/{consent_id}"),
        get("audio.voice_consents.list", "/audio/voice_consents", AFTER, LIMIT, page="CursorPage"),
        get("audio.voice_consents.retrieve", "/audio/voice_consents/{consent_id}"),
        post(
            "audio.voice_consents.update",
            "/audio/voice_consents/{consent_id}",
            required("name", example="Ada L."),
        ),
        post(
            "audio.voices.create",
            "/audio/voices",
            required("name", example="Ada"),
            file("audio_sample", required=False),
            optional("consent"),
            optional("type", Literal["audio_sample", "prompt"]),
            optional("prompt"),
            optional("model"),
            optional("script_hint"),
            multipart=True,
            example={"audio_sample": "ada.wav", "consent": "consent_123"},
        ),
        delete("audio.voices.delete", "/audio/voices/{voice_id}"),
    ),
)
