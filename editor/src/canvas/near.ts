/** In a crowd only what the pointer is near, and what is chosen, is made of elements: so it is chosen, dragged and wired as ever. */
import { type PointerEvent, useMemo, useState } from "react";
import { useSelection } from "../document/selection";
import { wireUnder } from "./insert";
import type { Item, Scene } from "./scene";
import { canvas, useView } from "./view";
import type { Point } from "./curve";

interface Near { items: ReadonlySet<string>; wires: ReadonlySet<string> }

const NOTHING: Near = { items: new Set(), wires: new Set() };
/** Pixels on the screen: as far as a port reaches, and somewhat more. */
const REACH = 28;
const WIRE_REACH = 8;
/** More chosen ones than this are only drawn as chosen. */
const MOST_CHOSEN = 30;

export function useNear(crowded: boolean, scene: Scene): { part: Scene; onPointer: (event: PointerEvent<HTMLElement>) => void } {
  const [near, setNear] = useState<Near>(NOTHING);
  const nodes = useSelection((state) => state.nodes);
  const wires = useSelection((state) => state.wires);
  const revealed = useView((state) => state.revealed);
  const splice = useView((state) => state.spliceTarget);
  const part = useMemo(() => (crowded ? partOf(scene, near, [...few(nodes), revealed], [...few(wires), splice]) : scene), [crowded, scene, near, nodes, wires, revealed, splice]);
  const onPointer = ({ clientX, clientY, buttons }: PointerEvent<HTMLElement>) => {
    if (!crowded || !canvas.flow) return;
    const found = around(scene, canvas.flow.screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false }), canvas.flow.getZoom());
    // What a gesture began on stays until it ends.
    setNear((before) => kept(before, buttons ? { items: new Set([...before.items, ...found.items]), wires: before.wires } : found));
  };
  return { part, onPointer };
}

const few = (chosen: ReadonlySet<string>) => (chosen.size > MOST_CHOSEN ? [] : chosen);
const kept = (before: Near, now: Near) => (same(before.items, now.items) && same(before.wires, now.wires) ? before : now);
const same = (one: ReadonlySet<string>, other: ReadonlySet<string>) => one.size === other.size && [...one].every((id) => other.has(id));

export function around(scene: Scene, { x, y }: Point, zoom: number): Near {
  const reach = REACH / zoom;
  const items = new Set<string>();
  for (const { id, kind, box } of scene.items.values())
    if (kind !== "group" && x > box.x - reach && y > box.y - reach && x < box.x + box.w + reach && y < box.y + box.h + reach) items.add(id);
  const wire = wireUnder(scene, { x, y }, WIRE_REACH / zoom);
  return { items, wires: new Set(wire ? [wire.id] : []) };
}

/** Those items with the wires, the ends of these, and notes, whose text nobody else writes; in the order of the scene. */
function partOf(scene: Scene, near: Near, alsoItems: (string | null)[], alsoWires: (string | null)[]): Scene {
  const named = new Set([...near.wires, ...alsoWires]);
  const wires = named.size ? scene.wires.filter((wire) => named.has(wire.id)) : [];
  const ids = new Set([...near.items, ...alsoItems, ...wires.flatMap((wire) => [wire.source, wire.target])]);
  const items = new Map<string, Item>();
  for (const [id, item] of scene.items) if (ids.has(id) || item.kind === "note") items.set(id, item);
  return { flow: scene.flow, items, wires };
}
