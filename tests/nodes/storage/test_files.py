"""The file nodes and watch, with real files."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from ...engine.flows import helper, node, tab


def flow_of(node_type: str, **properties: Any) -> list[dict[str, Any]]:
    return [
        tab(),
        node("n", node_type, ["seen"], **properties),
        helper(),
        node("c", "catch", ["caught"], scope=None),
        helper("caught"),
    ]


async def test_messages_are_written_in_the_order_they_came(tmp_path):
    file = tmp_path / "out.txt"
    async with FlowHarness(
        flow_of("file", filename=str(file), filenameType="str", overwriteFile="false")
    ) as running:
        for number in range(200):
            await running.send("n", {"payload": number})
        assert await running.settle(10)
        assert file.read_text().split() == [str(number) for number in range(200)]
        assert len(running.received("seen")) == 200


async def test_closing_writes_what_is_waiting(tmp_path):
    file = tmp_path / "out.txt"
    async with FlowHarness(
        flow_of("file", filename=str(file), filenameType="str", overwriteFile="false")
    ) as running:
        for number in range(50):
            await running.send("n", {"payload": number})
    assert len(file.read_text().split()) == 50


@pytest.mark.parametrize(
    ("payload", "content"),
    [(b"\x00\xff", b"\x00\xff"), ({"a": 1}, b'{"a":1}\n'), (True, b"true\n"), ("ä", "ä\n".encode())],
)
async def test_every_payload_has_its_bytes(tmp_path, payload, content):
    file = tmp_path / "deep" / "er" / "out"
    flow = flow_of("file", filename="name", filenameType="msg", overwriteFile="true", createDir=True)
    async with FlowHarness(flow) as running:
        await running.send("n", {"payload": payload, "name": str(file)})
        assert await running.settle(5)
    assert file.read_bytes() == content


@pytest.mark.parametrize("encoding", ["latin1", "utf-16le", "cp1252", "koi8-r", "Shift_JIS", "hex", "base64"])
async def test_what_is_written_in_an_encoding_is_read_again(tmp_path, encoding):
    text = {"koi8-r": "привет", "Shift_JIS": "日本", "hex": "00ff", "base64": "aGk="}.get(
        encoding, "h\u00e9llo"
    )
    file = str(tmp_path / "f")
    async with FlowHarness(
        flow_of(
            "file",
            filename=file,
            filenameType="str",
            overwriteFile="true",
            appendNewline=False,
            encoding=encoding,
        )
    ) as running:
        await running.send("n", {"payload": text})
        await running.settle(5)
    async with FlowHarness(
        flow_of("file in", filename=file, filenameType="str", encoding=encoding)
    ) as running:
        await running.send("n", {})
        await running.settle(5)
        assert running.received("seen")[0]["payload"] == text


async def test_lines_and_chunks_carry_their_place(tmp_path):
    file = tmp_path / "f"
    file.write_text("one\ntwö\nthree")
    async with FlowHarness(
        flow_of("file in", filename=str(file), filenameType="str", format="lines")
    ) as running:
        await running.send("n", {"_msgid": "m"})
        await running.settle(5)
        assert [msg["payload"] for msg in running.received("seen")] == ["one", "twö", "three"]
        assert running.received("seen")[-1]["parts"] == {
            "index": 2,
            "count": 3,
            "ch": "\n",
            "type": "string",
            "id": "m",
        }
    file.write_bytes(b"x" * 70_000)
    async with FlowHarness(
        flow_of("file in", filename=str(file), filenameType="str", format="stream")
    ) as running:
        await running.send("n", {})
        await running.settle(5)
        assert [len(msg["payload"]) for msg in running.received("seen")] == [65536, 4464]


async def test_errors_name_the_file_and_the_reason_in_node_js_words(tmp_path):
    missing = str(tmp_path / "missing")
    async with FlowHarness(
        flow_of("file in", filename=missing, filenameType="str", sendError=False)
    ) as running:
        await running.send("n", {})
        await running.settle(5)
        (msg,) = running.received("caught")
        assert msg["error"]["message"] == f"Error: ENOENT: no such file or directory, open '{missing}'"
        assert msg["error"]["code"] == "ENOENT"
    async with FlowHarness(
        flow_of("file", filename=missing, filenameType="str", overwriteFile="delete")
    ) as running:
        await running.send("n", {})
        await running.settle(5)
        assert "failed to delete file: Error: ENOENT" in running.errors[0].text
    async with FlowHarness(
        flow_of("file", filename=str(tmp_path), filenameType="str", encoding="no-such")
    ) as running:
        await running.send("n", {"payload": "x"})
        await running.settle(5)
        assert "Encoding not recognized: 'no-such'" in running.errors[0].text


async def test_watch_tells_of_changes_and_removals(tmp_path):
    flow = [tab(), node("w", "watch", ["seen"], files=str(tmp_path), recursive=True), helper()]
    (tmp_path / "sub").mkdir()
    async with FlowHarness(flow) as running, asyncio.timeout(20):
        await asyncio.sleep(0.3)
        file = tmp_path / "sub" / "a.txt"

        async def told(event: str) -> dict[str, Any]:
            while True:
                for msg in running.received("seen"):
                    if msg["filename"] == str(file) and msg["event"] == event:
                        return msg
                await asyncio.sleep(0.02)

        file.write_text("hello")
        msg = await told("update")
        assert (msg["file"], msg["type"], msg["size"], msg["topic"]) == ("a.txt", "file", 5, str(tmp_path))
        file.unlink()
        assert (await told("remove"))["type"] == "none"
        assert await running.settle(1), "watching does not count as work in flight"


async def test_what_is_not_there_cannot_be_watched(tmp_path):
    flow = [tab(), node("w", "watch", ["seen"], files=str(tmp_path / "no"), name="w"), helper()]
    async with FlowHarness(flow) as running:
        assert "is not there to be watched" in running.errors[0].text


@pytest.mark.parametrize(
    ("encoding", "text", "data"),
    [
        ("binary", "é試", b"\xe9\x66"),
        ("base64", "aGVsbG8_é", b"hello?"),
        ("hex", "6869zz", b"hi"),
        ("cp1252", "a😀", b"a??"),
        ("GBK", "€😀", b"\x80?"),
        ("Big5", "€", b"\xa3\xe1"),
        ("utf-16", "é", b"\xff\xfe\xe9\x00"),
        ("utf16be", "é", b"\x00\xe9"),
    ],
)
async def test_what_an_encoding_cannot_say(tmp_path, encoding: str, text: str, data: bytes):
    file = tmp_path / "out"
    flow = flow_of("file", filename=str(file), filenameType="str", overwriteFile="true", encoding=encoding)
    flow[1]["appendNewline"] = False
    async with FlowHarness(flow) as running:
        await running.send("n", {"payload": text})
        assert await running.settle(10)
    assert file.read_bytes() == data


@pytest.mark.parametrize("data", [b"\xff\xfe\xe9\x00", b"\xfe\xff\x00\xe9", b"\xe9\x00"])
async def test_a_byte_order_mark_says_how_to_read(tmp_path, data: bytes):
    file = tmp_path / "in"
    file.write_bytes(data)
    async with FlowHarness(
        flow_of("file in", filename=str(file), filenameType="str", format="utf8", encoding="utf-16")
    ) as running:
        await running.send("n", {})
        assert await running.settle(10)
        assert [msg["payload"] for msg in running.received("seen")] == ["é"]


async def test_a_message_that_cannot_be_written_is_complete_all_the_same(tmp_path):
    flow = [
        *flow_of("file", filename=str(tmp_path), filenameType="str", overwriteFile="true"),
        node("done", "complete", ["told"], scope=["n"]),
        helper("told"),
    ]
    async with FlowHarness(flow) as running:
        await running.send("n", {"payload": 1})
        assert await running.settle(10)
    assert len(running.received("told")) == len(running.received("caught")) == 1


@pytest.mark.parametrize("kind", ["file", "file in"])
async def test_a_name_that_cannot_be_worked_out_is_reported_as_jsonata_throws_it(kind: str):
    flow = flow_of(kind, filename="$error('x')", filenameType="jsonata", overwriteFile="true")
    async with FlowHarness(flow) as running:
        await running.send("n", {"payload": 1})
        assert await running.settle(10)
    assert [report.text for report in running.errors] == [
        '{"code":"D3137","message":"x","token":"error","position":7}'
    ]
