"""A subflow instance: a flow within a flow, made from a template whose nodes get ids ``<instance>-<node>``."""

from __future__ import annotations

from typing import Any

from .context import Context
from .environment import PARENT, evaluate_env, known
from .errors import FlowError, error_text
from .flow import Flow
from .flow_file import NodeDict, Part
from .messages import Msg
from .node import Node, NodeConfig
from .undefined import UNDEFINED
from .words import engine_sentence

MAX_DEPTH = 50
"""Subflows within subflows; deeper ones can only be a circle."""
STATUS_LENGTH = 32


class SubflowNode(Node):
    """The instance as its flow sees it: a node that hands messages to the nodes inside."""

    copy_on_write = True
    completes = False
    inner: Subflow

    def on_input(self, msg: Msg) -> Msg:
        """Hand the message to the nodes wired to the subflow's input."""
        return msg

    async def on_close(self, removed: bool) -> None:
        """Close the nodes inside."""
        self.status({})
        inner = list(self.inner.nodes)
        await self.inner.stop(removed=inner if removed else ())
        for node_id in inner:
            self.host.publish(f"status/{node_id}", {})

    def status(self, status: Any) -> None:
        """Show a status on the instance, in the flow around it."""
        if not isinstance(status, dict):
            status = {"text": str(status)}
        self.inner.parent.report_status(self, status)

    def rewire(self, wires: list[list[str]]) -> None:
        """Lead the subflow's outputs along new wires."""
        self.inner.outer_wires = wires
        for node_id, ports in self.inner.inner_wires().items():
            if node_id == self.id:
                self.wires = ports
            elif (node := self.inner.nodes.get(node_id)) is not None:
                node.wires = ports


class StatusOutput(Node):
    """Where the template's status output leads: what arrives becomes the status of the instance."""

    completes = False
    instance: SubflowNode

    def on_input(self, msg: Msg) -> None:
        """Show the payload, or else the status that the message carries."""
        if "payload" in msg:
            self.instance.status(_as_status(msg["payload"]))
        elif isinstance(status := msg.get("status"), dict):
            text = status.get("text")
            if isinstance(text, str) and text.startswith("common."):
                status = {**status, "text": f"node-red:{text}"}
            self.instance.status(status)


