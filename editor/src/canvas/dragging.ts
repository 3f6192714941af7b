/** One gesture, one transaction: boxes move on screen while dragged and in the document when let go. */
import { useRef, useState } from "react";
import { membersDeep, outermost, putInto, takeOut } from "../document/actions/groups";
import { move } from "../document/actions/nodes";
import { splice } from "../document/actions/wires";
import { textOf } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { sizeOf } from "./anatomy";
import type { Point } from "./curve";
import { wireUnder } from "./insert";
import { type Dragged, groupAt, type Item, NO_DRAG, placeOf, type Scene } from "./scene";
import { aim, canvas, snapped, useView } from "./view";

/** `outer` is what a group would take in, from `home`, the group where all of it lies; nothing where it lies in several. */
interface Gesture { grabbed: Item; starts: Map<string, Point>; splices: boolean; outer: string[]; home: string; shift: boolean }

export function useDragging(scene: Scene) {
  const [dragged, setDragged] = useState<Dragged>(NO_DRAG);
  const gesture = useRef<Gesture | null>(null);
  const current = useRef<Dragged>(NO_DRAG);

  const start = (grabbed: Item) => {
    const { nodes } = useSelection.getState();
    const doc = currentDoc();
    const chosen = nodes.has(grabbed.id) ? nodes : [grabbed.id];
    const moving = membersDeep(doc, chosen);
    const starts = new Map([...moving].flatMap((id): [string, Point][] => {
      const box = scene.items.get(id)?.box;
      return box ? [[id, { x: box.x, y: box.y }]] : [];
    }));
    const outer = outermost(doc, chosen);
    const homes = new Set(outer.map((id) => textOf(doc.entries[id]!, "g")));
    gesture.current = { grabbed, starts, splices: starts.size === 1 && maySplice(grabbed), outer: homes.size === 1 ? outer : [], home: [...homes][0] ?? "", shift: false };
  };

  const moveBy = (dx: number, dy: number, free = false) => {
    if (!gesture.current) return;
    const { grabbed, starts, splices } = gesture.current;
    const by = useView.getState().snap && !free ? toGrid(grabbed, dx, dy) : { x: Math.round(dx), y: Math.round(dy) };
    current.current = new Map([...starts].map(([id, { x, y }]) => [id, { x: x + by.x, y: y + by.y }]));
    setDragged(current.current);
    aim(splices ? wireBelow(scene, grabbed, by) : null, groupBelow(scene, gesture.current));
  };

  /** `alone` takes what was moved out of its group. */
  const end = (alone = false) => {
    const { spliceTarget, groupTarget } = useView.getState();
    // What somebody else's deploy took away meanwhile has no place any more.
    const places = new Map([...current.current].flatMap(([id, { x, y }]) => (scene.items.has(id) ? [[id, placeOf(scene.items.get(id)!, x, y)] as const] : [])));
    const wire = scene.wires.find((one) => one.id === spliceTarget);
    const grabbed = gesture.current?.grabbed.id;
    const outer = (gesture.current?.outer ?? []).filter((id) => places.has(id));
    const leaves = alone && Boolean(gesture.current?.home);
    gesture.current = null;
    current.current = NO_DRAG;
    aim(null, null);
    act(wire ? "history.splice" : "history.move", (draft) => {
      move(currentDoc(), places, sizeOf)(draft);
      if (wire && grabbed) splice(wire, grabbed)(draft);
      if (groupTarget) putInto(groupTarget, outer, sizeOf)(draft);
      else if (leaves) takeOut(outer, sizeOf)(draft);
    });
    setDragged(NO_DRAG);
  };

  return { dragged, start, moveBy, end, gesture };
}

/** The left edge and the middle line of what was grabbed land on the grid, the middle of a junction; a group keeps its members' places on it. */
function toGrid({ box, kind }: Item, dx: number, dy: number): Point {
  if (kind === "group") return { x: snapped(dx), y: snapped(dy) };
  const middle = box.y + box.h / 2;
  const edge = kind === "junction" ? box.x + box.w / 2 : box.x;
  return { x: snapped(edge + dx) - edge, y: snapped(middle + dy) - middle };
}

/** Only a node with both ends and no wire yet goes into another's wire. */
function maySplice(item: Item): boolean {
  if (item.kind !== "node" && item.kind !== "junction") return false;
  const wired = (item.entry.wires as string[][] | undefined)?.some((port) => port.length) || indexOf(currentDoc()).incoming(item.id).length > 0;
  return item.inputs > 0 && item.outputs > 0 && !wired;
}

function wireBelow(scene: Scene, { box }: Item, by: Point): string | null {
  return wireUnder(scene, { x: box.x + box.w / 2 + by.x, y: box.y + box.h / 2 + by.y })?.id ?? null;
}

/** The group under the pointer; what lies in one already goes only into those inside it. */
function groupBelow(scene: Scene, { starts, outer, home }: Gesture): string | null {
  if (!outer.length || !canvas.lastPointer) return null;
  const group = groupAt(scene, canvas.flow!.screenToFlowPosition(canvas.lastPointer, { snapToGrid: false }), starts)?.id;
  if (!group || group === home || (home && !membersDeep(currentDoc(), [home]).has(group))) return null;
  return group;
}
