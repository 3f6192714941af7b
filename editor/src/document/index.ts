/** What is looked up in a document: computed once per document, on demand, and kept as long as the document lives. */
import {
  type FlowDocument, type FlowEntry, isConfig, isFlow, isGroup, isPlaced, isSubflow, isTab, listOf, subflowOf, textOf, wiresOf,
} from "./flow";

export interface Wire {
  source: string;
  port: number;
  target: string;
}

export interface SubflowEnd {
  x: number;
  y: number;
  wires?: { id: string; port?: number }[];
}

export const wireId = (wire: Wire) => `${wire.source}:${wire.port}:${wire.target}`;

/** Ends of a subflow template are drawn like nodes; these are their names. */
export const subflowInput = (subflow: string, at = 0) => `${subflow}/in/${at}`;
export const subflowOutput = (subflow: string, at: number) => `${subflow}/out/${at}`;
export const subflowStatus = (subflow: string) => `${subflow}/status/0`;

export function parseSubflowEnd(id: string): { subflow: string; kind: "in" | "out" | "status"; at: number } | null {
  const found = /^(.+)\/(in|out|status)\/(\d+)$/.exec(id);
  return found && { subflow: found[1]!, kind: found[2] as "in" | "out" | "status", at: Number(found[3]) };
}

export class DocumentIndex {
  private byFlow = new Map<string, FlowEntry[]>();
  private incomingWires: Map<string, Wire[]> | null = null;
  private configUsers: Map<string, FlowEntry[]> | null = null;
  readonly tabs: FlowEntry[] = [];
  readonly subflows: FlowEntry[] = [];
  readonly configs: FlowEntry[] = [];

  constructor(readonly doc: FlowDocument) {
    for (const id of doc.order) this.file(doc.entries[id]!);
  }

  private file(entry: FlowEntry) {
    if (isTab(entry)) this.tabs.push(entry);
    else if (isSubflow(entry)) this.subflows.push(entry);
    else if (isPlaced(entry) || isGroup(entry)) this.flow(entry).push(entry);
    else if (isConfig(entry)) this.configs.push(entry);
  }

  private flow(entry: FlowEntry): FlowEntry[] {
    const z = textOf(entry, "z");
    let list = this.byFlow.get(z);
    if (!list) this.byFlow.set(z, (list = []));
    return list;
  }

  /** What lies on a tab or in a subflow, in file order. */
  on(flow: string): readonly FlowEntry[] {
    return this.byFlow.get(flow) ?? [];
  }

  wiresOn(flow: string): Wire[] {
    const wires = this.on(flow).flatMap(outgoing);
    const template = this.doc.entries[flow];
    return template && isSubflow(template) ? [...wires, ...subflowWires(template)] : wires;
  }

  incoming(id: string): readonly Wire[] {
    if (!this.incomingWires) {
      this.incomingWires = new Map();
      for (const flow of [...this.byFlow.keys()]) for (const wire of this.wiresOn(flow)) push(this.incomingWires, wire.target, wire);
    }
    return this.incomingWires.get(id) ?? [];
  }

  /** Entries that name the config node, subflow or node `id` in any of their keys. */
  users(id: string): readonly FlowEntry[] {
    this.configUsers ??= this.collectUsers();
    return this.configUsers.get(id) ?? [];
  }

  private collectUsers() {
    const users = new Map<string, FlowEntry[]>();
    const known = new Set([...this.configs, ...this.subflows].map((entry) => entry.id));
    for (const id of this.doc.order) {
      const entry = this.doc.entries[id]!;
      const named = new Set<string>();
      if (subflowOf(entry)) named.add(subflowOf(entry)!);
      for (const key in entry) if (key !== "id" && key !== "z") references(entry[key], known, named);
      for (const name of named) if (name !== entry.id && known.has(name)) push(users, name, entry);
    }
    return users;
  }
}

const cache = new WeakMap<FlowDocument, DocumentIndex>();

export function indexOf(doc: FlowDocument): DocumentIndex {
  let index = cache.get(doc);
  if (!index) cache.set(doc, (index = new DocumentIndex(doc)));
  return index;
}

const outgoingCache = new WeakMap<FlowEntry, Wire[]>();

/** The wires that leave a node. */
export function outgoing(entry: FlowEntry): Wire[] {
  let wires = outgoingCache.get(entry);
  if (!wires) {
    wires = wiresOf(entry).flatMap((targets, port) =>
      Array.isArray(targets) ? targets.map((target) => ({ source: entry.id, port, target })) : []);
    outgoingCache.set(entry, wires);
  }
  return wires;
}

function subflowWires(template: FlowEntry): Wire[] {
  const ends = (key: string) => listOf<SubflowEnd>(template, key);
  const status = template.status as SubflowEnd | undefined;
  return [
    ...ends("in").flatMap((end, at) => (end.wires ?? []).map(({ id }) => ({ source: subflowInput(template.id, at), port: 0, target: id }))),
    ...ends("out").flatMap((end, at) => (end.wires ?? []).map((wire) => fromEnd(template, wire, subflowOutput(template.id, at)))),
    ...(status?.wires ?? []).map((wire) => fromEnd(template, wire, subflowStatus(template.id))),
  ];
}

/** An output wired to the template's own id comes straight from its input. */
function fromEnd(template: FlowEntry, wire: { id: string; port?: number }, target: string): Wire {
  const source = wire.id === template.id ? subflowInput(template.id) : wire.id;
  return { source, port: wire.port ?? 0, target };
}

function references(value: unknown, known: Set<string>, found: Set<string>) {
  if (typeof value === "string") {
    if (known.has(value)) found.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) references(item, known, found);
  } else if (value && typeof value === "object") {
    for (const item of Object.values(value)) references(item, known, found);
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T) {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Tabs and subflows an entry may lie on, for walking everything. */
export const flowsOf = (doc: FlowDocument) => doc.order.map((id) => doc.entries[id]!).filter(isFlow);
