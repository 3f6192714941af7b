/** What of an import is here already, so that it is used and not doubled. */
import { equal } from "../changes";
import { type FlowDocument, type FlowEntry, isConfig, isFlow, isSubflow, subflowOf, textOf } from "../flow";
import { indexOf } from "../index";

/** For what is used as it is here: the id it comes with, and the id it has here. */
export function alreadyHere(doc: FlowDocument, entries: readonly FlowEntry[], flow: string): Map<string, string> {
  const lying = Map.groupBy(entries, (entry) => textOf(entry, "z"));
  const templates = sameTemplates(doc, entries, lying);
  const flows = new Set(entries.filter(isFlow).map((entry) => entry.id));
  const here = new Map<string, string>();
  for (const entry of entries) {
    const inTemplate = templates.has(textOf(entry, "z"));
    const twin = templates.has(entry.id) || inTemplate ? entry.id : isConfig(entry) ? sameConfig(doc, entry, flows.has(textOf(entry, "z")) ? null : flow) : undefined;
    if (twin !== undefined) here.set(entry.id, twin);
  }
  return here;
}

/** Templates that are here just as they come, with all that lies in them: others are somebody else's, or older. */
function sameTemplates(doc: FlowDocument, entries: readonly FlowEntry[], lying: ReadonlyMap<string, readonly FlowEntry[]>): Set<string> {
  const coming = entries.filter(isSubflow).map((entry) => entry.id);
  const inside = (id: string) => lying.get(id) ?? [];
  const same = new Set(entries.filter((entry) => isSubflow(entry) && isSame(doc, entry, inside(entry.id))).map((entry) => entry.id));
  const differs = (entry: FlowEntry) => coming.includes(subflowOf(entry) ?? "") && !same.has(subflowOf(entry)!);
  for (let before = -1; before !== same.size;) {
    before = same.size;
    for (const id of same) if (inside(id).some(differs)) same.delete(id);
  }
  return same;
}

function isSame(doc: FlowDocument, template: FlowEntry, inside: readonly FlowEntry[]): boolean {
  const index = indexOf(doc);
  const count = index.on(template.id).length + index.configs.filter((entry) => entry.z === template.id).length;
  return count === inside.length && [template, ...inside].every((entry) => equal(entry, doc.entries[entry.id]));
}

/** A config node of the same id that the place of the import may use, or one that says the same there. `flow` is null where its own flow comes too. */
function sameConfig(doc: FlowDocument, entry: FlowEntry, flow: string | null): string | undefined {
  const known = doc.entries[entry.id];
  if (known?.type !== entry.type) return undefined;
  const scope = textOf(known, "z");
  if (!scope || scope === flow) return entry.id;
  const says = ({ id: _, z: __, ...rest }: FlowEntry) => rest;
  return indexOf(doc).configs.find((other) => flow !== null && other.z === flow && other.type === entry.type && equal(says(other), says(entry)))?.id;
}