class Subflow(Flow):
    """The nodes inside one instance."""

    def __init__(self, parent: Flow, template: Part, instance: NodeDict) -> None:
        self.template = template
        self.instance = instance
        self.ids = {
            node_id: f"{instance['id']}-{node_id}"
            for node_id in (*template.groups, *template.configs, *template.nodes)
        }
        super().__init__(parent.engine, parent, self._instantiate())
        self.alias = instance.get("_alias") or instance["id"]
        self.path = f"{parent.path}/{self.alias}"
        self.outer_wires: list[list[str]] = NodeConfig(
            id="", type="", wires=instance.get("wires") or []
        ).wires
        self._base_wires = {node_id: node.get("wires") or [] for node_id, node in self.part.nodes.items()}

    # making the nodes of the template this instance's own

    def _instantiate(self) -> Part:
        part = Part(self.instance["id"], self.instance)
        part.groups = self._copies(self.template.groups)
        part.configs = self._copies(self.template.configs)
        part.nodes = self._copies(self.template.nodes)
        return part

    def _copies(self, nodes: dict[str, NodeDict]) -> dict[str, NodeDict]:
        return {self.ids[node_id]: self._copy(node) for node_id, node in nodes.items()}

    def _copy(self, node: NodeDict) -> NodeDict:
        copy = {key: self._renamed(key, value) for key, value in node.items()}
        copy.update(id=self.ids[node["id"]], _alias=node["id"], z=self.instance["id"])
        return copy

    def _renamed(self, key: str, value: Any) -> Any:
        """Give what refers to a node of the template the id of the node of this instance."""
        if key == "wires" and isinstance(value, list):
            return [
                [self.ids.get(target, "") for target in port if isinstance(target, str)] for port in value
            ]
        if key == "scope" and isinstance(value, list):
            return [self.ids.get(target, "") for target in value if isinstance(target, str)]
        if key == "links" and isinstance(value, list):
            return [self.ids.get(target, target) for target in value if isinstance(target, str)]
        return self.ids.get(value, value) if isinstance(value, str) and key != "id" else value

    def inner_wires(self) -> dict[str, list[list[str]]]:
        """Return the wires of all nodes inside and of the instance, the outputs led on to the flow around."""
        config = self.template.config
        wires = {node_id: [list(port) for port in ports] for node_id, ports in self._base_wires.items()}
        inputs = [
            [self.ids.get(wire.get("id"), "") for wire in port.get("wires") or []]
            for port in config.get("in") or []
        ]
        wires[self.instance["id"]] = inputs
        for index, output in enumerate(config.get("out") or []):
            targets = self.outer_wires[index] if index < len(self.outer_wires) else []
            self._lead_on(wires, output.get("wires") or [], targets)
        if isinstance(status := config.get("status"), dict):
            self._lead_on(wires, status.get("wires") or [], [self.status_id])
        return wires

    def _lead_on(self, wires: dict[str, list[list[str]]], sources: list[Any], targets: list[str]) -> None:
        for source in sources:
            inner = (
                self.instance["id"]
                if source.get("id") == self.template.id
                else self.ids.get(source.get("id"), "")
            )
            if (ports := wires.get(inner)) is None:
                self.complain(f"Unknown node referenced inside subflow: {source.get('id')}")
                continue
            port = int(source.get("port") or 0)
            ports.extend([] for _ in range(port + 1 - len(ports)))
            ports[port].extend(targets)

    @property
    def status_id(self) -> str:
        """Id of the node behind the status output."""
        return f"{self.instance['id']}:status"

    # running

    async def start_instance(self) -> SubflowNode:
        """Start the nodes inside; returns the instance's own node."""
        wires = self.inner_wires()
        config = {
            key: value
            for key, value in self.instance.items()
            if key in ("id", "type", "z", "g", "name", "_alias") and value is not None
        }
        self.node = SubflowNode(
            NodeConfig.model_validate({**config, "wires": wires[self.instance["id"]]}), self
        )
        self.node.inner = self
        self.engine.connect_starting(self.node)
        if isinstance(self.template.config.get("status"), dict):
            output = NodeConfig(id=self.status_id, type="subflow-status", z=self.instance["id"])
            status_output = StatusOutput(output, self)
            status_output.instance = self.node
            self.engine.connect_starting(status_output)
            self.nodes[self.status_id] = self.engine.nodes[self.status_id] = status_output
        for node_id, node in self.part.nodes.items():
            node["wires"] = wires[node_id]
        await self.start()
        self.listen()
        self.engine.inner_flows[self.id] = self
        return self.node

    def start_environment(self) -> None:
        """Evaluate the template's variables with the instance's values over them."""
        template = self.engine.credentials_of(self.template.id)
        own = self.engine.credentials_of(self.alias)
        declared = {entry["name"]: entry for entry in _entries(self.template.config)}
        given = {entry["name"]: entry for entry in _entries(self.instance)}
        merged = {name: {**entry, **({"ui": declared[name]["ui"]} if "ui" in declared.get(name, {}) else {})}
                  for name, entry in given.items()}  # fmt: skip
        self.values = evaluate_env(
            list({**declared, **merged}.values()), self, {**template, **own}, self.complain
        )

    async def stop(self, only: Any = None, removed: Any = ()) -> None:
        """Close the nodes inside."""
        await super().stop(only, removed)
        self.engine.inner_flows.pop(self.id, None)

    def setting(self, name: str) -> Any:
        """Return a variable as seen from inside, or UNDEFINED."""
        if name in ("NR_NODE_NAME", "NR_SUBFLOW_NAME"):
            return self.instance.get("name", UNDEFINED)
        if name in ("NR_NODE_ID", "NR_SUBFLOW_ID"):
            return self.instance["id"]
        if name in ("NR_NODE_PATH", "NR_SUBFLOW_PATH"):
            return self.path
        if name.startswith(PARENT):
            name = name.removeprefix(PARENT)
        elif name in self.values:
            return known(self.values, name)
        group = self.parent.groups.get(self.instance.get("g") or "")
        return (group or self.parent).setting(name)

    def flow_context(self) -> Context:
        """Return the instance's context; ``$parent.`` leads to that of the flow around it."""
        return Context(self.engine.stores, self.id, self.parent.flow_context())

    def report_error(
        self, node: Node, error: Any, msg: dict[str, Any], reporting: Node | None = None
    ) -> bool:
        """Try the catch nodes inside, then those of the flow around, as an error of the instance."""
        return super().report_error(node, error, msg, reporting) or self.parent.report_error(
            node, error, msg, self.node
        )

    def report_status(
        self, node: Node, status: dict[str, Any], reporting: Node | None = None, quiet: bool = False
    ) -> bool:
        """Try the status nodes inside; those of the flow around hear of it unless there is a status output."""
        if super().report_status(node, status, reporting, quiet):
            return True
        if isinstance(self.template.config.get("status"), dict) and node is not self.node:
            return False
        return bool(self.parent.report_status(node, status, self.node, True))


async def start_subflow(flow: Flow, config: NodeDict) -> Node | None:
    """Start an instance in a flow. What is wrong with it is reported; the rest of the flow runs."""
    template_id = config["type"].partition(":")[2]
    template = flow.engine.flow_set.subflows.get(template_id)
    if template is None:
        return None  # listed with the unknown types
    if circle := _circle(flow, template_id):
        flow.engine.node_failed(config, engine_sentence(flow.engine.language, "subflow.circle", name=circle))
        return None
    try:
        return await Subflow(flow, template, config).start_instance()
    except FlowError as error:
        flow.engine.node_failed(config, str(error))
    except Exception as error:  # what is no template must not keep the others from starting
        flow.engine.node_failed(config, error_text(error))
    return None


def _circle(flow: Any, template_id: str) -> str:
    """Return the name of a subflow that would contain itself, or nothing."""
    around, depth = flow, 0
    while isinstance(around, Subflow):
        depth += 1
        if around.template.id == template_id or depth > MAX_DEPTH:
            return str(around.template.config.get("name") or template_id)
        around = around.parent
    return ""


def _entries(config: NodeDict) -> list[dict[str, Any]]:
    entries = config.get("env")
    return [e for e in entries if isinstance(e, dict) and "name" in e] if isinstance(entries, list) else []


def _as_status(payload: Any) -> Any:
    """Texts and status objects are shown as they are, anything else as an inspection of it."""
    if isinstance(payload, str):
        return {"text": payload}
    if isinstance(payload, dict) and (not payload or payload.keys() & {"text", "fill", "shape"}):
        return payload
    from .javascript_values import js_inspect

    text = js_inspect(payload)
    return {"text": text[:STATUS_LENGTH] + "..." if len(text) > STATUS_LENGTH else text}
