/** Node-RED's size rule and where ports sit. Everything is known without the DOM, so nothing has to be measured. */
import { type FlowEntry, isGroup, isJunction, isNote, isSubflow, listOf, numberOf, subflowOf } from "../document/flow";
import type { Box, Size } from "../document/actions/groups";
import { currentDoc } from "../document/store";
import type { TypeDescriptor } from "../server/descriptors";
import { typeOf } from "../server/registry";
import { hasLabel, labelOf } from "./look";

export const GRID = 20;
export const PORT_PITCH = 13;
/** Labels are measured a size larger than they are drawn, so they never clip. */
const MEASURED_FONT = '14px "Helvetica Neue", Arial, Helvetica, sans-serif';

export interface Anatomy extends Size {
  inputs: number;
  outputs: number;
  label: string;
  bare: boolean;
}

const cache = new WeakMap<FlowEntry, { key: unknown; template: unknown; anatomy: Anatomy }>();

export function anatomyOf(entry: FlowEntry): Anatomy {
  const descriptor = typeOf(entry.type);
  const template = templateOf(entry);
  const known = cache.get(entry);
  if (known && known.key === descriptor && known.template === template) return known.anatomy;
  const anatomy = measure(entry, descriptor, template);
  cache.set(entry, { key: descriptor, template, anatomy });
  return anatomy;
}

export const templateOf = (entry: FlowEntry): FlowEntry | undefined => {
  const id = subflowOf(entry);
  return id ? currentDoc().entries[id] : undefined;
};

export const sizeOf = (entry: FlowEntry): Size => anatomyOf(entry);

function measure(entry: FlowEntry, descriptor: TypeDescriptor | undefined, template: FlowEntry | undefined): Anatomy {
  if (isGroup(entry)) return { ...boxSize(entry, 40, 40), inputs: 0, outputs: 0, label: String(entry.name ?? ""), bare: true };
  if (isJunction(entry)) return { w: 10, h: 10, inputs: 1, outputs: 1, label: "", bare: true };
  const { inputs, outputs } = portsOf(entry, descriptor, template);
  const label = labelOf(entry, descriptor, template);
  if (isNote(entry) && typeof entry.w === "number") return { ...boxSize(entry, 200, 100), inputs: 0, outputs: 0, label, bare: false };
  if (!hasLabel(entry, descriptor)) return { w: 30, h: Math.max(30, 15 * outputs), inputs, outputs, label, bare: true };
  return { ...labelled(label, inputs, outputs), inputs, outputs, label, bare: false };
}

const boxSize = (entry: FlowEntry, w: number, h: number): Size => ({ w: Math.max(w, numberOf(entry, "w")), h: Math.max(h, numberOf(entry, "h")) });

/** The rule itself: whole grid cells wide, 24 a line of text or 15 an output high. */
export function labelled(label: string, inputs: number, outputs: number): Size {
  const lines = linesOf(label);
  const text = Math.max(...lines.map(textWidth));
  return {
    w: Math.max(100, GRID * Math.ceil((text + 50 + (inputs > 0 ? 7 : 0)) / GRID)),
    h: Math.max(30, 6 + 24 * lines.length, 15 * outputs),
  };
}

/** A label breaks where its author wrote a backslash, an n and a space. */
export const linesOf = (label: string) => label.split(/\\n |\n/);

export function portsOf(entry: FlowEntry, descriptor: TypeDescriptor | undefined, template: FlowEntry | undefined): { inputs: number; outputs: number } {
  if (template && isSubflow(template)) return { inputs: listOf(template, "in").length, outputs: listOf(template, "out").length };
  if (!descriptor) return { inputs: subflowOf(entry) ? 1 : Number(entry.inputs ?? 1), outputs: Number(entry.outputs ?? listOf(entry, "wires").length) };
  const own = (key: "inputs" | "outputs") => (key in descriptor.defaults && entry[key] !== undefined ? Number(entry[key]) || 0 : descriptor[key]);
  return { inputs: Math.min(1, own("inputs")), outputs: own("outputs") };
}

/** Middle of an output port, from the node's top. */
export const outputY = (at: number, outputs: number, height: number) => height / 2 + (at - (outputs - 1) / 2) * PORT_PITCH;

export function boxAround(entry: FlowEntry): Box {
  const { w, h } = anatomyOf(entry);
  const [x, y] = [numberOf(entry, "x"), numberOf(entry, "y")];
  return isGroup(entry) ? { x, y, w, h } : { x: x - w / 2, y: y - h / 2, w, h };
}

const widths = new Map<string, number>();
let pen: CanvasRenderingContext2D | null | undefined;

export function textWidth(text: string): number {
  let width = widths.get(text);
  if (width === undefined) widths.set(text, (width = measureText(text)));
  return width;
}

function measureText(text: string): number {
  if (pen === undefined) {
    pen = typeof OffscreenCanvas === "undefined" ? null : (new OffscreenCanvas(1, 1).getContext("2d") as unknown as CanvasRenderingContext2D);
    if (pen) pen.font = MEASURED_FONT;
  }
  return pen ? Math.round(pen.measureText(text).width) : text.length * 7; // without a canvas (tests): an average letter
}
