/** Adding, changing, moving and removing what lies on a flow. */
import { type FlowDocument, type FlowEntry, isConfig, isGroup, listOf, textOf } from "../flow";
import type { Draft, Recipe } from "../history";
import { indexOf, parseSubflowEnd, type SubflowEnd } from "../index";
import { fitAround, membersDeep, type SizeOf } from "./groups";
import { removeEnds } from "./subflows";
import { addWire, bridges, drop } from "./wires";

export interface Place { x: number; y: number }

export const add = (entries: readonly FlowEntry[]): Recipe => (draft) => entries.forEach((entry) => insert(draft, entry));

export function insert(draft: Draft, entry: FlowEntry) {
  if (!Object.hasOwn(draft.entries, entry.id)) draft.order.push(entry.id);
  draft.entries[entry.id] = structuredClone(entry);
}

/** Sets keys; a value of undefined removes the key. Ports that went away take their wires along. */
export const update = (id: string, values: Record<string, unknown>): Recipe => (draft) => {
  const entry = draft.entries[id];
  if (!entry) return;
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) delete entry[key];
    else entry[key] = value;
  }
  if (typeof entry.outputs === "number" && Array.isArray(entry.wires) && entry.wires.length > entry.outputs)
    entry.wires = entry.wires.slice(0, Math.max(0, entry.outputs));
};

/** After a form closed that reordered or removed outputs: `kept[new port] = old port`. */
export const remapOutputs = (id: string, kept: readonly (number | null)[]): Recipe => (draft) => {
  const entry = draft.entries[id];
  if (!entry || !Array.isArray(entry.wires)) return;
  const before = (entry.wires as string[][]).map((targets) => [...targets]);
  entry.wires = kept.map((port) => (port === null ? [] : before[port] ?? []));
};

export const setSecrets = (id: string, secrets: Record<string, string>): Recipe => (draft) => {
  if (Object.keys(secrets).length) draft.secrets[id] = { ...draft.secrets[id], ...secrets };
};

export function move(doc: FlowDocument, places: ReadonlyMap<string, Place>, sizeOf: SizeOf): Recipe {
  return (draft) => {
    for (const [id, place] of places) moveOne(draft, id, place);
    fitAround(draft, [...places.keys()].map((id) => doc.entries[id]).filter((entry) => entry !== undefined), sizeOf);
  };
}

function moveOne(draft: Draft, id: string, { x, y }: Place) {
  const end = parseSubflowEnd(id);
  const target = end ? endOf(draft, end) : draft.entries[id];
  if (!target || (target.x === x && target.y === y)) return;
  target.x = x;
  target.y = y;
}

function endOf(draft: Draft, { subflow, kind, at }: NonNullable<ReturnType<typeof parseSubflowEnd>>): SubflowEnd | undefined {
  const template = draft.entries[subflow];
  if (!template) return undefined;
  return kind === "status" ? (template.status as SubflowEnd | undefined) : listOf<SubflowEnd>(template, kind)[at];
}

/** Removes nodes, groups with what they hold, config nodes and ends of a subflow; optionally joins the neighbours. */
export function remove(doc: FlowDocument, ids: Iterable<string>, sizeOf: SizeOf, { reconnect = false } = {}): Recipe {
  const ends = [...ids].filter((id) => parseSubflowEnd(id));
  const gone = membersDeep(doc, [...ids].filter((id) => !parseSubflowEnd(id)));
  const flows = new Set([...gone].map((id) => textOf(doc.entries[id] ?? NOTHING, "z")).filter(Boolean));
  const closing = reconnect ? [...flows].flatMap((flow) => bridges(doc, flow, gone)) : [];
  return (draft) => {
    for (const flow of flows) unwire(doc, draft, flow, gone);
    dropLinks(doc, draft, gone);
    removeEnds(draft, ends);
    const left = [...gone].map((id) => doc.entries[id]).filter((entry) => entry !== undefined);
    forget(draft, gone);
    closing.forEach((wire) => addWire(draft, wire));
    leaveGroups(draft, left, gone);
    fitAround(draft, left, sizeOf);
  };
}

const NOTHING: FlowEntry = { id: "", type: "" };

export function forget(draft: Draft, gone: ReadonlySet<string>) {
  for (const id of gone) {
    delete draft.entries[id];
    delete draft.secrets[id];
  }
  if (draft.order.some((id) => gone.has(id))) draft.order = draft.order.filter((id) => !gone.has(id));
}

/** Removes every wire that leads to one of `gone`. */
export function unwire(doc: FlowDocument, draft: Draft, flow: string, gone: ReadonlySet<string>) {
  for (const wire of indexOf(doc).wiresOn(flow)) {
    if (gone.has(wire.source) === gone.has(wire.target) && !parseSubflowEnd(wire.source)) continue;
    const source = parseSubflowEnd(wire.source);
    const target = parseSubflowEnd(wire.target);
    if (target && gone.has(wire.source)) drop(endOf(draft, target)?.wires, (other) => other.id === wire.source);
    else if (source && gone.has(wire.target)) drop(endOf(draft, source)?.wires, (other) => other.id === wire.target);
    else if (gone.has(wire.target)) drop((draft.entries[wire.source]?.wires as string[][])[wire.port], (id) => id === wire.target);
  }
}

function dropLinks(doc: FlowDocument, draft: Draft, gone: ReadonlySet<string>) {
  for (const id of gone) {
    const entry = doc.entries[id];
    if (!entry?.type.startsWith("link ")) continue;
    for (const other of listOf<string>(entry, "links")) drop(draft.entries[other]?.links as string[] | undefined, (link) => link === id);
  }
}

function leaveGroups(draft: Draft, left: readonly FlowEntry[], gone: ReadonlySet<string>) {
  for (const id of new Set(left.map((entry) => textOf(entry, "g")))) {
    const group = draft.entries[id];
    if (group) drop(group.nodes as string[] | undefined, (member) => gone.has(member));
  }
}

/** `d: true` disables a node, as in Node-RED; the key goes when it is enabled. */
export const setDisabled = (ids: Iterable<string>, disabled: boolean): Recipe => (draft) => {
  for (const id of ids) {
    const entry = draft.entries[id];
    if (!entry || isGroup(entry) || isConfig(entry) && !disabled && !entry.d) continue;
    if (disabled) entry.d = true;
    else delete entry.d;
  }
};

/** `l` is only written where it differs from what the type does by itself. */
export const showLabels = (ids: Iterable<string>, shown: boolean, byDefault: (entry: FlowEntry) => boolean): Recipe => (draft) => {
  for (const id of ids) {
    const entry = draft.entries[id];
    if (!entry) continue;
    if (shown === byDefault(entry)) delete entry.l;
    else entry.l = shown;
  }
};

/** Link nodes name each other: what one side takes or drops, the other follows. */
export const syncLinks = (doc: FlowDocument, id: string, links: readonly string[]): Recipe => (draft) => {
  const before = listOf<string>(doc.entries[id] ?? NOTHING, "links");
  const others = (name: string) => draft.entries[name]?.links as string[] | undefined;
  for (const name of before) if (!links.includes(name)) drop(others(name), (link) => link === id);
  for (const name of links) {
    const list = others(name);
    if (list && !list.includes(id)) list.push(id);
  }
};
