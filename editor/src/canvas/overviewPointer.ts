/** Handling the overview: choosing, dragging and lassoing boxes that are only drawn. */
import { type PointerEvent, useState } from "react";
import { useSelection } from "../document/selection";
import type { Point } from "./curve";
import { type Item, itemAt, type Scene } from "./scene";
import { canvas } from "./view";

export interface Lasso { x: number; y: number; w: number; h: number }

interface Handlers {
  start(item: Item): void;
  move(dx: number, dy: number): void;
  end(): void;
}

/** `drag` moves the selection by flow units. Returns the lasso while there is one and the handler for the canvas. */
export function useOverviewPointer(active: boolean, locked: boolean, scene: Scene, drag: Handlers) {
  const [lasso, setLasso] = useState<Lasso | null>(null);

  const onPointerDownCapture = (event: PointerEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const inside = target.closest(".react-flow__pane");
    if (target.closest(".react-flow__node, .react-flow__edge, .badge-w")) return; // near the pointer things are elements
    if (!active || event.button !== 0 || event.pointerType === "touch" || !inside || !canvas.flow) return;
    event.stopPropagation();
    const from = canvas.flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const item = itemAt(scene, from);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (item) startDrag(event, item, from, more);
    else startLasso(event, from, more);
  };

  const startDrag = (event: PointerEvent<HTMLElement>, item: Item, from: Point, more: boolean) => {
    const { nodes, select } = useSelection.getState();
    const takenOff = more && nodes.has(item.id);
    if (!nodes.has(item.id)) select(more ? [...nodes, item.id] : [item.id]);
    if (locked && !takenOff) return;
    let moving = false;
    follow(event, (to) => {
      if (locked || (!moving && Math.hypot(to.x - from.x, to.y - from.y) * canvas.flow!.getZoom() < 3)) return;
      if (!moving) drag.start(item);
      moving = true;
      drag.move(to.x - from.x, to.y - from.y);
    }, () => {
      if (moving) drag.end();
      else if (takenOff) select([...nodes].filter((id) => id !== item.id));
    });
  };

  const startLasso = (event: PointerEvent<HTMLElement>, from: Point, more: boolean) => {
    const before = more ? [...useSelection.getState().nodes] : [];
    if (!more) useSelection.getState().select([]);
    const box = canvas.element!.getBoundingClientRect();
    const start = { x: event.clientX - box.x, y: event.clientY - box.y };
    follow(event, (to, move) => {
      const end = { x: move.clientX - box.x, y: move.clientY - box.y };
      setLasso({ x: Math.min(start.x, end.x), y: Math.min(start.y, end.y), w: Math.abs(end.x - start.x), h: Math.abs(end.y - start.y) });
      useSelection.getState().select([...before, ...inside(scene, from, to)]);
    }, () => setLasso(null));
  };

  return { lasso, onPointerDownCapture };
}

function follow(event: PointerEvent<HTMLElement>, moved: (to: Point, event: globalThis.PointerEvent) => void, ended: () => void) {
  const stop = new AbortController();
  const end = () => {
    stop.abort();
    ended();
  };
  addEventListener("pointermove", (move) => moved(canvas.flow!.screenToFlowPosition({ x: move.clientX, y: move.clientY }, { snapToGrid: false }), move), { signal: stop.signal });
  addEventListener("pointerup", end, { signal: stop.signal });
  addEventListener("pointercancel", end, { signal: stop.signal });
  event.preventDefault();
}

/** Whole boxes only, so a lasso inside a group does not take the group. */
function inside(scene: Scene, from: Point, to: Point): string[] {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  const found = [...scene.items.values()].filter(({ box }) => box.x >= left && box.y >= top && box.x + box.w <= right && box.y + box.h <= bottom).map((item) => item.id);
  return found;
}
