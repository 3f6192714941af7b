/** Three-way merge by entry: what only one side touched is taken from it; what both touched is a conflict. */
import { equal } from "./changes";
import type { FlowDocument, FlowEntry } from "./flow";

export interface Merge {
  doc: FlowDocument;
  /** Entries both sides changed differently; `doc` holds mine, or theirs where those are preferred. */
  conflicts: string[];
  /** What came from the other side. */
  taken: string[];
}

/** `preferred`: what both touched and is to be as the other side has it. */
export function mergeDocuments(base: FlowDocument, mine: FlowDocument, theirs: FlowDocument, preferred: ReadonlySet<string> = new Set()): Merge {
  const entries: Record<string, FlowEntry> = {};
  const conflicts: string[] = [];
  const taken: string[] = [];
  for (const id of new Set([...mine.order, ...theirs.order])) {
    const [old, my, their] = [base.entries[id], mine.entries[id], theirs.entries[id]];
    const myChange = !equal(my, old);
    const theirChange = !equal(their, old);
    if (theirChange && !equal(my, their)) (myChange ? conflicts : taken).push(id);
    const chosen = myChange && !(theirChange && preferred.has(id)) ? my : their;
    if (chosen) entries[id] = chosen;
  }
  return { doc: { order: mergedOrder(mine, theirs, entries), entries, secrets: mine.secrets }, conflicts, taken };
}

/** Mine, with their additions behind what they follow there. */
function mergedOrder(mine: FlowDocument, theirs: FlowDocument, entries: Record<string, FlowEntry>): string[] {
  const order = mine.order.filter((id) => entries[id]);
  const placed = new Set(order);
  theirs.order.forEach((id, at) => {
    if (placed.has(id) || !entries[id]) return;
    const before = theirs.order.slice(0, at).findLast((other) => placed.has(other));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id);
    placed.add(id);
  });
  return order;
}
