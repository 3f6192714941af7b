"""The tls-config node: where certificates come from, and what is told of bad ones."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

import pytest

from .conftest import Certificates
from .flows import config, flow


async def handshake(client: ssl.SSLContext, server: ssl.SSLContext, name: str = "localhost") -> None:
    """Let two contexts meet over a real connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ok")
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server)
    port = listener.sockets[0].getsockname()[1]
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client, server_hostname=name)
        assert await reader.read() == b"ok"
        writer.close()
        await writer.wait_closed()
    finally:
        listener.close()
        await listener.wait_closed()


def sources(certificates: Certificates) -> dict[str, tuple[dict[str, Any], dict[str, str], dict[str, str]]]:
    """Ways to name the same certificate: the node's fields, its secrets, the environment."""
    cert, key, ca = (path.read_text() for path in (certificates.cert, certificates.key, certificates.ca))
    files = {"cert": str(certificates.cert), "ca": str(certificates.ca)}
    passphrase = {"passphrase": certificates.passphrase}
    import base64

    bundle = base64.b64encode(certificates.bundle.read_bytes()).decode()
    return {
        "files": ({**files, "key": str(certificates.key)}, {}, {}),
        "encrypted": ({**files, "key": str(certificates.encrypted_key)}, passphrase, {}),
        "uploaded": ({}, {"certdata": cert, "keydata": key, "cadata": ca}, {}),
        "bundle": ({"certType": "pfx", "p12": str(certificates.bundle)}, passphrase, {}),
        "uploaded bundle": ({"certType": "pfx"}, {"p12data": bundle, **passphrase}, {}),
        "environment": (
            {"certType": "env", "certEnv": "C", "keyEnv": "K", "caEnv": "A"},
            {},
            {"C": cert, "K": key, "A": ca},
        ),
    }


@pytest.mark.parametrize(
    "source", ["files", "encrypted", "uploaded", "bundle", "uploaded bundle", "environment"]
)
async def test_certificates_come_from(source: str, certificates: Certificates):
    fields, secrets, env = sources(certificates)[source]
    node = config("tls", "tls-config", verifyservercert=True, **fields)
    async with flow(node, credentials={"tls": secrets}, env=env) as harness:
        assert harness.errors == []
        tls = harness.engine.nodes["tls"]
        assert tls.valid
        await handshake(tls.tls_context(), tls.tls_context(server_side=True))
        with pytest.raises(ssl.SSLCertVerificationError):
            await handshake(tls.tls_context(), tls.tls_context(server_side=True), name="else.example")


async def test_nothing_is_verified_where_that_is_not_wanted(certificates: Certificates):
    server, secrets, _ = sources(certificates)["files"]
    nodes = [config("tls", "tls-config", verifyservercert=False), config("own", "tls-config", **server)]
    async with flow(*nodes, credentials={"own": secrets}) as harness:
        client, own = harness.engine.nodes["tls"], harness.engine.nodes["own"]
        await handshake(client.tls_context(), own.tls_context(server_side=True), name="else.example")


async def test_bad_certificates_are_told_without_their_content(certificates: Certificates):
    wrong = {"cert": str(certificates.cert), "key": str(certificates.ca)}
    nodes = {
        "half": ({"cert": str(certificates.cert)}, {}),
        "missing": ({"cert": "/no/such.pem", "key": "/no/such.key"}, {}),
        "wrong": (wrong, {}),
        "locked": (
            {"cert": str(certificates.cert), "key": str(certificates.encrypted_key)},
            {"passphrase": "gue55"},
        ),
        "bundle": ({"certType": "pfx", "p12": str(certificates.bundle)}, {"passphrase": "gue55"}),
    }
    flow_nodes = [config(name, "tls-config", **fields) for name, (fields, _) in nodes.items()]
    async with flow(
        *flow_nodes, credentials={name: secrets for name, (_, secrets) in nodes.items()}
    ) as harness:
        texts = {report.node: report.text for report in harness.errors}
        assert not any(harness.engine.nodes[name].valid for name in nodes)
    assert texts["half"] == "No certificate/key file provided"
    assert texts["missing"] == "Error: ENOENT: no such file or directory, open '/no/such.pem'"
    assert set(texts) == set(nodes)
    assert "gue55" not in str(texts)


async def test_a_protocol_may_be_asked_for(certificates: Certificates):
    fields, secrets, _ = sources(certificates)["files"]
    node = config("tls", "tls-config", alpnprotocol="mqtt", servername=" broker.example ", **fields)
    async with flow(node, credentials={"tls": secrets}) as harness:
        tls = harness.engine.nodes["tls"]
        assert tls.server_name == "broker.example"
        outgoing, incoming = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = tls.tls_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with pytest.raises(ssl.SSLWantReadError):
            hello.do_handshake()
        assert b"\x04mqtt" in outgoing.read()
