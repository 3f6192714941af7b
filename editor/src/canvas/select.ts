/** Which nodes follow from which: along wires and links, and by direction. */
import type { FlowDocument } from "../document/flow";
import { listOf } from "../document/flow";
import type { Scene } from "./scene";

export type Direction = "up" | "down" | "left" | "right";

/** Everything before, after or around the chosen nodes on this flow; link wires count. */
export function connected(doc: FlowDocument, scene: Scene, ids: Iterable<string>, ways: readonly ("upstream" | "downstream")[]): Set<string> {
  const steps = new Map<string, { upstream: string[]; downstream: string[] }>();
  const at = (id: string) => steps.get(id) ?? steps.set(id, { upstream: [], downstream: [] }).get(id)!;
  const join = (source: string, target: string) => {
    at(source).downstream.push(target);
    at(target).upstream.push(source);
  };
  for (const wire of scene.wires) join(wire.source, wire.target);
  for (const item of scene.items.values())
    if (item.entry.type === "link out" || item.entry.type === "link call")
      for (const target of listOf<string>(doc.entries[item.id] ?? item.entry, "links")) if (scene.items.has(target)) join(item.id, target);
  const found = new Set(ids);
  const queue = [...found];
  while (queue.length) {
    const id = queue.pop()!;
    for (const way of ways) for (const next of steps.get(id)?.[way] ?? []) if (!found.has(next)) queue.push(next) && found.add(next);
  }
  return found;
}

/** The node nearest in a direction: straight ahead counts more than aside. */
export function nearest(scene: Scene, from: string, direction: Direction): string | null {
  const start = scene.items.get(from)?.box;
  if (!start) return null;
  let best: { id: string; score: number } | null = null;
  for (const item of scene.items.values()) {
    if (item.id === from || item.kind === "group") continue;
    const dx = item.box.x + item.box.w / 2 - start.x - start.w / 2;
    const dy = item.box.y + item.box.h / 2 - start.y - start.h / 2;
    const [along, aside] = direction === "right" ? [dx, dy] : direction === "left" ? [-dx, dy] : direction === "down" ? [dy, dx] : [-dy, dx];
    if (along <= 0) continue;
    const score = along + 2 * Math.abs(aside);
    if (!best || score < best.score) best = { id: item.id, score };
  }
  return best?.id ?? null;
}
