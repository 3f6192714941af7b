"""Whoever asks for a language gets it, or its kin, or English."""

from __future__ import annotations

import pytest

from flowengine.words import engine_sentence, is_spoken, languages_of, sentence, spoken_language


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_ch", "de"),
        ("ja-JP", "ja"),
        ("zh", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("zh-cn", "zh-CN"),
        ("en", "en-US"),
        ("en-GB", "en-US"),
        ("fr", "en-US"),
        ("", "en-US"),
        ("../de", "en-US"),
    ],
)
def test_the_nearest_language_is_found(asked: str, given: str) -> None:
    assert spoken_language(asked) == given
    assert languages_of(asked)[-1] == "en-US" or given == "en-US"
    module, key = "flowengine.nodes.network.http_in", "errors.missing_path"
    assert sentence(asked, module, key, {}) == sentence(given, module, key, {}) != key
    assert engine_sentence(asked, "flow.error_loop") == engine_sentence(given, "flow.error_loop")


def test_what_is_spoken() -> None:
    assert [is_spoken(one) for one in ("de-AT", "zh-HK", "fr", "")] == [True, True, False, False]
