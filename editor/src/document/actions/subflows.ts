/** Subflow templates: make them, make them of a selection, give them ends. */
import { type FlowDocument, type FlowEntry, isGroup, isSubflow, listOf, newId, numberOf, subflowOf, textOf } from "../flow";
import type { Draft, Recipe } from "../history";
import { indexOf, parseSubflowEnd, subflowInput, subflowOutput, type SubflowEnd, type Wire } from "../index";
import { newInstance } from "../instances";
import { membersDeep } from "./groups";
import { addWire, drop, removeWire } from "./wires";

export const newSubflow = (name: string): FlowEntry => ({
  id: newId(), type: "subflow", name, info: "", category: "", in: [], out: [], env: [], meta: {}, color: "#DDAA99",
});

/** Templates stand before the flows that use them. */
export const addSubflow = (template: FlowEntry): Recipe => (draft) => {
  draft.entries[template.id] = structuredClone(template);
  const firstNode = draft.order.findIndex((id) => !["tab", "subflow"].includes(draft.entries[id]!.type));
  draft.order.splice(firstNode < 0 ? draft.order.length : firstNode, 0, template.id);
};

export const addEnd = (template: string, kind: "in" | "out" | "status", x: number, y: number): Recipe => (draft) => {
  const entry = draft.entries[template];
  if (!entry) return;
  const end: SubflowEnd = { x, y, wires: [] };
  if (kind === "status") entry.status = end;
  else if (kind === "out" || !listOf(entry, "in").length) entry[kind] = [...listOf<SubflowEnd>(entry, kind), end];
};

/** What stands at the edge of a template besides its input. */
const outerEnds = (template: FlowEntry) => [...listOf<SubflowEnd>(template, "out"), template.status as SubflowEnd | undefined].filter((end) => end !== undefined);

/** Templates let go of nodes that are gone. */
export function unwireEnds(template: FlowEntry, gone: (id: string) => boolean) {
  for (const end of [...listOf<SubflowEnd>(template, "in"), ...outerEnds(template)]) drop(end.wires, (wire) => gone(wire.id));
}

/** Removing an output moves the ones behind it up, in the template and in every instance. */
export function removeEnds(draft: Draft, ids: readonly string[]) {
  const ends = ids.map((id) => parseSubflowEnd(id)!).sort((left, right) => right.at - left.at);
  for (const { subflow, kind, at } of ends) {
    const template = draft.entries[subflow];
    if (!template) continue;
    if (kind === "status") {
      delete template.status;
      continue;
    }
    const list = template[kind] as SubflowEnd[];
    list.splice(at, 1);
    if (kind === "in") removeInput(draft, template);
    else removePort(draft, subflow, at);
  }
}

const instancesOf = (entries: readonly FlowEntry[], subflow: string) => new Set(entries.filter((entry) => subflowOf(entry) === subflow).map((entry) => entry.id));

/** Without an input nothing comes straight from it, and nothing comes to the instances. */
function removeInput(draft: Draft, template: FlowEntry) {
  for (const end of outerEnds(template)) drop(end.wires, (wire) => wire.id === template.id);
  const entries = Object.values(draft.entries);
  const instances = instancesOf(entries, template.id);
  for (const entry of entries) {
    if (isSubflow(entry)) for (const end of listOf<SubflowEnd>(entry, "in")) drop(end.wires, (wire) => instances.has(wire.id));
    else for (const port of Array.isArray(entry.wires) ? entry.wires : []) drop(port as string[], (target) => instances.has(target));
  }
}

function removePort(draft: Draft, subflow: string, at: number) {
  const entries = Object.values(draft.entries);
  const instances = instancesOf(entries, subflow);
  for (const id of instances) (draft.entries[id]!.wires as string[][] | undefined)?.splice(at, 1);
  for (const end of entries.filter(isSubflow).flatMap(outerEnds)) {
    drop(end.wires, (wire) => instances.has(wire.id) && wire.port === at);
    for (const wire of end.wires ?? []) if (instances.has(wire.id) && wire.port! > at) wire.port! -= 1;
  }
}

