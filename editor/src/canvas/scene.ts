/** What is drawn of one flow: boxes and wires with their places, derived from the document and kept while nothing changes. */
import { type FlowDocument, type FlowEntry, isGroup, isJunction, isNote, isSubflow, listOf } from "../document/flow";
import type { Box } from "../document/actions/groups";
import { boxOf } from "../document/actions/groups";
import type { Place } from "../document/actions/nodes";
import { indexOf, subflowInput, subflowOutput, subflowStatus, type SubflowEnd, type Wire, wireId } from "../document/index";
import type { TypeDescriptor } from "../server/descriptors";
import { anatomyOf, boxAround, outputY, sizeOf } from "./anatomy";
import type { Point } from "./curve";

export type ItemKind = "node" | "junction" | "note" | "group" | "end";

export interface Item {
  readonly id: string;
  readonly kind: ItemKind;
  /** The subflow template for an end. */
  readonly entry: FlowEntry;
  readonly box: Box;
  readonly inputs: number;
  readonly outputs: number;
}

export interface SceneWire extends Wire { readonly id: string }

export interface Scene {
  readonly flow: string;
  readonly items: ReadonlyMap<string, Item>;
  readonly wires: readonly SceneWire[];
}

const END_SIZE = 40;
const EMPTY: Scene = { flow: "", items: new Map(), wires: [] };

let last: { doc: FlowDocument; types: unknown; scene: Scene } | null = null;
let itemCache = new WeakMap<FlowEntry, Item>();
const wireCache = new WeakMap<Wire, SceneWire>();

export function sceneOf(doc: FlowDocument, flow: string, types: ReadonlyMap<string, TypeDescriptor>): Scene {
  if (!doc.entries[flow]) return EMPTY;
  if (last?.doc === doc && last.types === types && last.scene.flow === flow) return last.scene;
  // An instance looks like its template and a node like its type, so either change draws everything anew.
  if (last?.types !== types || templatesDiffer(last.doc, doc)) itemCache = new WeakMap();
  const scene = build(doc, flow);
  last = { doc, types, scene };
  return scene;
}

function templatesDiffer(before: FlowDocument, after: FlowDocument): boolean {
  const [old, now] = [indexOf(before).subflows, indexOf(after).subflows];
  return old.length !== now.length || now.some((entry, at) => entry !== old[at]);
}

function build(doc: FlowDocument, flow: string): Scene {
  const index = indexOf(doc);
  const items = new Map<string, Item>();
  for (const entry of index.on(flow)) items.set(entry.id, itemOf(entry));
  const template = doc.entries[flow]!;
  if (isSubflow(template)) for (const end of endsOf(template)) items.set(end.id, end);
  // A wire at a port that its node no longer shows stays in the file, undrawn.
  const wires = index.wiresOn(flow).filter((wire) => (items.get(wire.source)?.outputs ?? 0) > wire.port && items.get(wire.target)?.inputs).map(named);
  return { flow, items, wires };
}

function named(wire: Wire): SceneWire {
  let known = wireCache.get(wire);
  if (!known) wireCache.set(wire, (known = { ...wire, id: wireId(wire) }));
  return known;
}

function itemOf(entry: FlowEntry): Item {
  let item = itemCache.get(entry);
  if (!item) {
    const { inputs, outputs } = anatomyOf(entry);
    itemCache.set(entry, (item = { id: entry.id, kind: kindOf(entry), entry, box: boxAround(entry), inputs, outputs }));
  }
  return item;
}

function kindOf(entry: FlowEntry): ItemKind {
  if (isGroup(entry)) return "group";
  if (isJunction(entry)) return "junction";
  return isNote(entry) && typeof entry.w === "number" ? "note" : "node";
}

function endsOf(template: FlowEntry): Item[] {
  const end = (id: string, { x, y }: SubflowEnd, inputs: number): Item => ({
    id, kind: "end", entry: template, box: { x: x - END_SIZE / 2, y: y - END_SIZE / 2, w: END_SIZE, h: END_SIZE }, inputs, outputs: 1 - inputs,
  });
  const status = template.status as SubflowEnd | undefined;
  return [
    ...listOf<SubflowEnd>(template, "in").map((one, at) => end(subflowInput(template.id, at), one, 0)),
    ...listOf<SubflowEnd>(template, "out").map((one, at) => end(subflowOutput(template.id, at), one, 1)),
    ...(status ? [end(subflowStatus(template.id), status, 1)] : []),
  ];
}

