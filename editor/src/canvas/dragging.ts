/** One gesture, one transaction: boxes move on screen while dragged and in the document when let go. */
import { useRef, useState } from "react";
import { membersDeep } from "../document/actions/groups";
import { move } from "../document/actions/nodes";
import { splice } from "../document/actions/wires";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { sizeOf } from "./anatomy";
import type { Point } from "./curve";
import { wireUnder } from "./insert";
import { type Dragged, type Item, NO_DRAG, placeOf, type Scene } from "./scene";
import { snapped, useView } from "./view";

interface Gesture { grabbed: Item; starts: Map<string, Point>; splices: boolean; shift: boolean }

export function useDragging(scene: Scene) {
  const [dragged, setDragged] = useState<Dragged>(NO_DRAG);
  const gesture = useRef<Gesture | null>(null);
  const current = useRef<Dragged>(NO_DRAG);

  const start = (grabbed: Item) => {
    const { nodes } = useSelection.getState();
    const moving = membersDeep(currentDoc(), nodes.has(grabbed.id) ? nodes : [grabbed.id]);
    const starts = new Map([...moving].flatMap((id): [string, Point][] => {
      const box = scene.items.get(id)?.box;
      return box ? [[id, { x: box.x, y: box.y }]] : [];
    }));
    gesture.current = { grabbed, starts, splices: starts.size === 1 && maySplice(grabbed), shift: false };
  };

  const moveBy = (dx: number, dy: number, free = false) => {
    if (!gesture.current) return;
    const { grabbed, starts, splices } = gesture.current;
    const by = useView.getState().snap && !free ? toGrid(grabbed, dx, dy) : { x: Math.round(dx), y: Math.round(dy) };
    current.current = new Map([...starts].map(([id, { x, y }]) => [id, { x: x + by.x, y: y + by.y }]));
    setDragged(current.current);
    if (splices) aim(scene, grabbed, by);
  };

  const end = () => {
    const { spliceTarget } = useView.getState();
    const places = new Map([...current.current].map(([id, { x, y }]) => [id, placeOf(scene.items.get(id)!, x, y)]));
    const wire = scene.wires.find((one) => one.id === spliceTarget);
    const grabbed = gesture.current?.grabbed.id;
    gesture.current = null;
    current.current = NO_DRAG;
    useView.setState({ spliceTarget: null });
    act(wire ? "history.splice" : "history.move", (draft) => {
      move(currentDoc(), places, sizeOf)(draft);
      if (wire && grabbed) splice(wire, grabbed)(draft);
    });
    setDragged(NO_DRAG);
  };

  const cancel = () => {
    gesture.current = null;
    current.current = NO_DRAG;
    setDragged(NO_DRAG);
  };

  return { dragged, start, moveBy, end, cancel, gesture };
}

/** The left edge and the middle line of what was grabbed land on the grid; a group keeps its members' places on it. */
function toGrid({ box, kind }: Item, dx: number, dy: number): Point {
  if (kind === "group") return { x: snapped(dx), y: snapped(dy) };
  const middle = box.y + box.h / 2;
  return { x: snapped(box.x + dx) - box.x, y: snapped(middle + dy) - middle };
}

/** Only a node with both ends and no wire yet goes into another's wire. */
function maySplice(item: Item): boolean {
  if (item.kind !== "node" && item.kind !== "junction") return false;
  const wired = (item.entry.wires as string[][] | undefined)?.some((port) => port.length) || indexOf(currentDoc()).incoming(item.id).length > 0;
  return item.inputs > 0 && item.outputs > 0 && !wired;
}

function aim(scene: Scene, item: Item, by: Point) {
  const middle = { x: item.box.x + item.box.w / 2 + by.x, y: item.box.y + item.box.h / 2 + by.y };
  const wire = wireUnder(scene, middle);
  if (useView.getState().spliceTarget !== (wire?.id ?? null)) useView.setState({ spliceTarget: wire?.id ?? null });
}
