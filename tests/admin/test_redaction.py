"""Secrets that a cut would go through: whoever cuts a text to size shows none of the pieces."""

from __future__ import annotations

import json

import pytest

from flowengine.admin.joining import last_words
from flowengine.admin.redaction import MASK, Redactor
from flowengine.debug_values import encode_value

SECRET = 'correct horse "battery" staple'
LONGEST = 50


def shown(value: object, *secrets: str) -> str:
    redactor = Redactor(secrets)
    return redactor.clean(json.dumps(encode_value(value, LONGEST, redactor.cut), ensure_ascii=False))


@pytest.mark.parametrize("before", range(LONGEST - len(SECRET) - 2, LONGEST + 2))
def test_a_text_is_not_cut_within_a_secret(before: int) -> None:
    text = "." * before + SECRET + " and so on " * 20
    for value in (text, {"a": [text]}, [text], RuntimeError(text)):
        said = shown(value, SECRET)
        assert not any(piece in said for piece in ("corr", "horse", "battery", "stap")), before
        assert ("." * min(before, LONGEST)) in said


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-0123456789abcdefghij",
        "Bearer abcdefgh0123456789",
        "https://somebody:pass-word-123@host.example/",
        "https://ghp_0123456789abcdefghij@host.example/",
        "$argon2id$v=19$m=65536,t=3,p=4$abcdefgh$0123456789",
    ],
)
def test_what_has_the_shape_of_a_secret_is_not_cut_either(secret: str) -> None:
    hidden = secret.removeprefix("Bearer ").removeprefix("https://").partition("@")[0]
    for before in range(LONGEST - len(secret) - 2, LONGEST):
        said = shown(" " * before + secret + " and so on" * 20)
        assert hidden[:3] not in said, said
        assert hidden[-3:] not in said, said


def test_data_loses_only_known_secrets_that_are_no_words() -> None:
    redactor = Redactor()
    redactor.learn(["ollama", "key/of-the-house"])
    data = "ollama, key/of-the-house, sk-0123456789abcdefghij"
    assert redactor.clean_of_known(data) == f"ollama, {MASK}, sk-0123456789abcdefghij"
    assert redactor.clean(data) == f"{MASK}, {MASK}, {MASK}"


def test_a_text_of_secrets_is_cut_behind_one_of_them() -> None:
    said = shown(f"{SECRET} " * 100, SECRET)
    assert "horse" not in said
    assert said.count(MASK) == 2


def test_a_text_without_secrets_is_as_long_as_ever() -> None:
    assert encode_value("x" * 60, LONGEST, Redactor([SECRET]).cut)["msg"] == "x" * LONGEST + "..."
    assert encode_value("x" * 20 + SECRET, LONGEST, Redactor([SECRET]).cut)["msg"] == "x" * 20 + SECRET


def test_the_end_of_a_long_text_begins_with_a_whole_word() -> None:
    assert last_words("one two three", 100) == "one two three"
    assert last_words("sk-0123456789 two three", 15) == " two three"
    assert last_words("two three", 9) == "two three"
