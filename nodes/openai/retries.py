"""When a failed request is worth another try, and how long to wait for it."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

RETRIED = frozenset((408, 409, 429))
FIRST_DELAY, LONGEST_DELAY = 0.5, 8.0


def worth_retrying(status: int, headers: Mapping[str, str]) -> bool:
    """Whether a failure may pass: what the server says, else what its status means."""
    said = headers.get("x-should-retry")
    if said in ("true", "false"):
        return said == "true"
    return status in RETRIED or status >= 500


def retry_delay(headers: Mapping[str, str], attempts: int) -> float:
    """Seconds to wait: what the server asks for, at once where it asks for nonsense, else the backoff."""
    if (text := headers.get("retry-after-ms")) is not None and (number := as_number(text)) is not None:
        return max(0.0, number / 1000)
    if text := headers.get("retry-after"):
        if (number := as_number(text)) is not None:
            return max(0.0, number)
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except ValueError:
            return 0.0
    return backoff(attempts)


def as_number(text: str) -> float | None:
    """The number a header holds, None where it holds none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and number != float("inf") else None


def backoff(attempts: int) -> float:
    """Half a second, doubled with each try up to eight, less up to a quarter so that callers spread."""
    seconds: float = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    return seconds * (1 - random.random() * 0.25)
