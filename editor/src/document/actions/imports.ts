/** Bringing a list of entries in: pasted, duplicated, from a file, from an example. */
import { type FlowDocument, type FlowEntry, isConfig, isFlow, isGroup, isPlaced, isSubflow, listOf, load, newId, numberOf, textOf } from "../flow";
import type { Draft, Recipe } from "../history";
import { parseSubflowEnd } from "../index";
import { insert } from "./nodes";
import { drop } from "./wires";

export interface ImportPlan {
  entries: FlowEntry[];
  /** What the user should see selected. */
  placed: string[];
  tabs: string[];
  /** Ids that stand in the document already, before any renaming. */
  conflicts: string[];
}

export interface ImportOptions {
  /** Where entries without a tab of their own go. */
  flow: string;
  /** `copy` gives everything a new id where one is taken; `replace` overwrites entries of the same id. */
  mode: "copy" | "replace";
  /** Centre of what is placed; kept where it is when absent. */
  at?: { x: number; y: number };
}

export function planImport(doc: FlowDocument, list: unknown, { flow, mode, at }: ImportOptions): ImportPlan {
  const incoming = load(list);
  const entries = incoming.order.map((id) => incoming.entries[id]!);
  const conflicts = entries.filter((entry) => Object.hasOwn(doc.entries, entry.id)).map((entry) => entry.id);
  const shared = mode === "copy" ? sharedDefinitions(doc, entries) : new Set<string>();
  // What clashes with nothing keeps its ids: links from outside and other people's copies still fit.
  const clashes = conflicts.some((id) => !shared.has(id));
  const names = new Map(mode === "copy" && clashes ? entries.filter((entry) => !shared.has(entry.id)).map((entry) => [entry.id, newId()]) : []);
  const flows = new Set(entries.filter(isFlow).map((entry) => entry.id));
  const moved = entries.filter((entry) => !shared.has(entry.id)).map((entry) => homed(renamed(entry, names), entry, flows, flow));
  const placed = moved.filter((entry) => entry.z === flow && (isPlaced(entry) || isGroup(entry)));
  if (at) shift(placed, at);
  return { entries: moved.map(pruned(moved, doc)), placed: placed.map((entry) => entry.id), tabs: moved.filter((entry) => entry.type === "tab").map((entry) => entry.id), conflicts };
}

export const importAll = (plan: ImportPlan): Recipe => (draft) => {
  for (const entry of plan.entries) insert(draft, entry);
  if (plan.entries.some((entry) => plan.conflicts.includes(entry.id))) heal(draft);
};

/** Overwritten entries may have left groups, tabs or neighbours that still name them. */
function heal(draft: Draft) {
  for (const id of draft.order) {
    const entry = draft.entries[id]!;
    const together = (other: string) => draft.entries[other]?.z === entry.z;
    if (isGroup(entry)) drop(entry.nodes as string[], (member) => !together(member) || draft.entries[member]!.g !== id);
    if (Array.isArray(entry.wires) && entry.z) for (const port of entry.wires) drop(port as string[], (target) => !together(target));
    const group = draft.entries[textOf(entry, "g")];
    if (!entry.g || (group && isGroup(group) && group.z === entry.z)) continue;
    delete entry.g;
  }
  for (const id of draft.order) {
    const entry = draft.entries[id]!;
    const members = draft.entries[textOf(entry, "g")]?.nodes as string[] | undefined;
    if (members && !members.includes(id)) members.push(id);
  }
}

/** Config nodes and subflows that are here already with the same id and type are used, not doubled. */
function sharedDefinitions(doc: FlowDocument, entries: readonly FlowEntry[]): Set<string> {
  const same = entries.filter((entry) => (isConfig(entry) || isSubflow(entry)) && doc.entries[entry.id]?.type === entry.type);
  const ids = new Set(same.map((entry) => entry.id));
  for (const entry of entries) if (ids.has(textOf(entry, "z")) && isSubflow(doc.entries[textOf(entry, "z")]!)) ids.add(entry.id);
  return ids;
}

