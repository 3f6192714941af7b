/** Lining things up. Answers are places as the file has them: the middle of a node, the corner of a group. */
import type { Box } from "../document/actions/groups";
import type { Place } from "../document/actions/nodes";
import type { FlowDocument } from "../document/flow";
import { membersDeep, outermost } from "../document/actions/groups";
import { type Item, type Scene, placeOf } from "./scene";

export type Alignment = "left" | "right" | "top" | "bottom" | "center" | "middle" | "grid";

export function align(doc: FlowDocument, scene: Scene, ids: Iterable<string>, how: Alignment): Map<string, Place> {
  const items = chosen(doc, scene, ids);
  const boxes = items.map((item) => item.box);
  const left = Math.min(...boxes.map((box) => box.x));
  const right = Math.max(...boxes.map((box) => box.x + box.w));
  const top = Math.min(...boxes.map((box) => box.y));
  const bottom = Math.max(...boxes.map((box) => box.y + box.h));
  const corner: Record<Alignment, (box: Box) => [number, number]> = {
    left: (box) => [left, box.y],
    right: (box) => [right - box.w, box.y],
    top: (box) => [box.x, top],
    bottom: (box) => [box.x, bottom - box.h],
    center: (box) => [(left + right - box.w) / 2, box.y],
    middle: (box) => [box.x, (top + bottom - box.h) / 2],
    // Left edge and middle line lie on the grid, as a dragged node does.
    grid: (box) => [Math.round(box.x / 20) * 20, Math.round((box.y + box.h / 2) / 20) * 20 - box.h / 2],
  };
  return places(doc, scene, items.map((item) => [item, ...corner[how](item.box)]));
}

/** Equal gaps between the outermost two. */
export function distribute(doc: FlowDocument, scene: Scene, ids: Iterable<string>, axis: "x" | "y"): Map<string, Place> {
  const size = axis === "x" ? "w" : "h";
  const items = chosen(doc, scene, ids).sort((one, other) => one.box[axis] - other.box[axis]);
  if (items.length < 3) return new Map();
  const first = items[0]!.box;
  const last = items.at(-1)!.box;
  const taken = items.reduce((sum, item) => sum + item.box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - taken) / (items.length - 1);
  let at = first[axis];
  return places(doc, scene, items.map((item) => {
    const place: [Item, number, number] = axis === "x" ? [item, Math.round(at), item.box.y] : [item, item.box.x, Math.round(at)];
    at += item.box[size] + gap;
    return place;
  }));
}

/** New places for items whose corner goes to x, y; what lies in a moved group goes with it. */
export function places(doc: FlowDocument, scene: Scene, corners: readonly (readonly [Item, number, number])[]): Map<string, Place> {
  const result = new Map<string, Place>();
  for (const [item, x, y] of corners) {
    const [dx, dy] = [x - item.box.x, y - item.box.y];
    if (!dx && !dy) continue;
    for (const id of item.kind === "group" ? membersDeep(doc, [item.id]) : [item.id]) {
      const member = scene.items.get(id);
      if (member) result.set(id, placeOf(member, member.box.x + dx, member.box.y + dy));
    }
  }
  return result;
}

export function shift(doc: FlowDocument, scene: Scene, ids: Iterable<string>, dx: number, dy: number): Map<string, Place> {
  return places(doc, scene, chosen(doc, scene, ids).map((item) => [item, item.box.x + dx, item.box.y + dy]));
}

function chosen(doc: FlowDocument, scene: Scene, ids: Iterable<string>): Item[] {
  const inDocument = [...ids];
  const ends = inDocument.filter((id) => !doc.entries[id]);
  return [...outermost(doc, inDocument), ...ends].map((id) => scene.items.get(id)).filter((item) => item !== undefined);
}
