/** What is wrong with a node, by the rules of its type: the red triangle and the list before a deploy. */
import { type FlowDocument, type FlowEntry, isConfig, subflowOf } from "../document/flow";
import { indexOf } from "../document/index";
import { isCircular } from "../document/instances";
import { broken } from "../forms/rules";
import type { FieldDescriptor } from "../server/descriptors";
import { useRegistry } from "../server/registry";

export interface FieldProblem { field: string; rule: string }

const NONE: readonly FieldProblem[] = [];
const cache = new WeakMap<FlowEntry, { types: unknown; secrets: unknown; references: unknown; problems: readonly FieldProblem[] }>();

export function problemsOf(doc: FlowDocument, entry: FlowEntry): readonly FieldProblem[] {
  const { types } = useRegistry.getState();
  const descriptor = types.get(entry.type);
  if (!descriptor) return NONE;
  const references = Object.entries(descriptor.defaults).map(([field, one]) => (one.type ? Boolean(doc.entries[String(entry[field])]) : "")).join();
  const known = cache.get(entry);
  if (known && known.types === types && known.secrets === doc.secrets[entry.id] && known.references === references) return known.problems;
  const problems = Object.entries(descriptor.defaults).flatMap(([field, one]) => problemOf(doc, entry, field, one));
  cache.set(entry, { types, secrets: doc.secrets[entry.id], references, problems: problems.length ? problems : NONE });
  return problems;
}

function problemOf(doc: FlowDocument, entry: FlowEntry, field: string, descriptor: FieldDescriptor): FieldProblem[] {
  const value = field in entry ? entry[field] : descriptor.value;
  const named = descriptor.type ? doc.entries[String(value)] : undefined;
  if (descriptor.type && value && (!named || !isConfig(named))) return [{ field, rule: "missing" }];
  const rule = broken(value, descriptor, (name) => entry[name]);
  return rule ? [{ field, rule }] : [];
}

export interface DeployProblems { circular: FlowEntry[]; unknown: FlowEntry[]; invalid: FlowEntry[]; unused: FlowEntry[] }

/** What a deploy warns about. Disabled nodes and nodes on disabled flows do not count. */
export function deployProblems(doc: FlowDocument, users: (id: string) => readonly FlowEntry[]): DeployProblems {
  const { types } = useRegistry.getState();
  const found: DeployProblems = { circular: indexOf(doc).subflows.filter(({ id }) => isCircular(doc, id)), unknown: [], invalid: [], unused: [] };
  for (const id of doc.order) {
    const entry = doc.entries[id]!;
    if (NO_TYPE.has(entry.type) || entry.d || doc.entries[String(entry.z)]?.disabled) continue;
    const template = subflowOf(entry);
    if (template ? !doc.entries[template] : !types.has(entry.type)) found.unknown.push(entry);
    else if (problemsOf(doc, entry).length) found.invalid.push(entry);
    if (isConfig(entry) && entry.type !== "global-config" && !users(id).length) found.unused.push(entry);
  }
  return found;
}

export const NO_TYPE = new Set(["tab", "subflow", "group", "junction", "comment", "global-config"]);
