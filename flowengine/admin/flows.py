"""The deployed flows: revision, deploys, one flow at a time, start and stop of everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from sqlite3 import Error as DatabaseError
from typing import Any
from zlib import error as ZlibError  # noqa: N812

from ..credentials import Credentials, decrypt
from ..engine import Engine
from ..errors import CredentialsError, FlowError, FlowFileError
from ..flow_file import FlowSet, NodeDict, read_flow, sort_nodes
from ..messages import clone, generate_id
from .errors import ApiError, not_found
from .flow_shapes import one_flow, with_flow, without_flow
from .history import History
from .logs import Log
from .node_secrets import take_secrets
from .revision import revision
from .storage import Storage

KINDS = ("full", "nodes", "flows", "reload")
Notify = Callable[..., None]


class Flows:
    """What is deployed, and the only way to change it: one change after the other."""

    def __init__(self, engine: Engine, storage: Storage, log: Log, notify: Notify) -> None:
        self._engine, self._storage = engine, storage
        self.history: History | None = None
        self._log, self._notify = log, notify
        self._turn = asyncio.Lock()
        self.nodes: list[NodeDict] = []
        self.rev = revision([])
        self.credentials: Credentials = {}
        self.sorted = FlowSet()
        self.state = "start"
        self._lacked_types = False
        self.on_change: list[Callable[[], None]] = []
        """Called when other flows or secrets are deployed, before they start."""

    # starting

    async def load(self, *, start: bool = True) -> str:
        """Read the folder and run what is in it; returns what is wrong with the files, if they could be read at all."""
        async with self._turn:
            stored = self._storage.load(self._last_deploy())
            # Secrets within a flow file that somebody put there by hand must not be shown to its readers.
            secrets = take_secrets(stored.nodes, stored.credentials, self._engine.node_sets)
            self._take(stored.nodes, secrets)
            if not stored.damage:
                await self._note_outside_change()
            if start:
                await self._run("full")
            return stored.damage

    def _last_deploy(self) -> list[NodeDict] | None:
        try:
            return self.history.newest() if self.history is not None else None
        except (DatabaseError, ZlibError, ValueError) as error:
            self._log.write("warn", f"the version history cannot be read: {error}")
            return None

    def _take(self, nodes: list[NodeDict], credentials: Credentials) -> None:
        self.nodes, self.credentials = nodes, credentials
        self.rev = revision(nodes)
        self.sorted = sort_nodes(nodes)
        for tell in self.on_change:
            tell()

    async def _run(self, kind: str) -> None:
        # The engine gets its own nodes: what runs must not change what is stored.
        await self._engine.deploy(clone(self.nodes), kind=kind, credentials=self.credentials)
        self.state = "start"
        if missing := list(self._engine.unknown):
            reasons = {name: self._engine.node_sets.reason(name) for name in missing}
            words = {
                "type": "warning",
                "error": "missing-types",
                "types": missing,
                "reasons": {name: reason for name, reason in reasons.items() if reason},
            }
            self._notify(
                "runtime-state",
                {"state": "start", "text": "notification.warnings.missing-types", **words},
                keep=True,
            )
        elif self._lacked_types:
            self._notify("runtime-state", {"state": "start"}, keep=True)
        self._lacked_types = bool(missing)

    async def _note_outside_change(self) -> None:
        """Keep a version that was not deployed here: the file was edited, or another program wrote it."""
        if self.history is not None and self.nodes and self.history.last_rev() != self.rev:
            await self._remember("outside", "")

    # deploying

    async def deploy(
        self,
        given: Any,
        kind: str = "full",
        *,
        rev: str | None = None,
        credentials: Any = None,
        user: str = "",
        noted_as: str = "",
    ) -> str:
        """Store and run these flows; returns their revision.

        ``rev`` is the revision they were made from. Raises ApiError: 409 where it is not the present one, 400 where
        these are no flows, 403 and 507 where they cannot be stored.
        """
        async with self._turn:
            if rev is not None and rev != self.rev:
                raise ApiError(409, "version_mismatch")
            return await self._deploy(_checked(given), kind, credentials, user, noted_as)

    async def _deploy(
        self, nodes: list[NodeDict], kind: str, credentials: Any, user: str, noted_as: str = ""
    ) -> str:
        if self._storage.read_only:
            raise ApiError(403, "read_only")
        stored = self._given_secrets(credentials) if credentials is not None else self.credentials
        secrets = take_secrets(nodes, clone(stored), self._engine.node_sets)
        await self._save(nodes, secrets)
        self._take(nodes, secrets)
        await self._remember(noted_as or kind, user)
        if self.state == "start":
            await self._run(kind)
        elif self.state == "safe":
            await self._run("full")
        self._notify("runtime-deploy", {"revision": self.rev}, keep=True)
        return self.rev

    def _given_secrets(self, credentials: Any) -> Credentials:
        """Read secrets that were posted beside the flows, in the form of the credentials file."""
        try:
            return {**self.credentials, **decrypt(credentials, self._storage.files.key())}
        except CredentialsError as error:
            raise ApiError(400, "credentials_load_failed", reason=error) from None

    async def _save(self, nodes: list[NodeDict], credentials: Credentials) -> None:
        try:
            await asyncio.to_thread(self._storage.save, nodes, credentials)
        except OSError as error:
            self._log.write("error", f"the flows could not be stored: {error.strerror or error}")
            raise ApiError(507, "not_stored", reason=error.strerror or str(error)) from None

    async def _remember(self, kind: str, user: str) -> None:
        if self.history is None or self._storage.read_only:
            return
        try:
            await asyncio.to_thread(self.history.add, self.nodes, self.rev, kind, user)
        except DatabaseError as error:  # the deploy itself is safe
            self._log.write("warn", f"the version history could not be written: {error}")

    async def reload(self, user: str = "") -> str:
        """Read the folder again and restart everything. Raises ApiError where the files are damaged."""
        async with self._turn:
            try:
                stored = self._storage.load()
            except FlowError as error:
                raise ApiError(400, "invalid_flows", reason=error) from None
            if stored.damage:
                raise ApiError(400, "invalid_flows", reason=stored.damage)
            self._take(stored.nodes, take_secrets(stored.nodes, stored.credentials, self._engine.node_sets))
            await self._note_outside_change()
            await self._run("full")
            self._notify("runtime-deploy", {"revision": self.rev}, keep=True)
            return self.rev

    # one flow

    def flow(self, flow_id: str) -> dict[str, Any]:
        """Return one tab with its nodes, or what lies on none as ``global``. Raises ApiError 404."""
        if flow_id != "global" and flow_id not in self.sorted.tabs:
            raise not_found()
        return one_flow(self.sorted, flow_id)

    async def add_flow(self, given: Any, user: str = "") -> str:
        """Add a tab; returns its id."""
        async with self._turn:
            if not isinstance(given, dict) or not isinstance(given.get("nodes"), list):
                raise ApiError(400, "unexpected_error", reason="missing nodes property")
            flow_id = generate_id()
            nodes = with_flow(self.nodes, self.sorted, flow_id, given, is_new=True)
            await self._deploy(nodes, "flows", None, user)
            return flow_id

    async def update_flow(self, flow_id: str, given: Any, user: str = "") -> str:
        """Put other nodes on a tab, or in the place of the ``global`` ones."""
        async with self._turn:
            if flow_id != "global" and flow_id not in self.sorted.tabs:
                raise not_found()
            if not isinstance(given, dict):
                raise ApiError(400, "invalid_request")
            nodes = with_flow(self.nodes, self.sorted, flow_id, given, is_new=False)
            await self._deploy(nodes, "flows", None, user)
            return flow_id

    async def remove_flow(self, flow_id: str, user: str = "") -> None:
        """Remove a tab with its nodes."""
        async with self._turn:
            if flow_id == "global":
                raise ApiError(400, "unexpected_error", reason="not allowed to remove global")
            if flow_id not in self.sorted.tabs:
                raise not_found()
            await self._deploy(without_flow(self.nodes, flow_id), "flows", None, user)

    # all flows

    async def restart(self) -> None:
        """Start everything anew, such as for node types that have come."""
        async with self._turn:
            if self.state == "start":
                await self._run("full")

    async def set_state(self, state: str) -> None:
        """Start or stop all flows; stopped ones stay so at the next start of the server."""
        async with self._turn:
            if state == "stop":
                await self._engine.halt()
                self.state = "stop"
                self._notify("runtime-state", {"state": "stop", "deploy": False}, keep=True)
            else:
                await self._run("full")
                self._notify("runtime-state", {"state": "start", "deploy": False}, keep=True)
            runtime = self._storage.read_config("runtime")
            self._storage.write_config("runtime", {**runtime, "runtimeFlowState": state})


def _checked(given: Any) -> list[NodeDict]:
    if not isinstance(given, list):
        raise ApiError(400, "invalid_flows", reason="flows have to be an array of nodes")
    try:
        nodes: list[NodeDict] = clone(read_flow(given).nodes)
        return nodes
    except FlowFileError as error:
        raise ApiError(400, "invalid_flows", reason=error) from None
