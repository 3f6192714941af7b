"""Where the fields of a payload go: path, query, JSON or form, and which of them are options."""

from __future__ import annotations

import json
from email.parser import BytesParser

import pytest
from flowengine.nodes.openai import multipart
from flowengine.nodes.openai.api_errors import ApiError, Problem
from flowengine.nodes.openai.multipart import Form
from flowengine.nodes.openai.query import fill_path, spell_query
from flowengine.nodes.openai.record import delete, file, get, optional, post, required
from flowengine.nodes.openai.request import build
from hypothesis import given
from hypothesis import strategies as st


def test_queries_are_spelt_with_brackets_and_percents():
    query = {"a": [1, "b c"], "m": {"k": True, "n": None}, "s": "x&y=*", "f": 1.5}
    assert spell_query(query) == "a%5B%5D=1&a%5B%5D=b%20c&m%5Bk%5D=true&m%5Bn%5D=&s=x%26y%3D%2A&f=1.5"


def test_a_path_quotes_what_it_is_given():
    assert fill_path("/files/{id}/content", {"id": "a b/c?d#é"}) == "/files/a%20b%2Fc%3Fd%23%C3%A9/content"
    assert fill_path("/files/{id}", {"id": 42}) == "/files/42"


@given(st.text())
def test_no_value_leaves_its_segment(text):
    try:
        path = fill_path("/a/{x}/b", {"x": text})
    except ApiError:
        assert text.lower().replace("%2e", ".") in (".", "..")
        return
    assert path.startswith("/a/")
    assert path.endswith("/b")
    assert path.count("/") == 3
    assert not set(path) & set("?# ")


def test_a_missing_id_is_shown_in_place():
    with pytest.raises(ApiError) as caught:
        fill_path("/threads/{thread_id}/runs/{run_id}", {"run_id": ".."})
    assert str(caught.value).splitlines()[1:] == [
        "Value of type Undefined is not a valid path parameter",
        'Value ".." can\'t be safely passed as a path parameter',
        "/threads/undefined/runs/..",
        "         ^^^^^^^^^      ^^",
    ]


async def test_fields_go_where_the_record_says():
    method = post(
        "m",
        "/x/{x_id}",
        required("q"),
        optional("include", where="query"),
        optional("key", where="header", wire="Idempotency-Key"),
        optional("betas", where="header", wire="OpenAI-Beta"),
        fixed_query={"beta": "true"},
        always={"stream": True},
    )
    payload = {
        "x_id": "1",
        "q": "a",
        "new": 1,
        "include": ["i"],
        "key": "k",
        "betas": ["b1", "b2"],
        "stream": False,
    }
    request = await build(method, payload)
    assert (request.path, request.query) == ("/x/1", {"beta": "true", "include": ["i"]})
    assert request.headers == {"Idempotency-Key": "k", "OpenAI-Beta": "b1, b2"}
    assert json.loads(request.body) == {"q": "a", "new": 1, "stream": True}
    assert payload["include"] == ["i"]


async def test_methods_of_one_id_read_options_from_the_rest():
    payload = {
        "id": "1",
        "headers": {"X-A": "1", "Authorization": "no"},
        "query": {"q": 1},
        "timeout": 40,
        "maxRetries": 0,
    }
    request = await build(delete("m", "/x/{id}"), payload)
    assert (request.headers, request.query, request.timeout, request.retries) == (
        {"X-A": "1"},
        {"q": 1},
        0.04,
        0,
    )


async def test_no_payload_changes_verb_or_path():
    request = await build(get("m", "/x/{id}"), {"id": "1", "method": "delete", "path": "/other"})
    assert (request.verb, request.path) == ("GET", "/x/1")


@pytest.mark.parametrize(
    ("timeout", "said"), [("soon", "an integer"), (1.5, "an integer"), (True, "an integer"), (-1, "positive")]
)
async def test_a_timeout_is_a_whole_number_of_milliseconds(timeout, said):
    with pytest.raises(ApiError, match=said):
        await build(get("m", "/x/{id}"), {"id": "1", "timeout": timeout})


@pytest.mark.parametrize(
    ("payload", "body"),
    [("text", b'"text"'), (5, b"5"), ([1], b"[1]"), (b"raw", b"raw"), (None, None), ("", None), ({}, b"{}")],
)
async def test_a_payload_that_is_no_object_goes_out_as_it_is(payload, body):
    assert (await build(post("m", "/x", optional("a")), payload)).body == body


async def test_json_is_javascripts():
    request = await build(
        post("m", "/x", optional("a")), {"big": 1 << 70, "nan": float("nan"), "b": b"\x01", 1: "k"}
    )
    assert json.loads(request.body) == {
        "big": 1180591620717411303424,
        "nan": None,
        "b": {"type": "Buffer", "data": [1]},
        "1": "k",
    }


UPLOAD = post("upload", "/files", file("file"), required("purpose"))


