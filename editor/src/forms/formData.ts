/** From form values to the node: dotted names go one level down, keys no form has shown stay. */
import { equal } from "../document/changes";
import type { FlowEntry } from "../document/flow";
import { keepType, type Values } from "./controls";

/** The value of a field name in a node; a dot goes one level down. */
export function valueIn(entry: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(entry, name)) return entry[name];
  const dot = name.indexOf(".");
  if (dot < 0) return undefined;
  const inner = entry[name.slice(0, dot)];
  return inner && typeof inner === "object" ? (inner as Record<string, unknown>)[name.slice(dot + 1)] : undefined;
}

/**
 * What changes in the node: keys with new values, undefined for keys that go.
 * `initial` is what the form said before anything was typed: a field that still says it changes nothing, so a
 * default that only the form knew is not written. `shown` are all names any form of this session had: one that
 * is not submitted any more is removed.
 */
export function difference(entry: FlowEntry, submitted: Values, shown: ReadonlySet<string>, initial: Values = {}): Values {
  const changes: Values = {};
  const nested = new Map<string, Record<string, unknown>>();
  for (const name of new Set([...shown, ...Object.keys(submitted)])) {
    if (name in submitted && name in initial && equal(submitted[name], initial[name])) continue;
    const dot = name.indexOf(".");
    if (dot < 0) {
      if (name in submitted) set(changes, entry, name, keepType(submitted[name], entry[name]));
      continue;
    }
    const [root, leaf] = [name.slice(0, dot), name.slice(dot + 1)];
    if (!nested.has(root)) nested.set(root, { ...(entry[root] as object | undefined) });
    const target = nested.get(root)!;
    if (name in submitted) target[leaf] = keepType(submitted[name], target[leaf]);
    else delete target[leaf];
  }
  for (const [root, value] of nested) if (root in entry || Object.keys(value).length) set(changes, entry, root, value);
  return changes;
}

function set(changes: Values, entry: FlowEntry, key: string, value: unknown) {
  if (!equal(entry[key], value)) changes[key] = value;
}
