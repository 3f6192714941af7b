"""The tls-config node: certificates and rules of encrypted connections, for other nodes."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from flowengine.fields import area, checkbox, hidden, line, secret, section, select, show_if
from flowengine.messages import UNDEFINED
from flowengine.node import ConfigNode, NodeConfig

from .certificates import Certificates, load_chain, unpack_p12
from .socket_errors import system_error_text


class TlsConfig(ConfigNode):
    """Makes TLS contexts. Certificates come from files, from what was uploaded, a PKCS#12 bundle or the environment."""

    type = "tls-config"
    credentials = {
        "certdata": "text",
        "keydata": "password",
        "cadata": "text",
        "p12data": "password",
        "passphrase": "password",
    }
    form = (
        "name",
        "certType",
        "cert",
        "certdata",
        "key",
        "keydata",
        "p12",
        "p12data",
        "certEnv",
        "keyEnv",
        "passphrase",
        "ca",
        "cadata",
        "caEnv",
        section("connection", "verifyservercert", "servername", "alpnprotocol"),
    )
    credential_hints = {
        "certdata": area(rows=4) | show_if("certType=files"),
        "keydata": secret(area=True) | show_if("certType=files"),
        "cadata": area(rows=4) | show_if("certType=files|pfx"),
        "p12data": secret(area=True) | show_if("certType=pfx"),
    }

    class Config(NodeConfig):
        """``certType``: files, pfx or env."""

        cert_type: Annotated[str, select("files", "pfx", "env")] = Field("files", alias="certType")
        cert: Annotated[str | None, line(placeholder="/etc/ssl/server.pem"), show_if("certType=files")] = ""
        key: Annotated[str | None, line(placeholder="/etc/ssl/server.key"), show_if("certType=files")] = ""
        p12: Annotated[str | None, line(placeholder="/etc/ssl/server.p12"), show_if("certType=pfx")] = ""
        p12name: Annotated[str | None, hidden()] = ""
        ca: Annotated[str | None, line(placeholder="/etc/ssl/ca.pem"), show_if("certType=files|pfx")] = ""
        certname: Annotated[str | None, hidden()] = ""
        keyname: Annotated[str | None, hidden()] = ""
        caname: Annotated[str | None, hidden()] = ""
        cert_env: Annotated[str | None, line(placeholder="TLS_CERT"), show_if("certType=env")] = Field(
            "", alias="certEnv"
        )
        key_env: Annotated[str | None, line(placeholder="TLS_KEY"), show_if("certType=env")] = Field(
            "", alias="keyEnv"
        )
        ca_env: Annotated[str | None, line(placeholder="TLS_CA"), show_if("certType=env")] = Field(
            "", alias="caEnv"
        )
        servername: Annotated[str | None, line()] = ""
        verifyservercert: Annotated[bool | str | None, checkbox()] = True
        alpnprotocol: Annotated[str | None, line(placeholder="h2")] = ""

    def on_start(self) -> None:
        self.valid = False
        self.server_name = (self.config.servername or "").strip() or None
        self.verifies = self.config.verifyservercert in (True, "true", "on")
        self._certificates = Certificates()
        self._contexts: dict[bool, ssl.SSLContext] = {}
        try:
            found = self._find()
            if found is None:
                self.error(self.words("errors.missing_file"))
                return
            self._certificates = found
            self._make(server_side=False)
            self.valid = True
        except OSError as error:
            self._certificates = Certificates()
            if isinstance(error, ssl.SSLError) or error.filename is None:
                self.error(self.words("errors.unusable", reason=error.strerror or error.__class__.__name__))
            else:
                self.error(f"Error: {system_error_text(error, 'open')}, open '{error.filename}'")
        except ValueError as error:
            self.error(self.words("errors.unusable", reason=str(error)))

    def tls_context(self, *, server_side: bool = False) -> ssl.SSLContext:
        """Return the context of connections that this side opens, or takes where ``server_side``."""
        if server_side not in self._contexts:
            self._make(server_side=server_side)
        return self._contexts[server_side]

    def _make(self, *, server_side: bool) -> None:
        found = self._certificates
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
        if not server_side and not self.verifies:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if found.ca:
            context.load_verify_locations(cadata=found.ca.decode("ascii", "replace"))
        elif not server_side:
            context.load_default_certs()
        if found.cert and found.key:
            load_chain(context, found)
        if protocol := (self.config.alpnprotocol or "").strip():
            context.set_alpn_protocols([protocol])
        self._contexts[server_side] = context

    def _find(self) -> Certificates | None:
        """Gather the certificates; None where only one of certificate and key is there."""
        config, secrets = self.config, self.credential_values
        passphrase = str(secrets.get("passphrase") or "")
        cert, key, ca = ((value or "").strip() for value in (config.cert, config.key, config.ca))
        if config.cert_type == "pfx":
            bundle = Path(config.p12.strip()).read_bytes() if (config.p12 or "").strip() else None
            return unpack_p12(bundle or secrets.get("p12data") or b"", passphrase)
        if config.cert_type == "env":
            values = [self._variable(name) for name in (config.cert_env, config.key_env, config.ca_env)]
        elif cert or key or ca:
            if bool(cert) != bool(key):
                return None
            values = [Path(name).read_bytes() if name else b"" for name in (cert, key, ca)]
        else:
            values = [str(secrets.get(name) or "").encode() for name in ("certdata", "keydata", "cadata")]
            if bool(values[0]) != bool(values[1]):
                return None
        cert_pem, key_pem, ca_pem = values
        return Certificates(cert_pem, key_pem, ca_pem, passphrase)

    def _variable(self, name: str | None) -> bytes:
        value: Any = self.env(name) if name else UNDEFINED
        return str(value).encode() if value not in (UNDEFINED, None) else b""
