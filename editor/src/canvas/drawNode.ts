/** A node on the bitmap as canvas.css has it, to be read but not to be touched. */
import { isNote } from "../document/flow";
import { changesOf, useDocument } from "../document/store";
import { typeOf, useRegistry } from "../server/registry";
import { useRuntime } from "../server/runtime";
import { anatomyOf, linesOf, outputY, templateOf } from "./anatomy";
import type { Box } from "../document/actions/groups";
import { drawingOf, type Glyph } from "./glyphs";
import { categoryOf, glyphOf, HUES } from "./look";
import type { Paints } from "./paints";
import { problemsOf } from "./problems";
import type { Item } from "./scene";
import { useView } from "./view";

const TILE = 30;
const RADIUS = 6;
const LINE = 24;

export function drawReadable(pen: CanvasRenderingContext2D, item: Item, box: Box, paints: Paints) {
  if (item.kind === "junction") return drawJunction(pen, box, paints);
  if (item.kind === "end") return frame(pen, box, paints.ink, true);
  drawBody(pen, item, box, paints);
  drawMarks(pen, item, box, paints);
}

function drawBody(pen: CanvasRenderingContext2D, { entry }: Item, box: Box, paints: Paints) {
  const descriptor = typeOf(entry.type);
  const known = Boolean(descriptor ?? templateOf(entry));
  const right = descriptor?.align === "right";
  const failed = useRuntime.getState().statuses[entry.id]?.fill === "red";
  const { label, bare } = anatomyOf(entry);
  const hollow = Boolean(entry.d) || !known;
  pen.globalAlpha = entry.d ? 0.55 : 1;
  pen.fillStyle = hollow ? paints.ground : isNote(entry) ? paints.note : paints.surface;
  pen.beginPath();
  pen.roundRect(box.x, box.y, box.w, box.h, RADIUS);
  pen.fill();
  frame(pen, box, failed || !known ? paints.err : hollow ? paints.ink : paints.edge, hollow);
  const tile = right ? box.x + box.w - TILE : box.x;
  if (!hollow && !isNote(entry)) {
    pen.fillStyle = HUES[categoryOf(entry.type, descriptor)];
    pen.beginPath();
    pen.roundRect(tile, box.y, bare ? box.w : TILE, box.h, bare ? RADIUS : right ? [0, RADIUS, RADIUS, 0] : [RADIUS, 0, 0, RADIUS]);
    pen.fill();
  }
  pen.strokeStyle = hollow || isNote(entry) ? paints.ink : "#fff";
  const glyph = glyphOf(entry, descriptor);
  if (isDrawn(glyph)) drawGlyph(pen, glyph, tile + TILE / 2 - 8, box.y + box.h / 2 - 8);
  if (!bare) drawLabel(pen, label, right ? box.x + box.w - TILE - 9 : box.x + TILE + 9, box.y + box.h / 2, right, paints);
  pen.globalAlpha = 1;
}

function frame(pen: CanvasRenderingContext2D, box: Box, color: string, dashed: boolean) {
  pen.strokeStyle = color;
  pen.lineWidth = dashed ? 1.5 : 1;
  pen.setLineDash(dashed ? [4, 3] : []);
  pen.beginPath();
  pen.roundRect(box.x, box.y, box.w, box.h, RADIUS);
  pen.stroke();
  pen.setLineDash([]);
}

let family = "";

function font(weight: number): string {
  family ||= getComputedStyle(document.body).fontFamily;
  return `${weight} 13px ${family}`;
}

function drawLabel(pen: CanvasRenderingContext2D, label: string, x: number, y: number, right: boolean, paints: Paints) {
  const lines = linesOf(label);
  pen.fillStyle = paints.text;
  pen.font = font(500);
  pen.textBaseline = "middle";
  pen.textAlign = right ? "right" : "left";
  lines.forEach((line, at) => pen.fillText(line, x, y + (at - (lines.length - 1) / 2) * LINE + 0.5));
}

/** The name of a group, in its upper left corner. */
export function drawName(pen: CanvasRenderingContext2D, name: string, box: Box, paints: Paints) {
  pen.fillStyle = paints.text;
  pen.font = font(600).replace("13px", "12px");
  pen.textBaseline = "top";
  pen.textAlign = "left";
  pen.fillText(name, box.x + 25, box.y + 9);
}

