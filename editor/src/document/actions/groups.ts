/** Groups: members by id, absolute places, a box that always fits what it holds. */
import { type FlowDocument, type FlowEntry, isGroup, listOf, newId, numberOf, textOf } from "../flow";
import type { Draft, Recipe } from "../history";
import { drop } from "./wires";

export interface Size { w: number; h: number }
export type SizeOf = (entry: FlowEntry) => Size;
export interface Box { x: number; y: number; w: number; h: number }

/** Room between members and edge; the name has its own band above. */
const PADDING = 25;
const NAME_BAND = 10;

/** The ids with everything that lies in those of them that are groups. */
export function membersDeep(doc: FlowDocument, ids: Iterable<string>): Set<string> {
  const found = new Set<string>();
  const visit = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    const entry = doc.entries[id];
    if (entry && isGroup(entry)) listOf<string>(entry, "nodes").forEach(visit);
  };
  for (const id of ids) visit(id);
  return found;
}

/** Only the outermost of the chosen: what lies in a chosen group follows it anyway. */
export function outermost(doc: FlowDocument, ids: Iterable<string>): string[] {
  const chosen = new Set([...ids].filter((id) => doc.entries[id]));
  const follows = (id: string): boolean => {
    const group = textOf(doc.entries[id]!, "g");
    return Boolean(doc.entries[group]) && (chosen.has(group) || follows(group));
  };
  return [...chosen].filter((id) => !follows(id));
}

export function group(doc: FlowDocument, ids: Iterable<string>, sizeOf: SizeOf, values: Record<string, unknown> = {}): { id: string; recipe: Recipe } | null {
  const members = outermost(doc, ids);
  const first = doc.entries[members[0] ?? ""];
  if (!first || members.some((id) => doc.entries[id]!.z !== first.z || textOf(doc.entries[id]!, "g") !== textOf(first, "g"))) return null;
  const id = newId();
  const parent = textOf(first, "g");
  const entry: FlowEntry = { id, type: "group", z: first.z, name: "", style: { label: true }, nodes: members, ...values };
  if (parent) entry.g = parent;
  return {
    id,
    recipe: (draft) => {
      draft.entries[id] = structuredClone(entry);
      const inside = new Set(members);
      draft.order.splice(doc.order.findIndex((name) => inside.has(name)), 0, id);
      for (const member of members) draft.entries[member]!.g = id;
      const outer = draft.entries[parent];
      if (outer) {
        drop(outer.nodes as string[], (member) => inside.has(member));
        (outer.nodes as string[]).push(id);
      }
      fit(draft, id, sizeOf);
    },
  };
}

export const ungroup = (doc: FlowDocument, ids: Iterable<string>): Recipe => (draft) => {
  for (const id of new Set(ids)) if (doc.entries[id] && isGroup(doc.entries[id]!)) dissolve(draft, id);
};

function dissolve(draft: Draft, id: string) {
  const entry = draft.entries[id]!;
  const parent = draft.entries[textOf(entry, "g")];
  const members = [...listOf<string>(entry, "nodes")];
  for (const member of members) {
    if (!draft.entries[member]) continue;
    if (parent) draft.entries[member]!.g = parent.id;
    else delete draft.entries[member]!.g;
  }
  if (parent) {
    drop(parent.nodes as string[], (member) => member === id);
    (parent.nodes as string[]).push(...members);
  }
  delete draft.entries[id];
  draft.order = draft.order.filter((name) => name !== id);
}

export const putInto = (groupId: string, ids: readonly string[], sizeOf: SizeOf): Recipe => (draft) => {
  takeOutOf(draft, ids, sizeOf);
  const target = draft.entries[groupId];
  if (!target) return;
  const nodes = (target.nodes ??= []) as string[];
  for (const id of ids) {
    nodes.push(id);
    draft.entries[id]!.g = groupId;
  }
  fitUp(draft, groupId, sizeOf);
};

export const takeOut = (ids: readonly string[], sizeOf: SizeOf): Recipe => (draft) => takeOutOf(draft, ids, sizeOf);

function takeOutOf(draft: Draft, ids: readonly string[], sizeOf: SizeOf) {
  const leaving = Map.groupBy(ids.filter((id) => draft.entries[id]), (id) => textOf(draft.entries[id]!, "g"));
  for (const [old, members] of leaving) {
    if (!old) continue;
    for (const id of members) delete draft.entries[id]!.g;
    const group = draft.entries[old];
    const gone = new Set(members);
    if (group) drop(group.nodes as string[] | undefined, (member) => gone.has(member));
    fitUp(draft, old, sizeOf);
  }
}

/** Makes one group of several: the first keeps its name and style. */
export const mergeGroups = (doc: FlowDocument, ids: readonly string[], sizeOf: SizeOf): Recipe => (draft) => {
  const [first, ...others] = ids.filter((id) => isGroup(doc.entries[id]!));
  if (!first) return;
  const loose = ids.filter((id) => !isGroup(doc.entries[id]!));
  const moved = others.flatMap((id) => [...listOf<string>(doc.entries[id]!, "nodes")]);
  others.forEach((id) => dissolve(draft, id));
  putInto(first, [...moved, ...loose], sizeOf)(draft);
};

/** Fits every group around the entries, from the inside out. */
export function fitAround(draft: Draft, entries: readonly FlowEntry[], sizeOf: SizeOf) {
  const groups = new Set(entries.flatMap((entry) => (isGroup(entry) ? [entry.id] : [textOf(entry, "g")])).filter(Boolean));
  for (const id of groups) fitUp(draft, id, sizeOf);
}

function fitUp(draft: Draft, id: string, sizeOf: SizeOf) {
  const seen = new Set<string>();
  for (let name = id; draft.entries[name] && !seen.has(name); name = textOf(draft.entries[name]!, "g")) {
    seen.add(name);
    fit(draft, name, sizeOf);
  }
}

function fit(draft: Draft, id: string, sizeOf: SizeOf) {
  const entry = draft.entries[id]!;
  const box = boxOf(listOf<string>(entry, "nodes").map((name) => draft.entries[name]).filter((member) => member !== undefined), sizeOf);
  if (!box) return;
  for (const key of ["x", "y", "w", "h"] as const) if (entry[key] !== box[key]) entry[key] = box[key];
}

/** The box of a group around members, null without members. */
export function boxOf(members: readonly FlowEntry[], sizeOf: SizeOf): Box | null {
  if (!members.length) return null;
  const boxes = members.map((member) => entryBox(member, sizeOf));
  const left = Math.min(...boxes.map((box) => box.x)) - PADDING;
  const top = Math.min(...boxes.map((box) => box.y)) - PADDING - NAME_BAND;
  const right = Math.max(...boxes.map((box) => box.x + box.w)) + PADDING;
  const bottom = Math.max(...boxes.map((box) => box.y + box.h)) + PADDING;
  return { x: left, y: top, w: right - left, h: bottom - top };
}

/** Top-left box of an entry: nodes are placed by their centre, groups by their corner. */
export function entryBox(entry: FlowEntry, sizeOf: SizeOf): Box {
  const { w, h } = sizeOf(entry);
  const [x, y] = [numberOf(entry, "x"), numberOf(entry, "y")];
  return isGroup(entry) ? { x, y, w, h } : { x: x - w / 2, y: y - h / 2, w, h };
}
