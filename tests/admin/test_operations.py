"""A server as an operator has it: a process that says how it is, logs for machines, and stops when it is asked."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.request import urlopen

import pytest

from .processes import served
from .servers import DEBUG, INJECT, TAB

CHATTY = [
    TAB,
    {**INJECT, "once": True, "onceDelay": 0, "wires": [["show", "loud", "quiet"]]},
    {**DEBUG, "console": True},
    *(
        {"id": name, "type": "function", "z": "tab", "name": name, "func": f"node.{level}('{name} says {level}')",
         "outputs": 0, "x": 1, "y": 1, "wires": []}
        for name, level in (("loud", "warn"), ("quiet", "log"))
    ),
]  # fmt: skip


def put(folder: Path, flows: list[dict[str, Any]], settings: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "flows.json").write_text(json.dumps(flows))
    (folder / "flowengine.toml").write_text(settings)
    return folder


def wait_for(said: str, server: Any) -> None:
    end = monotonic() + 20
    while said not in server.log:
        assert monotonic() < end, server.log
        server.ask("health/live")


@pytest.mark.parametrize("command", ["", "start", "serve"])
def test_health_and_figures_of_a_process(command: str, tmp_path: Path) -> None:
    """``flowengine``, ``flowengine start`` and ``flowengine serve`` are the same."""
    arguments = [command] if command else []
    options = [*arguments, "--user-dir", str(put(tmp_path / "user", CHATTY)), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "flowengine", *options], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        url = next(line for line in process.stderr if " at http" in line).split(" at ")[1].split()[0]
        for path, wanted in (
            ("health/live", b'{"status":"ok"}'),
            ("health/ready", b'{"status":"ok","flows":"start"}'),
        ):
            with urlopen(url + path, timeout=10) as answer:
                assert answer.read() == wanted
        with urlopen(url + "metrics", timeout=10) as answer:
            assert b"\nflowengine_" in answer.read()
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stderr.close()


def test_the_log_is_json_with_levels_of_its_own_for_nodes(tmp_path: Path) -> None:
    levels = '[logging]\nformat = "json"\nlevel = "error"\nnodes = { debug = "info", loud = "warn" }\n'
    with served(put(tmp_path / "user", CHATTY, levels)) as server:
        wait_for("loud says warn", server)
        wait_for('"show"', server)
        assert server.stop() == 0
    lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert {(line["level"], line["type"], line["id"], line["message"]) for line in lines} == {
        ("warn", "function", "loud", "loud says warn"),
        ("info", "debug", "show", "hello"),
    }
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)


@pytest.mark.parametrize(("seconds", "timeout", "done"), [("0.5", 10, True), ("60", 0.3, False)])
def test_a_stop_waits_for_what_is_under_way_but_not_for_ever(
    seconds: str, timeout: float, done: bool, tmp_path: Path
) -> None:
    """The program of an exec node is given its time; one that takes too long is ended with the server."""
    slow = {"id": "slow", "type": "exec", "z": "tab", "command": f"sleep {seconds}", "addpay": "", "x": 1, "y": 1,
            "wires": [["end"], [], []]}  # fmt: skip
    end = {"id": "end", "type": "file", "z": "tab", "filename": str(tmp_path / "arrived"), "filenameType": "str",
           "x": 2, "y": 1, "wires": [[]]}  # fmt: skip
    settings = f'stopTimeout = {timeout}\n[logging]\nlevel = "debug"\n'
    with served(put(tmp_path / "user", [TAB, INJECT, slow, end], settings)) as server:
        server.ask("flows", [TAB, {**INJECT, "wires": [["slow"]]}, slow, end])
        server.ask("inject/press", {"__user_inject_props__": []})
        assert server.stop() == 0
    assert (tmp_path / "arrived").exists() is done
    assert "Traceback" not in server.log


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that nobody vouches for."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )  # fmt: skip
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    locked = serialization.BestAvailableEncryption(b"of the key")
    key.write_bytes(
        private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    return cert, key


def test_tls_is_a_matter_of_the_settings(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    settings = f'https = {{ cert = "{cert}", key = "{key}" }}\n'
    secret = {"FLOWENGINE_HTTPS__PASSPHRASE": "of the key"}
    with served(put(tmp_path / "user", CHATTY, settings), env=secret) as server:
        assert server.url.startswith("https://127.0.0.1:")
        trust = ssl.create_default_context(cafile=str(cert))
        with urlopen(server.url + "health/ready", timeout=10, context=trust) as answer:
            assert answer.status == 200
    assert "of the key" not in server.log


@pytest.mark.parametrize(
    ("options", "env"),
    [
        (["--host", "0.0.0.0", "--insecure"], {}),
        (["--host", "0.0.0.0"], {"FLOWENGINE_INSECURE": "true"}),
        (["--host", "::1"], {}),
        (["--host", "localhost"], {}),
    ],
)
def test_without_users_it_listens_where_it_may(
    options: list[str], env: dict[str, str], tmp_path: Path
) -> None:
    with served(put(tmp_path / "user", CHATTY), *options, env=env) as server:
        assert server.ask("health/ready")["status"] == "ok"


def test_with_users_it_listens_everywhere(tmp_path: Path) -> None:
    folder = put(tmp_path / "user", CHATTY)
    command = [
        sys.executable,
        "-m",
        "flowengine",
        "users",
        "add",
        "ann",
        "--password-stdin",
        "--user-dir",
        str(folder),
    ]
    subprocess.run(command, input="correct horse\n", text=True, check=True, capture_output=True)
    with served(folder, "--host", "0.0.0.0") as server:
        assert server.ask("health/ready")["status"] == "ok"
