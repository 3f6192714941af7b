/**
 * What a value is to somebody who reads it. What JSON lacks, and what was cut, comes from the server wrapped:
 * `{__enc__: true, type, data, length}`; nobody should have to look at that.
 */

interface Wrapped { type: string; data?: unknown; length?: number }

/** `length`: how many there were before the server cut them. */
export type Seen =
  | { kind: "leaf"; text: string; look: "s" | "n" | "t" }
  | { kind: "array" | "set" | "object"; parts: object; length: number }
  | { kind: "error"; parts: object; text: string }
  | { kind: "bytes"; bytes: number[]; length: number };

export function seen(value: unknown): Seen {
  if (typeof value === "string") return { kind: "leaf", text: JSON.stringify(value), look: "s" };
  if (value === undefined || value === null) return { kind: "leaf", text: String(value), look: "t" };
  if (typeof value !== "object") return { kind: "leaf", text: String(value), look: "n" };
  const bytes = bytesOf(value);
  if (bytes) return { kind: "bytes", bytes, length: Number((value as Wrapped).length ?? bytes.length) };
  if (Array.isArray(value)) return { kind: "array", parts: value, length: value.length };
  return isWrapped(value) ? unwrapped(value) : { kind: "object", parts: value, length: Object.keys(value).length };
}

function unwrapped({ type, data, length }: Wrapped): Seen {
  const list = Array.isArray(data) ? data : [];
  switch (type) {
    case "array": case "set": return { kind: type, parts: list, length: length ?? list.length };
    case "error": return { kind: "error", parts: Object(data), text: errorText(data) };
    case "number": case "regexp": return { kind: "leaf", text: String(data), look: "n" };
    case "bigint": return { kind: "leaf", text: `${String(data)}n`, look: "n" };
    default: return { kind: "leaf", text: type, look: "t" };
  }
}

const isWrapped = (value: object): value is Wrapped => (value as { __enc__?: boolean }).__enc__ === true && typeof (value as Wrapped).type === "string";

function errorText(data: unknown): string {
  const { name, message } = Object(data) as { name?: string; message?: string };
  return [name ?? "Error", message].filter(Boolean).join(": ");
}

/** A Buffer comes as hex digits or as a list of numbers. */
export function bytesOf(value: unknown): number[] | null {
  const buffer = value as { type?: string; hex?: string; data?: number[] } | null;
  if (buffer?.type !== "Buffer") return null;
  if (typeof buffer.hex === "string") return (buffer.hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  return Array.isArray(buffer.data) ? buffer.data : null;
}

/** As JSON has it, without the server's wrapping: what is copied. */
export function plain(value: unknown): unknown {
  const it = seen(value);
  switch (it.kind) {
    case "leaf": return typeof value === "object" && value !== null ? it.text : value;
    case "bytes": return { type: "Buffer", data: it.bytes };
    case "array": case "set": return (it.parts as unknown[]).map(plain);
    default: return Object.fromEntries(Object.entries(it.parts).map(([key, part]) => [key, plain(part)]));
  }
}

/** What copying a value gives; texts as they are. */
export function copied(value: unknown): string {
  const it = plain(value);
  return typeof it === "object" ? JSON.stringify(it, null, 2) : String(it);
}

/** Whether a value is shown opened from the start: not one that would push all others away. */
export function isShort(value: unknown): boolean {
  const it = seen(value);
  return "parts" in it && Object.keys(it.parts).length <= FEW;
}

const FEW = 30;
const ROOM = 60;

/** The beginning of a value on one line. Only as much of it is read as is shown. */
export function preview(value: unknown): string {
  const text = begin(value, ROOM);
  return text.length > ROOM ? `${text.slice(0, ROOM - 2)}…` : text;
}

function begin(value: unknown, room: number): string {
  const it = seen(value);
  if (it.kind === "leaf") return typeof value === "string" ? JSON.stringify(value.slice(0, room)) : it.text;
  if (it.kind === "error") return it.text;
  if (it.kind === "bytes") return `Buffer(${it.length})`;
  const list = Array.isArray(it.parts);
  const [open, close] = list ? "[]" : "{}";
  let text = open!;
  for (const key in it.parts) {
    if (text.length > room) return text;
    if (text.length > 1) text += ",";
    text += `${list ? "" : `${JSON.stringify(key)}:`}${begin((it.parts as Record<string, unknown>)[key], room - text.length)}`;
  }
  return text + close;
}
