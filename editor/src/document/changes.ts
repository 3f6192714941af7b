/** What differs from the deployed document. Always a comparison, never a flag, so undo and redo cannot get it wrong. */
import type { FlowDocument, FlowEntry } from "./flow";
import { isFlow, textOf } from "./flow";

export type Change = "added" | "changed" | "moved";

export interface Changes {
  readonly nodes: ReadonlyMap<string, Change>;
  readonly deleted: readonly string[];
  /** Tabs and subflows that hold a change or are one. */
  readonly flows: ReadonlySet<string>;
  readonly count: number;
}

const PLACE = new Set(["x", "y", "w", "h"]);
const pairs = new WeakMap<FlowEntry, { other: FlowEntry; change: Change | null }>();

export function compareEntries(now: FlowEntry, deployed: FlowEntry): Change | null {
  if (now === deployed) return null;
  const known = pairs.get(now);
  if (known?.other === deployed) return known.change;
  const change = differingKeys(now, deployed);
  pairs.set(now, { other: deployed, change });
  return change;
}

export function compare(doc: FlowDocument, deployed: FlowDocument): Changes {
  const nodes = new Map<string, Change>();
  const flows = new Set<string>();
  for (const id of doc.order) {
    const entry = doc.entries[id]!;
    const before = deployed.entries[id];
    const change = doc.secrets[id] ? "changed" : before ? compareEntries(entry, before) : "added";
    if (!change) continue;
    nodes.set(id, change);
    flows.add(isFlow(entry) ? id : textOf(entry, "z"));
  }
  const deleted = deployed.order.filter((id) => !Object.hasOwn(doc.entries, id));
  for (const id of deleted) flows.add(textOf(deployed.entries[id]!, "z"));
  flows.delete("");
  const moved = nodes.size || deleted.length ? 0 : Number(reordered(doc, deployed));
  return { nodes, deleted, flows, count: nodes.size + deleted.length + moved };
}

/** The order of tabs is part of the file. */
function reordered(doc: FlowDocument, deployed: FlowDocument): boolean {
  return doc.order !== deployed.order && doc.order.some((id, at) => deployed.order[at] !== id);
}

function differingKeys(now: FlowEntry, deployed: FlowEntry): Change | null {
  let change: Change | null = null;
  for (const key of new Set([...Object.keys(now), ...Object.keys(deployed)])) {
    if (equal(now[key], deployed[key])) continue;
    if (!PLACE.has(key)) return "changed";
    change = "moved";
  }
  return change;
}

/** Equality of JSON values. */
export function equal(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || !left || !right) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equal((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]));
}
