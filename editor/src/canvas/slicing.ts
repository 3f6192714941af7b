/** A line drawn across wires puts a junction into each; what it crosses is marked while it is drawn. */
import type { PointerEvent } from "react";
import { later, sayMissing } from "../shell/later";
import { curves, type Point, pointAt } from "./curve";
import { type Scene, type SceneWire, wireEnds } from "./scene";
import { canvas } from "./view";
import { currentScene } from "./viewport";
import "../styles/slicing.css";

/** Straight pieces that stand for one curve of a wire. */
const PIECES = 24;
/** Less than this between two directions is rounding. */
const PARALLEL = 1e-6;
const SVG = "http://www.w3.org/2000/svg";
/** Only its end needs it, so that a line may be drawn from the first moment on. */
const junctions = later(() => import("./addJunctions"));

/** Follows the pointer until it is let go; Escape gives up. */
export function slice(event: PointerEvent<HTMLElement>) {
  const drawing = draw();
  const stop = new AbortController();
  const { signal } = stop;
  const scene = currentScene();
  const box = canvas.element!.getBoundingClientRect();
  const line: Point[] = [];
  const crossed = new Map<SceneWire, Point>();
  const follow = ({ clientX, clientY }: { clientX: number; clientY: number }) => {
    line.push(onFlow({ x: clientX, y: clientY }));
    drawing.line(clientX - box.x, clientY - box.y);
    for (const [wire, at] of crossings(scene, line.slice(-2))) {
      if (crossed.has(wire)) continue;
      crossed.set(wire, at);
      const { x, y } = canvas.flow!.flowToScreenPosition(at);
      drawing.mark(x - box.x, y - box.y);
    }
  };
  const end = () => {
    stop.abort();
    drawing.remove();
  };
  follow(event);
  addEventListener("pointermove", follow, { signal });
  addEventListener("pointerup", (up) => {
    follow(up);
    end();
    junctions.load().then(({ addJunctions }) => addJunctions(crossed), sayMissing);
  }, { signal });
  addEventListener("pointercancel", end, { signal });
  addEventListener("keydown", (key) => {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    end();
  }, { signal, capture: true });
}

const onFlow = (screen: Point) => canvas.flow!.screenToFlowPosition(screen, { snapToGrid: false });

/** The wires that a line of points crosses, each with the first place where it does. */
export function crossings(scene: Scene, line: readonly Point[]): Map<SceneWire, Point> {
  const found = new Map<SceneWire, Point>();
  for (const wire of scene.wires) {
    const at = crossing(line, ...wireEnds(scene, wire));
    if (at) found.set(wire, at);
  }
  return found;
}

function crossing(line: readonly Point[], from: Point, to: Point): Point | null {
  const wire = curves(from, to).flatMap((part) => Array.from({ length: PIECES + 1 }, (_, step) => pointAt(part, step / PIECES)));
  for (let at = 1; at < line.length; at++) {
    for (let piece = 1; piece < wire.length; piece++) {
      const point = meeting(line[at - 1]!, line[at]!, wire[piece - 1]!, wire[piece]!);
      if (point) return point;
    }
  }
  return null;
}

/** Where two stretches meet. */
function meeting(a: Point, b: Point, c: Point, d: Point): Point | null {
  const [bx, by, dx, dy] = [b.x - a.x, b.y - a.y, d.x - c.x, d.y - c.y];
  const across = bx * dy - by * dx;
  if (Math.abs(across) < PARALLEL) return null;
  const along = ((c.x - a.x) * dy - (c.y - a.y) * dx) / across;
  const other = ((c.x - a.x) * by - (c.y - a.y) * bx) / across;
  return along >= 0 && along <= 1 && other >= 0 && other <= 1 ? { x: a.x + along * bx, y: a.y + along * by } : null;
}

function draw() {
  const picture = document.createElementNS(SVG, "svg");
  picture.classList.add("slice");
  const path = picture.appendChild(document.createElementNS(SVG, "polyline"));
  canvas.element!.append(picture);
  let points = "";
  return {
    line: (x: number, y: number) => path.setAttribute("points", (points += ` ${x},${y}`)),
    mark: (x: number, y: number) => {
      const dot = picture.appendChild(document.createElementNS(SVG, "circle"));
      Object.entries({ cx: x, cy: y, r: 5 }).forEach(([name, value]) => dot.setAttribute(name, String(value)));
    },
    remove: () => picture.remove(),
  };
}
