"""Real counterparts: certificates by openssl, an MQTT broker, a proxy."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .flows import free_port


def program(name: str) -> str:
    """Find a program; without it tests are skipped, and say so, but not where all has to be tested."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        why = f"{name} is not installed: apt-get install {name}"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    return found


@dataclass(frozen=True)
class Certificates:
    """Files of an authority, a server for 127.0.0.1 and localhost, and a client."""

    ca: Path
    cert: Path
    key: Path
    encrypted_key: Path
    bundle: Path
    passphrase: str = "open sesame"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    openssl = program("openssl")
    place = tmp_path_factory.mktemp("certificates")
    found = Certificates(
        *(place / name for name in ("ca.pem", "cert.pem", "key.pem", "secret.pem", "both.p12"))
    )

    def run(*args: str) -> None:
        subprocess.run([openssl, *args], check=True, capture_output=True, cwd=place, timeout=60)

    new = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    run(*new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test Authority")
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", names, "-addext", "basicConstraints=CA:FALSE")
    run(*new, *signed, "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost")
    run("rsa", "-aes256", "-in", "key.pem", "-out", "secret.pem", "-passout", f"pass:{found.passphrase}")
    p12 = ("pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-certfile", "ca.pem")
    run(*p12, "-out", "both.p12", "-passout", f"pass:{found.passphrase}")
    return found


class Mosquitto:
    """An MQTT broker that can be stopped and started again at the same port."""

    def __init__(self, folder: Path, extra: str = "", tls: Certificates | None = None) -> None:
        self.port = free_port()
        self._file = folder / f"mosquitto-{self.port}.conf"
        secure = f"cafile {tls.ca}\ncertfile {tls.cert}\nkeyfile {tls.key}\n" if tls else ""
        # Started by root it would become someone who may not read the test's files.
        user = "user root\n" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
        allowed = "" if "password_file" in extra else "allow_anonymous true\n"
        self._file.write_text(
            f"{user}max_queued_messages 0\nlistener {self.port} 127.0.0.1\n{secure}{allowed}{extra}"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = [program("mosquitto"), "-c", str(self._file)]
        self._process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for_port(self.port)
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


def wait_for_port(port: int) -> None:
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def secure_mosquitto(tmp_path: Path, certificates: Certificates) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path, tls=certificates)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def web_mosquitto(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of a broker that listens for MQTT as it is, and for MQTT in websockets."""
    web_port = free_port()
    broker = Mosquitto(tmp_path, extra=f"listener {web_port} 127.0.0.1\nprotocol websockets\n")
    broker.start()
    wait_for_port(web_port)
    yield broker.port, web_port
    broker.stop()


@pytest.fixture
def password_mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    passwords = tmp_path / "passwords"
    subprocess.run(
        [program("mosquitto_passwd"), "-b", "-c", str(passwords), "ann", "s3cret"], check=True, timeout=30
    )
    passwords.chmod(0o644)
    tmp_path.chmod(0o755)
    broker = Mosquitto(tmp_path, extra=f"password_file {passwords}\nallow_anonymous false\n")
    broker.start()
    yield broker
    broker.stop()


@dataclass(frozen=True)
class Proxy:
    """A proxy with a user, and the file that tells what it was asked for."""

    port: int
    log: Path
    user: str = "ann"
    password: str = "s3cret"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    found = Proxy(free_port(), tmp_path / "proxy.log")
    settings = tmp_path / "tinyproxy.conf"
    settings.write_text(
        f"Port {found.port}\nListen 127.0.0.1\nTimeout 20\nAllow 127.0.0.1\nMaxClients 20\nLogLevel Connect\n"
        f'LogFile "{found.log}"\nBasicAuth {found.user} {found.password}\n'
    )
    found.log.touch(mode=0o666)
    arguments = [program("tinyproxy"), "-d", "-c", str(settings)]
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for_port(found.port)
    yield found
    process.kill()
    process.wait(10)
