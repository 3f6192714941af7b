/** New nodes: from the palette, from quick-add, into a wire, at the end of one. */
import { type FlowEntry, isSubflow, newId, subflowOf } from "../document/flow";
import { putInto } from "../document/actions/groups";
import { add } from "../document/actions/nodes";
import { addWire, mayConnect, splice } from "../document/actions/wires";
import type { Wire } from "../document/index";
import { holds, newInstance } from "../document/instances";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { typeOf } from "../server/registry";
import { notify } from "../server/runtime";
import { t } from "../shell/words";
import { anatomyOf, sizeOf } from "./anatomy";
import { type Point, distanceTo } from "./curve";
import { groupAt, type Scene, type SceneWire, wireEnds } from "./scene";
import { snapped, useView, type QuickAddRequest } from "./view";
import { currentScene } from "./viewport";

/** A node of a type with the type's defaults, its middle at `place`. */
export function createNode(type: string, flow: string, place: Point): FlowEntry {
  const template = subflowOf({ id: "", type });
  if (template) return newInstance(currentDoc().entries[template]!, flow, place.x, place.y);
  const descriptor = typeOf(type);
  const values = Object.fromEntries(Object.entries(descriptor?.defaults ?? {}).map(([field, { value }]) => [field, structuredClone(value)]).filter(([, value]) => value !== undefined));
  const entry: FlowEntry = { id: newId(), type, z: flow, ...values, x: place.x, y: place.y, wires: [] };
  entry.wires = Array.from({ length: anatomyOf(entry).outputs }, () => []);
  return entry;
}

export const createJunction = (flow: string, { x, y }: Point): FlowEntry => ({ id: newId(), type: "junction", z: flow, x, y, wires: [[]] });

export const createNote = (flow: string, { x, y }: Point, name: string): FlowEntry =>
  ({ id: newId(), type: "comment", z: flow, name, info: "", x, y, w: 240, h: 120, wires: [] });

export function mayHold(type: string, flow: string): boolean {
  const doc = currentDoc();
  const home = doc.entries[flow];
  if (!home || home.locked) return false;
  // A subflow inside itself would never end.
  const template = subflowOf({ id: "", type });
  return !(isSubflow(home) && template && holds(doc, template, flow));
}

/** Adds a node, in the group that is there, and joins it to what the request names. Returns its id. */
export function insertNode(type: string, place: Point, { from, wire }: Pick<QuickAddRequest, "from" | "wire"> = {}): string | null {
  const { flow, select } = useSelection.getState();
  if (!mayHold(type, flow)) {
    if (!currentDoc().entries[flow]?.locked) notify("warning", t("import.circular"));
    return null;
  }
  const entry = type === "junction" ? createJunction(flow, onGrid(place)) : type === "note" ? createNote(flow, onGrid(place), "") : createNode(type, flow, onGrid(place));
  alignLeft(entry);
  const { inputs, outputs } = anatomyOf(entry);
  const group = groupAt(currentScene(), place);
  act("history.add", (draft) => {
    add([entry])(draft);
    if (group) putInto(group.id, [entry.id], sizeOf)(draft);
    if (wire && inputs && outputs) splice(wire, entry.id)(draft);
    else if (from?.kind === "source" && inputs) addWire(draft, { source: from.node, port: from.port, target: entry.id });
    else if (from?.kind === "target" && outputs) addWire(draft, { source: entry.id, port: 0, target: from.node });
  });
  select([entry.id]);
  remember(type);
  return entry.id;
}

export const onGrid = ({ x, y }: Point): Point => (useView.getState().snap ? { x: snapped(x), y: snapped(y) } : { x: Math.round(x), y: Math.round(y) });

/** The left edge lies on the grid, so nodes of different widths line up. */
function alignLeft(entry: FlowEntry) {
  if (!useView.getState().snap || entry.type === "junction") return;
  const { w } = anatomyOf(entry);
  entry.x = snapped(Number(entry.x) - w / 2) + w / 2;
}

export const connectNodes = (wires: readonly Wire[]) =>
  act("history.connect", (draft) => wires.filter((wire) => mayConnect(currentDoc(), wire)).forEach((wire) => addWire(draft, wire)));

/** The wire a lone node would be put into at this point. */
export function wireUnder(scene: Scene, point: Point, reach = 12): SceneWire | null {
  let best: { wire: SceneWire; distance: number } | null = null;
  for (const wire of scene.wires) {
    const [from, to] = wireEnds(scene, wire);
    if (point.x < Math.min(from.x, to.x) - 80 || point.x > Math.max(from.x, to.x) + 80 || point.y < Math.min(from.y, to.y) - 60 || point.y > Math.max(from.y, to.y) + 60) continue;
    const distance = distanceTo(point, from, to);
    if (distance <= reach && (!best || distance < best.distance)) best = { wire, distance };
  }
  return best?.wire ?? null;
}

const RECENT = "flowengine.recentTypes";

export function recentTypes(): string[] {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

function remember(type: string) {
  localStorage.setItem(RECENT, JSON.stringify([type, ...recentTypes().filter((other) => other !== type)].slice(0, 5)));
}
