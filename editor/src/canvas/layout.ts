/** Tidy up: elk places nodes in layers along the wires. The library is large, works in the background and comes only when asked for. */
import type { ElkNode } from "elkjs/lib/elk-api";
import { listOf } from "../document/flow";
import type { Place } from "../document/actions/nodes";
import { layInWorker } from "./layoutWorker";
import { bounds, type Item, type Scene } from "./scene";

const OPTIONS = {
  "elk.algorithm": "layered", "elk.direction": "RIGHT", "elk.layered.spacing.nodeNodeBetweenLayers": "60", "elk.spacing.nodeNode": "30",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX", "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES", "elk.spacing.componentComponent": "60",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
};
const GROUP = { "elk.padding": "[top=35,left=25,bottom=25,right=25]" };
const SNAP = 20;

type Lay = (graph: ElkNode, signal: AbortSignal) => Promise<ElkNode>;

/** New places of the items `ids` (all when empty); where they stand as a whole stays. */
export async function tidy(scene: Scene, ids: ReadonlySet<string>, signal: AbortSignal, lay: Lay = layInWorker): Promise<Map<string, Place>> {
  const items = [...scene.items.values()].filter((item) => item.kind !== "note" && (!ids.size || ids.has(item.id)));
  const chosen = new Set(items.map((item) => item.id));
  const laid = await lay({ id: "flow", layoutOptions: OPTIONS, children: tree(items, chosen), edges: edges(scene, chosen) }, signal);
  return settle(scene, laid, bounds(scene, chosen));
}

function tree(items: readonly Item[], chosen: ReadonlySet<string>): ElkNode[] {
  const nodes = new Map(items.map((item): [string, ElkNode] => [item.id, toElk(item)]));
  const roots: ElkNode[] = [];
  for (const item of items) {
    const parent = chosen.has(String(item.entry.g)) && item.kind !== "end" ? nodes.get(String(item.entry.g)) : undefined;
    if (parent) (parent.children ??= []).push(nodes.get(item.id)!);
    else roots.push(nodes.get(item.id)!);
  }
  return roots;
}

function toElk(item: Item): ElkNode {
  if (item.kind === "group") return { id: item.id, layoutOptions: GROUP, children: listOf(item.entry, "nodes").length ? [] : undefined };
  const port = (id: string, side: string, index: number) => ({ id: `${item.id}:${id}`, width: 1, height: 1, layoutOptions: { "elk.port.side": side, "elk.port.index": String(index) } });
  return {
    id: item.id, width: item.box.w, height: item.box.h, layoutOptions: { "elk.portConstraints": "FIXED_ORDER" },
    ports: [...(item.inputs ? [port("in", "WEST", 0)] : []), ...Array.from({ length: item.outputs }, (_, at) => port(String(at), "EAST", at))],
  };
}

function edges(scene: Scene, chosen: ReadonlySet<string>) {
  return scene.wires
    .filter((wire) => chosen.has(wire.source) && chosen.has(wire.target))
    .map((wire) => ({ id: wire.id, sources: [`${wire.source}:${wire.port}`], targets: [`${wire.target}:in`] }));
}

function settle(scene: Scene, laid: ElkNode, before: { x: number; y: number } | null): Map<string, Place> {
  const places = new Map<string, Place>();
  const visit = (node: ElkNode, x: number, y: number) => {
    for (const child of node.children ?? []) {
      const [left, top] = [x + (child.x ?? 0), y + (child.y ?? 0)];
      const item = scene.items.get(child.id)!;
      if (item.kind !== "group") places.set(child.id, centred(item, left, top));
      visit(child, left, top);
    }
  };
  visit(laid, Math.round((before?.x ?? 0) / SNAP) * SNAP, before?.y ?? 0);
  return places;
}

/** On the grid as a dragged node would be: left edge and middle line. */
function centred(item: Item, left: number, top: number): Place {
  return { x: Math.round(left / SNAP) * SNAP + item.box.w / 2, y: Math.round((top + item.box.h / 2) / SNAP) * SNAP };
}