/** A picture of a package's own is fetched by its element; here its tile stays empty. */
const isDrawn = (name: ReturnType<typeof glyphOf>): name is Glyph => !name.startsWith("icons/");

const paths = new Map<Glyph, Path2D>();

function drawGlyph(pen: CanvasRenderingContext2D, name: Glyph, x: number, y: number) {
  let path = paths.get(name);
  if (!path) paths.set(name, (path = pathOf(drawingOf(name).markup)));
  pen.translate(x, y);
  pen.lineWidth = 1.5;
  pen.lineCap = pen.lineJoin = "round";
  pen.stroke(path);
  pen.translate(-x, -y);
  pen.lineCap = "butt";
  pen.lineJoin = "miter";
}

/** The strokes of a drawing as one path: it is made of paths, circles, rectangles and ellipses. */
function pathOf(markup: string): Path2D {
  const path = new Path2D();
  for (const shape of new DOMParser().parseFromString(`<svg xmlns="http://www.w3.org/2000/svg">${markup}</svg>`, "image/svg+xml").documentElement.children) {
    const of = (name: string) => Number(shape.getAttribute(name) ?? 0);
    const part = new Path2D(shape.getAttribute("d") ?? undefined);
    if (shape.localName === "circle") part.arc(of("cx"), of("cy"), of("r"), 0, 2 * Math.PI);
    else if (shape.localName === "ellipse") part.ellipse(of("cx"), of("cy"), of("rx"), of("ry"), 0, 0, 2 * Math.PI);
    else if (shape.localName === "rect") part.roundRect(of("x"), of("y"), of("width"), of("height"), of("rx"));
    path.addPath(part);
  }
  return path;
}

/** The ports of all nodes at once: they look alike, and each stroke costs. */
export function drawPorts(pen: CanvasRenderingContext2D, nodes: readonly (readonly [Item, Box])[], paints: Paints) {
  pen.beginPath();
  for (const [{ kind, inputs, outputs }, box] of nodes) {
    if (kind !== "node") continue;
    if (inputs) pen.roundRect(box.x - 3, box.y + box.h / 2 - 7, 5, 14, 2);
    for (let port = 0; port < outputs; port++) {
      const [x, y] = [box.x + box.w + 0.5, box.y + outputY(port, outputs, box.h)];
      pen.moveTo(x + 4.5, y);
      pen.arc(x, y, 4.5, 0, 2 * Math.PI);
    }
  }
  pen.strokeStyle = paints.ground;
  pen.lineWidth = 3;
  pen.stroke();
  pen.fillStyle = paints.wire;
  pen.fill();
}

const judged = new WeakMap<Item, { doc: unknown; types: unknown; incomplete: boolean }>();

/** Judging is dear for a frame, so it is done once for a document. */
function isIncomplete(item: Item): boolean {
  const { doc } = useDocument.getState();
  const { types } = useRegistry.getState();
  let known = judged.get(item);
  if (known?.doc !== doc || known.types !== types) judged.set(item, (known = { doc, types, incomplete: problemsOf(doc, item.entry).length > 0 }));
  return known.incomplete;
}

function drawJunction(pen: CanvasRenderingContext2D, box: Box, paints: Paints) {
  pen.fillStyle = paints.wire;
  pen.beginPath();
  pen.arc(box.x + box.w / 2, box.y + box.h / 2, 5, 0, 2 * Math.PI);
  pen.fill();
}

/** The dot of what is not deployed, the triangle of what is not complete or has failed. */
function drawMarks(pen: CanvasRenderingContext2D, item: Item, box: Box, paints: Paints) {
  const { entry } = item;
  pen.strokeStyle = paints.ground;
  pen.lineWidth = 4;
  if (useView.getState().detail === "full" && changesOf(useDocument.getState()).nodes.has(entry.id)) {
    pen.fillStyle = paints.accent;
    pen.beginPath();
    pen.arc(box.x + box.w - 12.5, box.y - 0.5, 4.5, 0, 2 * Math.PI);
    pen.stroke();
    pen.fill();
  }
  if (!isIncomplete(item) && useRuntime.getState().statuses[entry.id]?.fill !== "red") return;
  pen.fillStyle = paints.err;
  pen.beginPath();
  pen.moveTo(box.x + box.w - 28, box.y - 7);
  pen.lineTo(box.x + box.w - 21, box.y + 5);
  pen.lineTo(box.x + box.w - 35, box.y + 5);
  pen.closePath();
  pen.stroke();
  pen.fill();
}