/**
 * Moves a selection into a new template and puts one instance in its place.
 * Null when more than one place inside would need an input of its own (a subflow has one).
 */
export function fromSelection(doc: FlowDocument, flow: string, ids: Iterable<string>, name: string): { template: string; instance: string; recipe: Recipe } | null {
  // Ends of a template stay with it: what comes from them or goes to them is wired from outside.
  const inside = membersDeep(doc, [...ids].filter((id) => doc.entries[id]));
  const wires = indexOf(doc).wiresOn(flow);
  const into = wires.filter((wire) => !inside.has(wire.source) && inside.has(wire.target));
  const out = wires.filter((wire) => inside.has(wire.source) && !inside.has(wire.target));
  const entries = [...inside].map((id) => doc.entries[id]!).filter(Boolean);
  const feeders = new Set(into.map((wire) => `${wire.source}:${wire.port}`));
  const entrances = new Set(into.map((wire) => wire.target));
  // Several feeders are one input only when each of them reaches every entrance.
  if (!entries.length || [...entrances].some((target) => new Set(into.filter((wire) => wire.target === target).map((wire) => `${wire.source}:${wire.port}`)).size !== feeders.size)) return null;
  const template = newSubflow(name);
  const middle = centre(entries);
  const exits = distinctExits(out);
  template.in = into.length ? [{ x: middle.left - 120, y: middle.y, wires: [] }] : [];
  template.out = exits.map((_, at) => ({ x: middle.right + 120, y: middle.y + 60 * at, wires: [] }));
  const instance = newInstance(template, flow, middle.x, middle.y);
  const outerGroups = new Set(entries.map((entry) => textOf(entry, "g")).filter((id) => !inside.has(id)));
  const [home = ""] = outerGroups;
  if (home && outerGroups.size === 1) instance.g = home;
  return {
    template: template.id,
    instance: instance.id,
    recipe: (draft) => {
      [...into, ...out].forEach((wire) => removeWire(draft, wire));
      addSubflow(template)(draft);
      for (const id of outerGroups) drop(draft.entries[id]?.nodes as string[] | undefined, (member) => inside.has(member));
      for (const entry of entries) {
        const moved = draft.entries[entry.id]!;
        moved.z = template.id;
        if (moved.g && !inside.has(moved.g as string)) delete moved.g;
      }
      draft.entries[instance.id] = structuredClone(instance);
      draft.order.push(instance.id);
      if (instance.g) (draft.entries[home]?.nodes as string[] | undefined)?.push(instance.id);
      wireUp(draft, template.id, instance.id, { into, out, exits, entrances });
    },
  };
}

interface Cut { into: Wire[]; out: Wire[]; exits: Wire[]; entrances: Set<string> }

function wireUp(draft: Draft, template: string, instance: string, { into, out, exits, entrances }: Cut) {
  for (const target of entrances) addWire(draft, { source: subflowInput(template), port: 0, target });
  for (const wire of into) addWire(draft, { ...wire, target: instance });
  exits.forEach((exit, at) => {
    addWire(draft, { source: exit.source, port: exit.port, target: subflowOutput(template, at) });
    for (const wire of out) if (wire.source === exit.source && wire.port === exit.port) addWire(draft, { source: instance, port: at, target: wire.target });
  });
}

function distinctExits(out: Wire[]): Wire[] {
  return [...new Map(out.map((wire) => [`${wire.source}:${wire.port}`, wire])).values()];
}

function centre(entries: readonly FlowEntry[]) {
  const nodes = entries.filter((entry) => !isGroup(entry));
  const placed = nodes.length ? nodes : entries;
  const xs = placed.map((entry) => numberOf(entry, "x"));
  const ys = placed.map((entry) => numberOf(entry, "y"));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  return { left, right, x: (left + right) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
}
