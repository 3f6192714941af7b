"""Small but valid files: a PNG of one colour, a WAV of one tone, an MP4 without pictures."""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
import zlib

SAMPLE_RATE = 8000
SECONDS_A_WORD = 0.05


def png(prompt: str, size: int = 8) -> bytes:
    """Give a square picture whose colour follows from the prompt."""
    colour = hashlib.sha256(prompt.encode()).digest()[:3]
    rows = (b"\x00" + colour * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def samples(text: str) -> bytes:
    """Give a tone as 16-bit samples, longer for more words."""
    count = int(SAMPLE_RATE * SECONDS_A_WORD * max(1, len(text.split())))
    tone = (int(8000 * math.sin(2 * math.pi * 440 * index / SAMPLE_RATE)) for index in range(count))
    return b"".join(struct.pack("<h", value) for value in tone)


def wav(text: str) -> bytes:
    """Give that tone as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples(text))
    return out.getvalue()


def mp4(prompt: str) -> bytes:
    """Give an MP4 container that holds the prompt in free space, and no track."""
    kind = b"isom" + struct.pack(">I", 512) + b"isommp41"
    free = f"simulated video: {prompt}".encode()
    return b"".join(
        struct.pack(">I", 8 + len(data)) + name + data for name, data in ((b"ftyp", kind), (b"free", free))
    )
