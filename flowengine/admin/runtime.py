"""A whole server: engine, user folder, users, HTTP. Make one, ``start`` it, ``stop`` it."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from sqlite3 import Error as DatabaseError
from typing import TYPE_CHECKING, TextIO

from ..engine import Engine
from ..errors import SettingsError
from ..node_packages.installer import NodeInstaller
from ..node_sets import NodeSets
from ..tracing import start_tracing
from .comms import Comms
from .flows import Flows
from .history import NAME as HISTORY
from .history import History, unusable
from .live import Live
from .logs import Log
from .metrics import Metrics
from .node_secrets import keys_of_environment, secret_texts
from .palette import Palette
from .redaction import Redactor
from .server import AdminServer
from .sessions import Attempts, Sessions
from .settings import ServerSettings
from .settings_tables import WEEK, Https, OpenIdProvider, is_loopback
from .storage import Storage
from .users import Users
from .wires import Wires

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

    from ..forms import Forms
    from .openid_connect import OpenIdConnect


KEPT = 65.0
"""Seconds that a browser may keep a connection without asking, or may take to send the head of a request."""


class Runtime:
    """Everything of one server process."""

    def __init__(
        self,
        folder: Path,
        settings: ServerSettings,
        *,
        env: Mapping[str, str] | None = None,
        dev: str = "",
        log_to: TextIO | None = None,
    ) -> None:
        self.folder, self.settings = folder, settings
        self.dev = dev
        """Address of Vite's server, where the editor is being worked on."""
        self.redactor = Redactor([settings.oidc.client_secret] if settings.oidc else ())
        self.log = Log(settings.logging, self.redactor, log_to)
        self.storage = Storage(folder, settings)
        self.users = Users(settings.admin_auth, folder, settings.oidc)
        self.attempts = Attempts()
        self._check_exposure()
        self.openid = _openid(settings.oidc) if settings.oidc else None
        self.palette = Palette(self.storage)
        self.installer = NodeInstaller(folder)
        node_sets = NodeSets(without=self.palette.disabled_types, packages_folder=self.installer.folder)
        self.engine = Engine(settings, env=env, user_dir=folder, node_sets=node_sets)
        seconds = settings.admin_auth.session_expiry_time if settings.admin_auth else WEEK
        self.sessions = Sessions(self.users, self.storage, seconds)
        self.comms = Comms(self.users, self.sessions, self.redactor)
        self.wires = Wires(self.engine, self.comms, self.redactor)
        self.live = Live(self.engine, self.comms)
        self.metrics = Metrics(self.engine, by_type=settings.metrics.node_types)
        self.flows = Flows(self.engine, self.storage, self.log, self.comms.notify)
        self.flows.on_change.append(self._flows_changed)
        self.engine.listeners.append(self.comms.publish)
        self.engine.loggers += [self.log.write, self.comms.logged]
        self.ready = False
        self._runner: AppRunner | None = None

    def _check_exposure(self) -> None:
        self._check_name()
        # Asked first: where the users cannot be read no server starts, wherever it listens.
        if self.users.required or is_loopback(self.settings.ui_host) or self.settings.insecure:
            return
        if self.settings.http_admin_root is False:
            return
        raise SettingsError(
            f"there are no users, so the server does not listen at {self.settings.ui_host or 'all addresses'}: add one "
            "with `flowengine users add NAME`, or listen at 127.0.0.1, or say --insecure"
        )

    def _check_name(self) -> None:
        """A login comes back to the name that the browser used: nobody else may choose it."""
        settings = self.settings
        if settings.oidc is None or settings.public_url or settings.allowed_hosts:
            return
        if not is_loopback(settings.ui_host):
            raise SettingsError(
                "oidc: say at what address browsers reach this server, with publicUrl or allowedHosts"
            )

    # life

    async def start(self) -> None:
        """Open the folder, listen, run the flows. Raises FlowError and OSError with what is wrong."""
        self.storage.open()
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        self.flows.history = self._open_history()
        self.http: AdminServer = self.engine.service(
            "http_server", lambda host: AdminServer(host, self.settings, _ssl(self.settings.https))
        )
        if self.settings.tracing.enabled:
            start_tracing(self.engine, self.settings.tracing, clean=self.redactor.clean)
        await self.http.ready()
        await self._serve_admin()
        await self._run_flows()
        self.ready = True

    def _open_history(self) -> History | None:
        if self.settings.read_only or not self.settings.history_length:
            return None
        try:
            return History(self.folder / HISTORY, self.settings.history_length)
        except DatabaseError as error:
            self.log.write("error", unusable(error))
            return None

    async def _serve_admin(self) -> None:
        from aiohttp.web import AppRunner

        from .app import first_parts, make_app

        # Bodies are unpacked where they are read, by the rules of addresses of flows.
        self._runner = AppRunner(
            make_app(self), access_log=None, handle_signals=False, shutdown_timeout=2.0, auto_decompress=False,
            keepalive_timeout=KEPT,
        )  # fmt: skip
        await self._runner.setup()
        assert self._runner.server is not None
        self.http.serve_admin(self._runner.server, first_parts())

    async def _run_flows(self) -> None:
        state = self.storage.read_config("runtime").get("runtimeFlowState")
        runs = not self.settings.safe_mode and state != "stop"
        damage = await self.flows.load(start=runs)
        if not runs:
            self.flows.state = "safe" if self.settings.safe_mode else "stop"
            self.comms.notify("runtime-state", {"state": self.flows.state}, keep=True)
        if damage:
            self.storage.read_only = True
            self.log.write(
                "error", f"{damage}. Nothing is written until the file is mended and the server restarted"
            )
            said = {"type": "error", "error": "damaged", "text": damage}
            self.comms.notify("damaged", said, keep=True)

    async def stop(self) -> None:
        """Let messages in flight arrive, for a while, then close everything."""
        self.ready = False
        self.wires.close()
        self.live.close()
        await self.comms.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self.engine.delivery.arrive(self.settings.stop_timeout)
        await self.engine.stop()
        self.engine.node_sets.close()
        if self.flows.history is not None:
            self.flows.history.close()
        self.storage.close()

    # what others ask

    @cached_property
    def forms(self) -> Forms:
        """Forms and help of the node types; made when an editor first asks."""
        from ..forms import Forms

        return Forms(self.engine.node_sets)

    def types_changed(self) -> None:
        """Forget what is known of the node types: others are offered now."""
        self.forms.clear()

    def _flows_changed(self) -> None:
        self.metrics.deploys += 1
        self.wires.forget()
        self.live.forget()
        types = {node["id"]: node["type"] for node in self.flows.nodes}
        secrets = secret_texts(self.flows.credentials, types, self.engine.node_sets)
        self.redactor.learn(secrets | keys_of_environment(self.flows.nodes, self.engine.env))

    def fault(self, error: Exception, place: str) -> None:
        """Note a fault of the server itself."""
        text = "".join(traceback.format_exception(error)).rstrip()
        self.log.write("error", f"{place}: {text}")

    def count(self, method: str, status: int) -> None:
        """Count an answered request."""
        self.metrics.requests[method if method in _METHODS else "OTHER", status] += 1


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))


def _openid(provider: OpenIdProvider) -> OpenIdConnect:
    try:
        from .openid_connect import OpenIdConnect
    except ImportError as error:
        raise SettingsError(
            f"oidc: {error.name or 'a library'} is missing; install it with: pip install 'flowengine[oidc]'"
        ) from None
    return OpenIdConnect(provider)


def _ssl(https: Https | None) -> ssl.SSLContext | None:
    if https is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(https.cert, https.key, https.passphrase)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"https: {https.cert} and {https.key}: {error}") from None
    return context
