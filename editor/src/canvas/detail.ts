/** How much of the flow is drawn as elements: all, only what is near the pointer, or nothing. */
import type { Viewport } from "@xyflow/react";
import type { Scene } from "./scene";
import { canvas, OVERVIEW_BELOW, useView } from "./view";

/** Above this zoom so few nodes fit on a screen that all can be elements. */
const CROWDED_BELOW = 0.9;
/** Nodes on the screen from which, and down to which, they are drawn instead. */
const [MANY, FEW] = [110, 90];
/** A finger comes without a move that would tell where. */
let touch: boolean | undefined;
const isTouch = () => (touch ??= matchMedia("(pointer: coarse)").matches);

export function chooseDetail(scene: Scene, { x, y, zoom }: Viewport) {
  const before = useView.getState();
  const far = zoom < OVERVIEW_BELOW;
  const crowded = !far && !isTouch() && zoom < CROWDED_BELOW && isCrowded(scene, { x, y, zoom }, before.crowded ? FEW : MANY);
  const detail = zoom >= 0.6 ? "full" : far ? "far" : "mid";
  const overview = far || crowded;
  if (overview !== before.overview || crowded !== before.crowded || detail !== before.detail || zoom !== before.zoom) useView.setState({ overview, crowded, detail, zoom });
}

function isCrowded(scene: Scene, { x, y, zoom }: Viewport, limit: number): boolean {
  const { clientWidth, clientHeight } = canvas.element ?? { clientWidth: 0, clientHeight: 0 };
  const [left, top, right, bottom] = [-x / zoom, -y / zoom, (clientWidth - x) / zoom, (clientHeight - y) / zoom];
  let count = 0;
  for (const { box } of scene.items.values()) {
    if (box.x < right && box.y < bottom && box.x + box.w > left && box.y + box.h > top && ++count > limit) return true;
  }
  return false;
}
