/** Bringing a list of entries in: pasted, duplicated, from a file, from an example. */
import { type FlowDocument, type FlowEntry, FlowFileError, isConfig, isFlow, isGroup, isPlaced, isSubflow, listOf, load, newId, numberOf, subflowOf, textOf } from "../flow";
import type { Draft, Recipe } from "../history";
import { indexOf, parseSubflowEnd } from "../index";
import { insert } from "./nodes";
import { alreadyHere } from "./sharing";
import { unwireEnds } from "./subflows";
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

/** Throws FlowFileError with a key of the catalogue for what is no flow, and for a subflow that would come to lie inside itself. */
export function planImport(doc: FlowDocument, list: unknown, { flow, mode, at }: ImportOptions): ImportPlan {
  const incoming = load(list);
  const entries = incoming.order.map((id) => incoming.entries[id]!);
  const conflicts = entries.filter((entry) => Object.hasOwn(doc.entries, entry.id)).map((entry) => entry.id);
  const shared = mode === "copy" ? alreadyHere(doc, entries, flow) : new Map<string, string>();
  // What clashes with nothing keeps its ids: links from outside and other people's copies still fit.
  const clashes = conflicts.some((id) => !shared.has(id));
  const copies = mode === "copy" && clashes ? entries.filter((entry) => !shared.has(entry.id)).map((entry) => [entry.id, newId()] as const) : [];
  const names = new Map([...shared, ...copies]);
  const stays = (z: string) => mode === "replace" && Object.hasOwn(doc.entries, z);
  const flows = new Set(entries.filter(isFlow).map((entry) => entry.id));
  const moved = entries.filter((entry) => !shared.has(entry.id)).map((entry) => homed(renamed(entry, names), entry, { flow, comes: (z) => flows.has(z), stays }));
  if (holdsItself(doc, moved, flow)) throw new FlowFileError("import.circular");
  const placed = moved.filter((entry) => entry.z === flow && (isPlaced(entry) || isGroup(entry)));
  if (at) shift(placed, at);
  return { entries: moved.map(pruned(moved, doc)), placed: placed.map((entry) => entry.id), tabs: moved.filter((entry) => entry.type === "tab").map((entry) => entry.id), conflicts };
}

export const importAll = (plan: ImportPlan): Recipe => (draft) => {
  for (const entry of plan.entries) insert(draft, entry);
  for (const entry of plan.entries.filter(isLink)) linkBack(draft, entry);
  if (plan.entries.some((entry) => plan.conflicts.includes(entry.id))) heal(draft);
};

const isLink = (entry: FlowEntry) => entry.type.startsWith("link ");

/** Both ends of a link name each other; of a call only the caller does. */
function linkBack(draft: Draft, { id, type, links }: FlowEntry) {
  if (type === "link call") return;
  for (const name of Array.isArray(links) ? links : []) {
    const others = draft.entries[name]?.links;
    if (Array.isArray(others) && !others.includes(id)) others.push(id);
  }
}

/** Overwritten entries may have left groups, tabs or neighbours that still name them. */
function heal(draft: Draft) {
  for (const id of draft.order) {
    const entry = draft.entries[id]!;
    const together = (other: string) => draft.entries[other]?.z === entry.z;
    if (isSubflow(entry)) unwireEnds(entry, (other) => other !== id && draft.entries[other]?.z !== id);
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

/** What comes without its flow lies on the one it comes to; so do the config nodes of such a flow. */
function homed(entry: FlowEntry, original: FlowEntry, { flow, comes, stays }: { flow: string; comes: (z: string) => boolean; stays: (z: string) => boolean }): FlowEntry {
  const z = textOf(original, "z");
  const lies = typeof original.x === "number" && typeof original.y === "number";
  if (isFlow(entry) || comes(z) || (!(lies || isGroup(original)) && (!z || stays(z)))) return entry;
  return { ...entry, z: flow };
}

/** Whether what comes to lie in a template would put it inside itself. */
function holdsItself(doc: FlowDocument, moved: readonly FlowEntry[], flow: string): boolean {
  if (!doc.entries[flow] || !isSubflow(doc.entries[flow]!)) return false;
  const coming = Map.groupBy(moved, (entry) => textOf(entry, "z"));
  const seen = new Set<string>();
  const leadsBack = (entry: FlowEntry): boolean => {
    const template = subflowOf(entry);
    if (template === null || seen.has(template)) return false;
    seen.add(template);
    return template === flow || [...(coming.get(template) ?? []), ...indexOf(doc).on(template)].some(leadsBack);
  };
  return (coming.get(flow) ?? []).some(leadsBack);
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

/** A part of a flow keeps the wires and links that still lead somewhere. */
function pruned(entries: readonly FlowEntry[], doc: FlowDocument) {
  const known = new Map(entries.map((entry) => [entry.id, entry]));
  const at = (id: string) => known.get(id) ?? doc.entries[id];
  const inTemplate = (entry: FlowEntry) => at(textOf(entry, "z"))?.type === "subflow";
  // Links end at the edge of a subflow; only a call leads out of one.
  const mayLink = (entry: FlowEntry, other: FlowEntry | undefined) =>
    other !== undefined && (other.z === entry.z || (!inTemplate(other) && (entry.type === "link call" || !inTemplate(entry))));
  return (entry: FlowEntry): FlowEntry => {
    const next = { ...entry };
    if (Array.isArray(entry.wires)) next.wires = (entry.wires as unknown[]).map((port) => (Array.isArray(port) ? port.filter((id) => known.has(id)) : port));
    if (entry.g && !known.has(entry.g as string)) delete next.g;
    if (isGroup(entry)) next.nodes = listOf<string>(entry, "nodes").filter(at);
    if (isLink(entry) && Array.isArray(entry.links)) next.links = entry.links.filter((id) => mayLink(entry, at(id)));
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

/** The chosen entries as a flow list, with the subflows and config nodes they need. Ends of a template stand for it where they alone are chosen. */
export function exportList(doc: FlowDocument, ids: Iterable<string>): FlowEntry[] {
  const wanted = new Set<string>();
  const chosen = [...ids];
  const own = chosen.filter((id) => doc.entries[id]);
  const queue = own.length ? own : chosen.map((id) => parseSubflowEnd(id)?.subflow ?? id);
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