def parts_of(request):
    """The parts of a form: name, filename, content type, bytes."""
    body = request.body.body()
    message = BytesParser().parsebytes(f"Content-Type: {request.content_type}\r\n\r\n".encode() + body)
    assert len(body) == request.body.size
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type() if part.get_filename() else None,
            part.get_payload(decode=True),
        )
        for part in message.get_payload()
    ]


BINARY = "application/octet-stream"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"file": b"abc"}, ("file", "file", BINARY, b"abc")),
        ({"file": b"abc", "filename": "dir/a.bin"}, ("file", "a.bin", BINARY, b"abc")),
        ({"file": {"filename": "a.txt", "content": "hé"}}, ("file", "a.txt", BINARY, "hé".encode())),
        (
            {"file": {"filename": "a.png", "content": b"\x89", "content_type": "image/png"}},
            ("file", "a.png", "image/png", b"\x89"),
        ),
        ({"file": "data:text/plain;base64,YWJj"}, ("file", "file", "text/plain", b"abc")),
        ({"file": {"filename": "x.txt", "content": "data:,a%20b"}}, ("file", "x.txt", BINARY, b"a b")),
    ],
)
async def test_a_file_is_given_in_many_ways(given, expected):
    request = await build(UPLOAD, {**given, "purpose": "p"})
    assert parts_of(request) == [("purpose", None, None, b"p"), expected]


async def test_a_path_names_a_file(tmp_path):
    place = tmp_path / "naïve 名.txt"
    place.write_bytes(b"content")
    described = {"file": {"path": str(place), "filename": "other.txt"}, "purpose": "p"}
    assert parts_of(await build(UPLOAD, {"file": str(place), "purpose": "p"}))[1][3] == b"content"
    assert parts_of(await build(UPLOAD, described))[1][1] == "other.txt"


async def test_a_large_file_is_read_while_it_is_sent(tmp_path, monkeypatch):
    monkeypatch.setattr(multipart, "READ_AT_ONCE", 10)
    place = tmp_path / "large.bin"
    place.write_bytes(bytes(range(256)) * 4000)
    request = await build(UPLOAD, {"file": str(place), "purpose": "p"})
    for _ in range(2):  # a retry sends it again
        sent = b"".join([block async for block in request.body.body()])
        assert len(sent) == request.body.size
        assert place.read_bytes() in sent


async def test_several_files_are_a_list():
    method = post("edit", "/images/edits", file("image", str | list[str]))
    request = await build(method, {"image": [b"a", {"filename": "b.png", "content": b"b"}]})
    assert [(part[0], part[3]) for part in parts_of(request)] == [("image[]", b"a"), ("image[]", b"b")]


async def test_fields_of_a_form_are_bracketed_and_stand_before_the_files():
    payload = {"file": b"x", "purpose": "p", "m": {"a": [1, True]}, "t": "line\nbreak", "none": []}
    names = [(part[0], part[3]) for part in parts_of(await build(UPLOAD, payload))]
    assert names == [
        ("purpose", b"p"),
        ("m[a][]", b"1"),
        ("m[a][]", b"true"),
        ("t", b"line\r\nbreak"),
        ("file", b"x"),
    ]


def test_names_cannot_break_out_of_their_header():
    form = Form([('a"\r\nX: 1', multipart.FilePart('f"\n.txt', BINARY, b""))])
    assert b'name="a%22%0D%0AX: 1"; filename="f%22%0A.txt"' in form.body()


@pytest.mark.parametrize(
    "given", [{"file": 5}, {"file": {"name": "x"}}, {"file": "data:;base64,!"}, {}, {"file": None}]
)
async def test_what_is_no_file_is_refused(given):
    with pytest.raises(ApiError):
        await build(UPLOAD, {**given, "purpose": "p"})


async def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ApiError, match=r"^ENOENT: no such file or directory, open '.*none.txt'$"):
        await build(UPLOAD, {"file": str(tmp_path / "none.txt"), "purpose": "p"})
    with pytest.raises(ApiError, match=r"^EISDIR"):
        await build(UPLOAD, {"file": str(tmp_path), "purpose": "p"})


async def test_a_pipe_is_not_waited_for(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Problem):
        await build(UPLOAD, {"file": str(tmp_path / "pipe"), "purpose": "p"})


async def test_a_form_cannot_hold_null():
    with pytest.raises(ApiError, match=r'^Received null for "m\[a\]"'):
        await build(UPLOAD, {"file": b"x", "purpose": "p", "m": {"a": None}})


async def test_strict_methods_insist_and_send_nothing_else():
    method = post("m", "/u/{id}", required("part_ids"), optional("md5"), strict=True)
    with pytest.raises(ApiError, match=r"^Missing required parameter\(s\): id, part_ids$"):
        await build(method, None)
    request = await build(method, {"id": "1", "part_ids": [], "md5": "m", "extra": 1, "maxRetries": 0})
    assert (json.loads(request.body), request.retries) == ({"part_ids": [], "md5": "m"}, 0)
