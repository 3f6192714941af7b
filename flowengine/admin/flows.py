"""The deployed flows: revision, deploys, one flow at a time, start and stop of everything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from sqlite3 import Error as DatabaseError
from typing import Any
from zlib import error as ZlibError  # noqa: N812

import orjson

from ..credentials import Credentials, decrypt
from ..engine import Engine
from ..errors import CredentialsError, FlowError, FlowFileError
from ..flow_file import FlowFile, FlowSet, NodeDict, read_flow, sort_nodes
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
        self._sorted: FlowSet | None = None
        self._running: tuple[list[NodeDict], list[NodeDict]] = ([], [])
        """The nodes that were handed to the engine last, and the copies of them that it got."""
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
        self._sorted = None
        for tell in self.on_change:
            tell()

    @property
    def sorted(self) -> FlowSet:
        """The nodes sorted into tabs and the like; most deploys go by without anybody asking."""
        if self._sorted is None:
            self._sorted = sort_nodes(self.nodes)
        return self._sorted

    async def _run(self, kind: str) -> None:
        copies = self._copies(kind)
        await self._engine.deploy(FlowFile(copies), kind=kind, credentials=self.credentials)
        self._running = self.nodes, copies
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

    def _copies(self, kind: str) -> list[NodeDict]:
        """Give the engine nodes of its own: what runs must not change what is stored.

        Where only what has changed is to start anew, the others are those that run.
        """
        if kind != "nodes":
            return [clone(node) for node in self.nodes]
        running = {id(node): copy for node, copy in zip(*self._running, strict=True)}
        return [running.get(id(node)) or clone(node) for node in self.nodes]

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
            return await self._deploy(self._adopted(_checked(given)), kind, credentials, user, noted_as)

    async def _deploy(
        self, nodes: list[NodeDict], kind: str, credentials: Any, user: str, noted_as: str = ""
    ) -> str:
        if self._storage.read_only:
            raise ApiError(403, "read_only")
        stored = self._given_secrets(credentials) if credentials is not None else self.credentials
        secrets = take_secrets(nodes, clone(stored), self._engine.node_sets)
        await self._save(nodes, secrets)
        before = self.rev, self.nodes
        self._take(nodes, secrets)
        await self._remember(noted_as or kind, user, before)
        if self.state == "start":
            await self._run(kind)
        elif self.state == "safe":
            await self._run("full")
        self._notify("runtime-deploy", {"revision": self.rev}, keep=True)
        return self.rev

    def _adopted(self, given: list[NodeDict]) -> list[NodeDict]:
        """Copy nodes, but take those that are as they were from what is deployed: then much is known to be the same.

        The same is what is written the same: True would equal 1, and properties another order.
        """
        deployed = {node["id"]: node for node in self.nodes}

        def adopted(node: NodeDict) -> NodeDict:
            known = deployed.get(node["id"])
            return known if known is not None and _is_written_alike(known, node) else clone(node)

        return [adopted(node) for node in given]

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

    async def _remember(self, kind: str, user: str, before: tuple[str, list[NodeDict]] | None = None) -> None:
        if self.history is None or self._storage.read_only:
            return
        try:
            await asyncio.to_thread(self.history.add, self.nodes, self.rev, kind, user, before)
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
        return read_flow(given).nodes
    except FlowFileError as error:
        raise ApiError(400, "invalid_flows", reason=error) from None


def _is_written_alike(one: NodeDict, other: NodeDict) -> bool:
    try:
        return orjson.dumps(one) == orjson.dumps(other)
    except TypeError:  # made by a program, of more than JSON knows
        return False