function homed(entry: FlowEntry, original: FlowEntry, flows: ReadonlySet<string>, flow: string): FlowEntry {
  const lies = typeof original.x === "number" && typeof original.y === "number";
  if (isFlow(entry) || flows.has(textOf(original, "z")) || !(lies || isGroup(original))) return entry;
  return { ...entry, z: flow };
}

/** A copy in which every id that is being renamed is renamed, wherever it stands. */
export function renamed(entry: FlowEntry, names: ReadonlyMap<string, string>): FlowEntry {
  return rename(entry, names) as FlowEntry;
}

/** What people write is no id, even when it reads like one. */
const TEXT = new Set(["name", "label", "info", "topic"]);

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") {
    if (value.startsWith("subflow:")) return `subflow:${names.get(value.slice(8)) ?? value.slice(8)}`;
    return names.get(value) ?? value;
  }
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, TEXT.has(key) ? item : rename(item, names)]));
}

/** A part of a flow keeps the wires that still lead somewhere. */
function pruned(entries: readonly FlowEntry[], doc: FlowDocument) {
  const known = new Set(entries.map((entry) => entry.id));
  const exists = (id: string) => known.has(id) || Object.hasOwn(doc.entries, id);
  return (entry: FlowEntry): FlowEntry => {
    const next = { ...entry };
    if (Array.isArray(entry.wires)) next.wires = (entry.wires as unknown[]).map((port) => (Array.isArray(port) ? port.filter((id) => known.has(id)) : port));
    if (entry.g && !known.has(entry.g as string)) delete next.g;
    if (isGroup(entry)) next.nodes = listOf<string>(entry, "nodes").filter(exists);
    return next;
  };
}

function shift(placed: FlowEntry[], at: { x: number; y: number }) {
  if (!placed.length) return;
  const xs = placed.map((entry) => numberOf(entry, "x"));
  const ys = placed.map((entry) => numberOf(entry, "y"));
  const dx = at.x - (Math.min(...xs) + Math.max(...xs)) / 2;
  const dy = at.y - (Math.min(...ys) + Math.max(...ys)) / 2;
  // Whole grid steps, so that what was aligned stays aligned.
  const [stepX, stepY] = [Math.round(dx / 20) * 20, Math.round(dy / 20) * 20];
  for (const entry of placed) {
    entry.x = numberOf(entry, "x") + stepX;
    entry.y = numberOf(entry, "y") + stepY;
  }
}

/** The chosen entries as a flow list, with the subflows and config nodes they need. */
export function exportList(doc: FlowDocument, ids: Iterable<string>): FlowEntry[] {
  const wanted = new Set<string>();
  const queue = [...ids].map((id) => parseSubflowEnd(id)?.subflow ?? id);
  while (queue.length) {
    const id = queue.pop()!;
    const entry = doc.entries[id];
    if (!entry || wanted.has(id)) continue;
    wanted.add(id);
    queue.push(...needs(doc, entry));
  }
  return doc.order.filter((id) => wanted.has(id)).map((id) => inward(doc.entries[id]!, wanted));
}

function needs(doc: FlowDocument, entry: FlowEntry): string[] {
  if (isGroup(entry)) return listOf<string>(entry, "nodes");
  if (isFlow(entry)) return doc.order.filter((id) => doc.entries[id]!.z === entry.id);
  const found: string[] = [];
  if (entry.type.startsWith("subflow:")) found.push(entry.type.slice(8));
  for (const [key, value] of Object.entries(entry)) {
    if (key === "id" || key === "z" || key === "g" || typeof value !== "string") continue;
    const other = doc.entries[value];
    if (other && isConfig(other)) found.push(value);
  }
  return found;
}

/** Wires that leave the chosen part are left out. */
function inward(entry: FlowEntry, wanted: ReadonlySet<string>): FlowEntry {
  if (!Array.isArray(entry.wires)) return entry;
  const wires = (entry.wires as unknown[]).map((port) => (Array.isArray(port) ? port.filter((id) => wanted.has(id)) : port));
  return { ...entry, wires };
}