/** Places of boxes while they are dragged, by id: the top left corner. */
export type Dragged = ReadonlyMap<string, Point>;

export function boxIn(scene: Scene, dragged: Dragged, id: string): Box {
  const { box } = scene.items.get(id)!;
  const place = dragged.get(id);
  return place ? { ...box, x: place.x, y: place.y } : box;
}

/** Boxes of the groups around what is dragged. */
export function draggedGroups(scene: Scene, dragged: Dragged): Map<string, Box> {
  const boxes = new Map<string, Box>();
  const visit = (id: unknown) => {
    const group = typeof id === "string" ? scene.items.get(id) : undefined;
    if (!group || dragged.has(group.id)) return;
    const members = listOf<string>(group.entry, "nodes").map((name) => scene.items.get(name)).filter((item) => item !== undefined);
    const placed = members.map((item) => {
      const box = boxes.get(item.id) ?? boxIn(scene, dragged, item.id);
      return { ...item.entry, ...(item.kind === "group" ? box : { x: box.x + box.w / 2, y: box.y + box.h / 2 }) } as FlowEntry;
    });
    const box = boxOf(placed, (entry) => (isGroup(entry) ? (boxes.get(entry.id) ?? sizeOf(entry)) : sizeOf(scene.items.get(entry.id)!.entry)));
    if (box) boxes.set(group.id, box);
    visit(group.entry.g);
  };
  for (const id of dragged.keys()) visit(scene.items.get(id)?.entry.g);
  return boxes;
}

export function sourcePoint(item: Item, box: Box, port: number): Point {
  if (item.kind === "junction") return { x: box.x + box.w / 2, y: box.y + box.h / 2 };
  return { x: box.x + box.w, y: box.y + outputY(port, item.outputs, box.h) };
}

export function targetPoint(item: Item, box: Box): Point {
  if (item.kind === "junction") return { x: box.x + box.w / 2, y: box.y + box.h / 2 };
  return { x: box.x, y: box.y + box.h / 2 };
}

export function wireEnds(scene: Scene, wire: Wire, dragged: Dragged = NO_DRAG): [Point, Point] {
  const [source, target] = [scene.items.get(wire.source)!, scene.items.get(wire.target)!];
  return [sourcePoint(source, boxIn(scene, dragged, source.id), wire.port), targetPoint(target, boxIn(scene, dragged, target.id))];
}

/** What the file says of an item whose box has its corner at x, y. */
export function placeOf(item: Item, x: number, y: number): Place {
  return item.kind === "group" ? { x, y } : { x: x + item.box.w / 2, y: y + item.box.h / 2 };
}

export const NO_DRAG: Dragged = new Map();

/** The box around everything, or around some. */
export function bounds(scene: Scene, ids?: Iterable<string>): Box | null {
  const boxes = ids ? [...ids].map((id) => scene.items.get(id)?.box).filter((box) => box !== undefined) : [...scene.items.values()].map((item) => item.box);
  if (!boxes.length) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return { x, y, w: Math.max(...boxes.map((box) => box.x + box.w)) - x, h: Math.max(...boxes.map((box) => box.y + box.h)) - y };
}

/** The topmost item at a point; nodes lie on groups and notes. */
export function itemAt(scene: Scene, { x, y }: Point): Item | null {
  let found: Item | null = null;
  for (const item of scene.items.values()) {
    const { box } = item;
    if (x < box.x || y < box.y || x > box.x + box.w || y > box.y + box.h) continue;
    if (!found || LAYER[item.kind] >= LAYER[found.kind]) found = item;
  }
  return found;
}

/** The innermost group at a point, of those that are not themselves on their way. */
export function groupAt(scene: Scene, { x, y }: Point, moving: { has(id: string): boolean } = new Set()): Item | null {
  const around = [...scene.items.values()].filter(({ id, kind, box }) => kind === "group" && !moving.has(id) && x >= box.x && y >= box.y && x <= box.x + box.w && y <= box.y + box.h);
  return around.find(({ id }) => !around.some(({ entry }) => entry.g === id)) ?? null;
}

export const LAYER: Record<ItemKind, number> = { group: 0, note: 1, end: 2, junction: 2, node: 2 };
