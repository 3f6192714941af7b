/**
 * Undo as immer patches, one transaction per thing the user did.
 *
 * Patches are widened to whole entries: an undone entry is the very object it was, so the order of its keys
 * comes back too, and "has it changed" stays a comparison of references in most cases.
 */
import { enablePatches, type Patch, produceWithPatches, setAutoFreeze } from "immer";
import type { FlowDocument, FlowEntry } from "./flow";

enablePatches();
setAutoFreeze(true);

export type Draft = {
  order: string[];
  entries: Record<string, FlowEntry>;
  secrets: Record<string, Record<string, string>>;
};
export type Recipe = (draft: Draft) => void;

export interface Transaction {
  /** Key of the catalogue, shown as "Undo move". */
  readonly label: string;
  /** Steps of one gesture (nudging by keys) share a name and become one transaction. */
  readonly gesture?: string;
  readonly forward: readonly Patch[];
  readonly backward: readonly Patch[];
}

/** Runs a recipe. Null when it changed nothing. */
export function change(doc: FlowDocument, label: string, recipe: Recipe, gesture?: string): { doc: FlowDocument; transaction: Transaction } | null {
  const [after, patches] = produceWithPatches(doc as Draft, (draft) => recipe(draft as Draft));
  const paths = touched(patches).filter(([part, id]) => differs(doc, after, part, id));
  if (!paths.length) return null;
  const take = (from: FlowDocument) => paths.map(([part, id]) => patch(from, part, id));
  return { doc: after, transaction: { label, gesture, forward: take(after), backward: take(doc) } };
}

export function applyTo(doc: FlowDocument, patches: readonly Patch[]): FlowDocument {
  const next: { -readonly [Key in keyof FlowDocument]: FlowDocument[Key] } = { ...doc };
  const copies = new Set<string>();
  for (const { op, path: [part, id], value } of patches as readonly WidePatch[]) {
    if (part === "order") {
      next.order = value as string[];
      continue;
    }
    if (!copies.has(part)) next[part] = { ...next[part] } as never;
    copies.add(part);
    const map = next[part] as Record<string, unknown>;
    if (op === "remove") delete map[id!];
    else map[id!] = value;
  }
  return next;
}

/** One transaction that does both, for steps of the same gesture. */
export function merge(first: Transaction, second: Transaction): Transaction {
  return { ...first, forward: overlay(first.forward, second.forward), backward: overlay(second.backward, first.backward) };
}

type Part = "order" | "entries" | "secrets";
type Place = [part: Part, id?: string];
interface WidePatch extends Omit<Patch, "path"> { path: Place }

function touched(patches: readonly Patch[]): Place[] {
  const places = new Map<string, Place>();
  for (const { path } of patches) {
    const place: Place = path[0] === "order" ? ["order"] : [path[0] as Part, String(path[1])];
    places.set(place.join("/"), place);
  }
  return [...places.values()];
}

function differs(before: FlowDocument, after: FlowDocument, part: Part, id?: string): boolean {
  if (part === "order") return before.order.length !== after.order.length || before.order.some((name, at) => after.order[at] !== name);
  return before[part][id!] !== after[part][id!];
}

function patch(doc: FlowDocument, part: Part, id?: string): Patch {
  if (part === "order") return { op: "replace", path: ["order"], value: doc.order };
  const value = doc[part][id!];
  return value === undefined ? { op: "remove", path: [part, id!] } : { op: "replace", path: [part, id!], value };
}

function overlay(under: readonly Patch[], over: readonly Patch[]): Patch[] {
  const result = new Map(under.map((item) => [item.path.join("/"), item]));
  for (const item of over) result.set(item.path.join("/"), item);
  return [...result.values()];
}
