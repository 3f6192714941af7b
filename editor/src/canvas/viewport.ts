/** Moving the view: every place is worked out from the scene, so it works in the overview too. */
import type { Viewport } from "@xyflow/react";
import type { Box } from "../document/actions/groups";
import { isPlaced, isGroup, isSubflow, textOf } from "../document/flow";
import { parseSubflowEnd } from "../document/index";
import { currentDoc } from "../document/store";
import { useSelection } from "../document/selection";
import { useRegistry } from "../server/registry";
import { chooseDetail } from "./detail";
import { bounds, sceneOf } from "./scene";
import { canvas, useView } from "./view";

export const SMALLEST = 0.05;
export const LARGEST = 3;
const MARGIN = 60;
const READABLE = 0.6;

const quiet = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const glide = () => ({ duration: quiet() ? 0 : 220 });

export const currentScene = () => sceneOf(currentDoc(), useSelection.getState().flow, useRegistry.getState().types);

/** The viewport that shows a box whole, never larger than life. */
export function viewportFor(box: Box, width: number, height: number): Viewport {
  const zoom = Math.min(1, Math.max(SMALLEST, Math.min((width - 2 * MARGIN) / box.w, (height - 2 * MARGIN) / box.h)));
  return { zoom, x: width / 2 - (box.x + box.w / 2) * zoom, y: height / 2 - (box.y + box.h / 2) * zoom };
}

export function fit(ids?: Iterable<string>, animate = true) {
  const box = bounds(currentScene(), ids);
  const { flow, element } = canvas;
  if (!flow || !element) return;
  const viewport = box ? viewportFor(box, element.clientWidth, element.clientHeight) : { x: 0, y: 0, zoom: 1 };
  if (animate && !quiet()) flow.setViewport(viewport, glide());
  else jump(viewport);
}

/** Goes there at once. How much is drawn is settled before, or all that comes into view would be made of elements for a moment. */
export function jump(viewport: Viewport) {
  chooseDetail(currentScene(), viewport);
  queueMicrotask(() => canvas.flow?.setViewport(viewport));
}

/** How a flow is first seen: whole when that can be read, otherwise where it begins, at full size. */
export function showStart() {
  const box = bounds(currentScene());
  const { flow, element } = canvas;
  if (!flow || !element) return;
  const whole = box && viewportFor(box, element.clientWidth, element.clientHeight);
  const start = { x: MARGIN / 2 - (box?.x ?? 0), y: MARGIN - (box?.y ?? 0), zoom: 1 };
  flow.setViewport(!box ? { x: 0, y: 0, zoom: 1 } : whole!.zoom >= READABLE ? whole! : start);
}

export const zoomBy = (factor: number) => canvas.flow?.zoomTo(canvas.flow.getZoom() * factor, glide());
export const zoomTo = (zoom: number) => canvas.flow?.zoomTo(zoom, glide());

export function scroll(dx: number, dy: number) {
  const { flow } = canvas;
  if (!flow) return;
  const { x, y, zoom } = flow.getViewport();
  flow.setViewport({ x: x - dx, y: y - dy, zoom });
}

export function centreOn(box: Box) {
  const { flow } = canvas;
  flow?.setCenter(box.x + box.w / 2, box.y + box.h / 2, { zoom: Math.max(0.7, flow.getZoom()), ...glide() });
}

/** Shows the flow an entry lies on, chooses it and brings it to the middle. */
export function reveal(id: string) {
  const doc = currentDoc();
  const entry = doc.entries[parseSubflowEnd(id)?.subflow ?? id];
  if (!entry) return;
  const home = isPlaced(entry) || isGroup(entry) ? textOf(entry, "z") : id;
  const selection = useSelection.getState();
  if (!doc.entries[home]) return;
  selection.hide(home, false);
  if (isSubflow(doc.entries[home]!)) selection.openSubflow(home);
  else selection.show(home);
  if (home === id) return;
  selection.select([id]);
  useView.setState({ revealed: id });
  setTimeout(() => useView.setState(({ revealed }) => (revealed === id ? { revealed: null } : {})), 1600);
  // The new flow is drawn first.
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const box = currentScene().items.get(id)?.box;
    if (box) centreOn(box);
  }));
}

/** Where a glide on its way will end. */
let heading: { viewport: Viewport; until: number } | null = null;

const destination = () => (heading && Date.now() < heading.until ? heading.viewport : canvas.flow!.getViewport());

function slideTo(viewport: Viewport) {
  heading = { viewport, until: Date.now() + 300 };
  canvas.flow?.setViewport(viewport, { ...glide(), interpolate: "linear" });
}

/** Brings an entry out from under a tray of this width; returns what undoes that, if the view was not moved meanwhile. */
export function showBeside(id: string, trayWidth: number): () => void {
  const { flow, element } = canvas;
  const box = currentScene().items.get(id)?.box;
  const free = (element?.clientWidth ?? 0) - trayWidth;
  if (!flow || !element || !box || free < box.w * flow.getZoom() + MARGIN) return () => undefined;
  const before = destination();
  const right = (box.x + box.w) * before.zoom + before.x;
  const left = box.x * before.zoom + before.x;
  if (left > 10 && right < free - 10) return () => undefined;
  const after = { ...before, x: free / 2 - (box.x + box.w / 2) * before.zoom };
  slideTo(after);
  return () => {
    const now = destination();
    if (Math.abs(now.x - after.x) < 1 && Math.abs(now.y - after.y) < 1 && now.zoom === after.zoom) slideTo(before);
  };
}
