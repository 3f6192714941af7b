/** The scene as React Flow wants it: sizes and handles known, objects kept while nothing about them changes. */
import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import { type FlowDocument, type FlowEntry, listOf } from "../document/flow";
import { anatomyOf, outputY } from "./anatomy";
import { boxIn, type Dragged, draggedGroups, type Item, LAYER, type Scene, type SceneWire } from "./scene";

export type CanvasNode = Node<{ item: Item }>;
export type CanvasEdge = Edge<{ wire: SceneWire; virtual?: boolean }>;

export function toNodes(scene: Scene, selected: ReadonlySet<string>, dragged: Dragged, before: ReadonlyMap<string, CanvasNode>): CanvasNode[] {
  const groups = dragged.size ? draggedGroups(scene, dragged) : null;
  const nodes: CanvasNode[] = [];
  for (const item of scene.items.values()) {
    const box = groups?.get(item.id) ?? boxIn(scene, dragged, item.id);
    const old = before.get(item.id);
    const chosen = selected.has(item.id);
    const same = old && old.data.item === item && old.selected === chosen && old.position.x === box.x && old.position.y === box.y && old.width === box.w;
    nodes.push(same ? old : toNode(item, box, chosen));
  }
  return nodes;
}

function toNode(item: Item, box: { x: number; y: number; w: number; h: number }, selected: boolean): CanvasNode {
  return {
    id: item.id, type: item.kind === "group" ? "box" : item.kind, position: { x: box.x, y: box.y }, width: box.w, height: box.h, measured: { width: box.w, height: box.h },
    handles: handlesOf(item, box.w, box.h), data: { item }, selected, ariaLabel: [anatomyOf(item.entry).label, item.entry.type].filter(Boolean).join(", ") || item.kind, zIndex: LAYER[item.kind] * 10 - 20 + (selected && item.kind !== "group" ? 5 : 0),
  };
}

/** Hit areas of 22 × 13 whose middle is the wire's end. */
function handlesOf(item: Item, width: number, height: number): NodeHandle[] {
  const handles: NodeHandle[] = [];
  const at = (x: number, y: number) => ({ x, y: y - 6.5, width: 0, height: 13 });
  if (item.kind === "junction") {
    handles.push({ id: "in", type: "target", position: Position.Left, ...at(5, 5) }, { id: "0", type: "source", position: Position.Right, ...at(5, 5) });
    return handles;
  }
  if (item.inputs) handles.push({ id: "in", type: "target", position: Position.Left, ...at(0, height / 2) });
  for (let port = 0; port < item.outputs; port++)
    handles.push({ id: String(port), type: "source", position: Position.Right, ...at(width, outputY(port, item.outputs, height)) });
  return handles;
}

export function toEdges(scene: Scene, selected: ReadonlySet<string>, before: ReadonlyMap<string, CanvasEdge>): CanvasEdge[] {
  const edges: CanvasEdge[] = [];
  for (const wire of scene.wires) {
    const old = before.get(wire.id);
    const chosen = selected.has(wire.id);
    edges.push(old && old.data!.wire === wire && old.selected === chosen ? old : toEdge(wire, chosen));
  }
  return edges;
}

function toEdge(wire: SceneWire, selected: boolean): CanvasEdge {
  return { id: wire.id, type: "wire", source: wire.source, sourceHandle: String(wire.port), target: wire.target, targetHandle: "in", data: { wire }, selected, zIndex: 0, reconnectable: selected };
}

/** Dotted wires between link nodes of this flow, for the chosen ones only. */
export function virtualLinks(doc: FlowDocument, scene: Scene, selected: ReadonlySet<string>): SceneWire[] {
  const pairs = new Map<string, SceneWire>();
  for (const id of selected) {
    const entry = doc.entries[id];
    if (!entry?.type.startsWith("link ")) continue;
    for (const other of listOf<string>(entry, "links")) {
      if (!scene.items.has(other)) continue;
      const [source, target] = entry.type === "link in" ? [other, id] : [id, other];
      pairs.set(`${source}>${target}`, { id: `link:${source}:${target}`, source, port: 0, target });
    }
  }
  return [...pairs.values()];
}

/** Names of links that lead to other flows, shown beside a chosen link node. */
export function farLinks(doc: FlowDocument, entry: FlowEntry): FlowEntry[] {
  if (!entry.type.startsWith("link ")) return [];
  return listOf<string>(entry, "links").map((id) => doc.entries[id]).filter((other): other is FlowEntry => other !== undefined && other.z !== entry.z);
}
