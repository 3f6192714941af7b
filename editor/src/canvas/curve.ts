/** The shape of a wire, and how far a point is from it. */

export interface Point { x: number; y: number }

/** Handles of at most 75 px keep a wire close to its ports, as in Node-RED. */
const REACH = 75;

type Bezier = readonly [Point, Point, Point, Point];

export function curvePath(from: Point, to: Point): string {
  if (from.y === to.y && to.x > from.x) return `M${from.x} ${from.y}H${to.x}`;
  const [first, ...rest] = curves(from, to);
  const cubic = ([, a, b, end]: Bezier) => `C${r(a.x)} ${r(a.y)} ${r(b.x)} ${r(b.y)} ${r(end.x)} ${r(end.y)}`;
  return `M${r(from.x)} ${r(from.y)}${[first!, ...rest].map(cubic).join("")}`;
}

/** One curve forwards; backwards it leaves, goes round and comes in, so three. */
export function curves(from: Point, to: Point): Bezier[] {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (dx > 0) {
    const reach = Math.min(REACH, 0.5 * dx + 0.12 * Math.abs(dy));
    return [[from, { x: from.x + reach, y: from.y }, { x: to.x - reach, y: to.y }, to]];
  }
  const side = dy >= 0 ? 1 : -1;
  const drop = Math.abs(dy) < 60 ? 45 * side : dy / 2;
  const out = Math.min(REACH, 30 + Math.abs(dx) * 0.08);
  const middle = from.y + drop;
  const right: Point = { x: from.x + 12, y: middle };
  const left: Point = { x: to.x - 12, y: middle };
  const straight = Math.max(20, (right.x - left.x) * 0.25);
  return [
    [from, { x: from.x + out, y: from.y }, { x: right.x + out, y: middle }, { x: right.x - straight / 4, y: middle }],
    [{ x: right.x - straight / 4, y: middle }, { x: right.x - straight, y: middle }, { x: left.x + straight, y: middle }, { x: left.x + straight / 4, y: middle }],
    [{ x: left.x + straight / 4, y: middle }, { x: left.x - out, y: middle }, { x: to.x - out, y: to.y }, to],
  ];
}

export function pointAt([a, b, c, d]: Bezier, t: number): Point {
  const u = 1 - t;
  const mix = (k: "x" | "y") => u * u * u * a[k] + 3 * u * u * t * b[k] + 3 * u * t * t * c[k] + t * t * t * d[k];
  return { x: mix("x"), y: mix("y") };
}

export function middleOf(from: Point, to: Point): Point {
  const parts = curves(from, to);
  return pointAt(parts[Math.floor(parts.length / 2)]!, 0.5);
}

export function distanceTo(point: Point, from: Point, to: Point): number {
  let best = Infinity;
  for (const part of curves(from, to)) {
    for (let step = 0; step <= 16; step++) {
      const { x, y } = pointAt(part, step / 16);
      best = Math.min(best, Math.hypot(point.x - x, point.y - y));
    }
  }
  return best;
}

const r = (value: number) => Math.round(value * 100) / 100;
