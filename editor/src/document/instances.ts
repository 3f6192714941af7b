/** Instances of subflows: made of a template, and what they hold in the end. */
import { type FlowDocument, type FlowEntry, listOf, newId, subflowOf } from "./flow";
import { indexOf } from "./index";

/** An instance, with one wire list an output. */
export function newInstance(template: FlowEntry, z: string, x: number, y: number): FlowEntry {
  return { id: newId(), type: `subflow:${template.id}`, z, name: "", x, y, wires: listOf(template, "out").map(() => []) };
}

/** Whether instances of `outer` hold `inner` somewhere inside; a template holds itself. */
export function holds(doc: FlowDocument, outer: string, inner: string, seen = new Set<string>()): boolean {
  if (outer === inner) return true;
  seen.add(outer);
  const inside = indexOf(doc).on(outer).map(subflowOf).filter((id): id is string => id !== null && !seen.has(id));
  return inside.some((id) => holds(doc, id, inner, seen));
}

/** A template with itself somewhere inside would never end. */
export const isCircular = (doc: FlowDocument, template: string) =>
  indexOf(doc).on(template).some((entry) => subflowOf(entry) !== null && holds(doc, subflowOf(entry)!, template));
