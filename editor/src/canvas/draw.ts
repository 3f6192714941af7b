/** The flow as a bitmap: the overview below 40 % zoom, and the map. */
import { useRuntime } from "../server/runtime";
import { typeOf } from "../server/registry";
import { curves } from "./curve";
import { categoryOf, HUES, nearestHue } from "./look";
import { drawName, drawPorts, drawReadable } from "./drawNode";
import type { Paints } from "./paints";
import { boxIn, type Dragged, draggedGroups, type Item, NO_DRAG, type Scene, wireEnds } from "./scene";

export interface Look { selected: ReadonlySet<string>; dragged?: Dragged; wireWidth: number; outline: boolean; readable?: boolean }

/** Draws in flow coordinates; the caller has set the transform. `visible` culls. */
export function drawScene(pen: CanvasRenderingContext2D, scene: Scene, paints: Paints, look: Look, visible: { x: number; y: number; w: number; h: number }) {
  const dragged = look.dragged ?? NO_DRAG;
  const groups = dragged.size ? draggedGroups(scene, dragged) : null;
  const { statuses } = useRuntime.getState();
  const seen = (box: { x: number; y: number; w: number; h: number }) =>
    box.x < visible.x + visible.w && box.y < visible.y + visible.h && box.x + box.w > visible.x && box.y + box.h > visible.y;
  const nodes: Item[] = [];
  for (const item of scene.items.values()) {
    if (item.kind !== "group" && item.kind !== "note") nodes.push(item);
    else if (look.readable && item.kind === "note") continue; // an element
    else if (seen(item.box)) drawGround(pen, item, groups?.get(item.id) ?? boxIn(scene, dragged, item.id), paints, look);
  }
  drawWires(pen, scene, dragged, paints, look.wireWidth, visible);
  const shown = nodes.map((item) => [item, boxIn(scene, dragged, item.id)] as const).filter(([, box]) => seen(box));
  if (look.readable) {
    for (const [item, box] of shown) {
      drawReadable(pen, item, box, paints);
      if (look.selected.has(item.id)) ring(pen, box, paints, 1);
    }
    return drawPorts(pen, shown, paints);
  }
  for (const [item, box] of shown) {
    const failed = statuses[item.id]?.fill === "red";
    pen.globalAlpha = item.entry.d ? 0.35 : 1;
    pen.fillStyle = failed ? paints.err : colorOf(item, paints);
    roundRect(pen, box.x, box.y, box.w, box.h, 7);
    pen.fill();
    pen.globalAlpha = 1;
    if (failed && look.outline) triangle(pen, box.x + box.w - 20, box.y - 12, paints);
    if (look.selected.has(item.id)) ring(pen, box, paints, look.wireWidth);
  }
}

function drawGround(pen: CanvasRenderingContext2D, item: Item, box: { x: number; y: number; w: number; h: number }, paints: Paints, look: Look) {
  roundRect(pen, box.x, box.y, box.w, box.h, 10);
  if (item.kind === "note") {
    pen.fillStyle = look.outline ? paints.note : paints.noteLine;
    pen.fill();
  } else {
    const style = (item.entry.style ?? {}) as { stroke?: string; fill?: string };
    pen.fillStyle = HUES[nearestHue(style.stroke) ?? nearestHue(style.fill) ?? "data"];
    pen.globalAlpha = look.outline ? 0.12 : 0.22;
    pen.fill();
    pen.globalAlpha = 1;
  }
  if (look.readable && item.kind === "group") drawName(pen, String(item.entry.name ?? ""), box, paints);
  if (look.selected.has(item.id)) ring(pen, box, paints, look.wireWidth);
}

function drawWires(pen: CanvasRenderingContext2D, scene: Scene, dragged: Dragged, paints: Paints, width: number, visible: { x: number; y: number; w: number; h: number }) {
  pen.beginPath();
  for (const wire of scene.wires) {
    const [from, to] = wireEnds(scene, wire, dragged);
    if (Math.max(from.x, to.x) < visible.x || Math.min(from.x, to.x) > visible.x + visible.w || Math.max(from.y, to.y) < visible.y || Math.min(from.y, to.y) > visible.y + visible.h) continue;
    pen.moveTo(from.x, from.y);
    for (const [, a, b, end] of curves(from, to)) pen.bezierCurveTo(a.x, a.y, b.x, b.y, end.x, end.y);
  }
  pen.strokeStyle = paints.wire;
  pen.lineWidth = width;
  pen.stroke();
}

function colorOf(item: Item, paints: Paints): string {
  if (item.kind === "junction") return paints.wire;
  if (item.kind === "end") return paints.ink;
  const descriptor = typeOf(item.entry.type);
  return HUES[categoryOf(item.entry.type, descriptor)];
}

function ring(pen: CanvasRenderingContext2D, { x, y, w, h }: { x: number; y: number; w: number; h: number }, paints: Paints, unit: number) {
  pen.strokeStyle = paints.accent;
  pen.lineWidth = 2 * unit;
  roundRect(pen, x - 2 * unit, y - 2 * unit, w + 4 * unit, h + 4 * unit, 8);
  pen.stroke();
}

function triangle(pen: CanvasRenderingContext2D, x: number, y: number, paints: Paints) {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + 14, y + 24);
  pen.lineTo(x - 14, y + 24);
  pen.closePath();
  pen.fillStyle = paints.err;
  pen.strokeStyle = paints.ground;
  pen.lineWidth = 4;
  pen.stroke();
  pen.fill();
}

function roundRect(pen: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, radius: number) {
  pen.beginPath();
  pen.roundRect(x, y, w, h, Math.min(radius, w / 2, h / 2));
}

/** Fits the bitmap to the element's size on this screen and returns a pen scaled to CSS pixels. */
export function penFor(element: HTMLCanvasElement): CanvasRenderingContext2D | null {
  if (!element.clientWidth || !element.clientHeight) return null; // hidden
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(element.clientWidth * ratio), Math.round(element.clientHeight * ratio)];
  if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
  const pen = element.getContext("2d");
  pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen?.clearRect(0, 0, element.clientWidth, element.clientHeight);
  return pen;
}
