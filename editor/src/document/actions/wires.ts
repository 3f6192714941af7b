/** Wiring: every kind of end is handled here (nodes, junctions, and the ends of a subflow template). */
import { type FlowDocument, type FlowEntry, listOf } from "../flow";
import type { Draft, Recipe } from "../history";
import { indexOf, parseSubflowEnd, type SubflowEnd, type Wire, wireId } from "../index";

export function mayConnect(doc: FlowDocument, wire: Wire): boolean {
  if (wire.source === wire.target || homeOf(doc, wire.source) !== homeOf(doc, wire.target)) return false;
  const [from, to] = [parseSubflowEnd(wire.source), parseSubflowEnd(wire.target)];
  if ((from && from.kind !== "in") || to?.kind === "in") return false;
  return !indexOf(doc).incoming(wire.target).some((other) => other.source === wire.source && other.port === wire.port);
}

const homeOf = (doc: FlowDocument, id: string) => parseSubflowEnd(id)?.subflow ?? doc.entries[id]?.z;

export const connect = (wires: readonly Wire[]): Recipe => (draft) => wires.forEach((wire) => addWire(draft, wire));
export const disconnect = (wires: readonly Wire[]): Recipe => (draft) => wires.forEach((wire) => removeWire(draft, wire));

/** Puts a node into a wire: the wire's source feeds it, it feeds the wire's target. */
export const splice = (wire: Wire, node: string): Recipe => (draft) => {
  removeWire(draft, wire);
  addWire(draft, { ...wire, target: node });
  addWire(draft, { source: node, port: 0, target: wire.target });
};

/** The wires that join the neighbours of `ids` when those leave: everything before them to everything after them that is there. */
export function bridges(doc: FlowDocument, flow: string, ids: ReadonlySet<string>): Wire[] {
  let wires = indexOf(doc).wiresOn(flow).filter(({ target }) => parseSubflowEnd(target) ?? doc.entries[target]?.z === flow);
  const before = new Set(wires.map(wireId));
  for (const id of ids) {
    const into = wires.filter((wire) => wire.target === id && wire.source !== id);
    const out = wires.filter((wire) => wire.source === id && wire.target !== id);
    wires = wires.filter((wire) => wire.source !== id && wire.target !== id);
    for (const { source, port } of into) for (const { target } of out) if (source !== target) wires.push({ source, port, target });
  }
  return unique(wires.filter((wire) => !before.has(wireId(wire))));
}

/** Takes nodes out of their chain, which closes behind them. */
export function detach(doc: FlowDocument, flow: string, ids: ReadonlySet<string>): Recipe {
  const outer = indexOf(doc).wiresOn(flow).filter((wire) => ids.has(wire.source) !== ids.has(wire.target));
  const closing = bridges(doc, flow, ids);
  return (draft) => {
    outer.forEach((wire) => removeWire(draft, wire));
    closing.forEach((wire) => addWire(draft, wire));
  };
}

/** a to b, b to c, ... in the order given. */
export const series = (ids: readonly string[]): Wire[] => ids.slice(1).map((target, at) => ({ source: ids[at]!, port: 0, target }));
export const oneToMany = ([source, ...targets]: readonly string[]): Wire[] => targets.map((target) => ({ source: source!, port: 0, target }));
export const manyToOne = (ids: readonly string[]): Wire[] => ids.slice(0, -1).map((source) => ({ source, port: 0, target: ids.at(-1)! }));

/** Does nothing where an end is not there: another's deploy may have come between. */
export function addWire(draft: Draft, wire: Wire) {
  const to = parseSubflowEnd(wire.target);
  const from = parseSubflowEnd(wire.source);
  if (![from?.subflow ?? wire.source, to?.subflow ?? wire.target].every((id) => Object.hasOwn(draft.entries, id))) return;
  if (to) {
    const link = from ? { id: from.subflow, port: 0 } : { id: wire.source, port: wire.port };
    const ends = endWires(draft, to);
    if (ends && !ends.some((other) => other.id === link.id && (other.port ?? 0) === link.port)) ends.push(link);
  } else if (from) {
    const ends = endWires(draft, from);
    if (ends && !ends.some((other) => other.id === wire.target)) ends.push({ id: wire.target });
  } else {
    const targets = portOf(draft.entries[wire.source]!, wire.port);
    if (!targets.includes(wire.target)) targets.push(wire.target);
  }
}

export function removeWire(draft: Draft, wire: Wire) {
  const to = parseSubflowEnd(wire.target);
  const from = parseSubflowEnd(wire.source);
  if (to) {
    const source = from ? from.subflow : wire.source;
    drop(endWires(draft, to), (other) => other.id === source && (other.port ?? 0) === wire.port);
  } else if (from) {
    drop(endWires(draft, from), (other) => other.id === wire.target);
  } else {
    drop((draft.entries[wire.source]?.wires as string[][] | undefined)?.[wire.port], (target) => target === wire.target);
  }
}

function portOf(entry: FlowEntry, port: number): string[] {
  if (!Array.isArray(entry.wires)) entry.wires = [];
  const wires = entry.wires as string[][];
  while (wires.length <= port) wires.push([]);
  return wires[port]!;
}

function endWires(draft: Draft, { subflow, kind, at }: NonNullable<ReturnType<typeof parseSubflowEnd>>) {
  const template = draft.entries[subflow];
  const end = kind === "status" ? (template?.status as SubflowEnd | undefined) : template && listOf<SubflowEnd>(template, kind)[at];
  return end && (end.wires ??= []);
}

/** Takes what passes the test out of a list. In one go: a draft that is spliced again and again takes time that grows with the square. */
export function drop<T>(list: T[] | undefined, test: (item: T) => boolean) {
  if (!Array.isArray(list)) return;
  const kept = list.filter((item) => !test(item));
  if (kept.length === list.length) return;
  kept.forEach((item, at) => (list[at] = item));
  list.length = kept.length;
}

function unique(wires: Wire[]): Wire[] {
  return [...new Map(wires.map((wire) => [wireId(wire), wire])).values()];
}
