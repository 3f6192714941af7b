/** What the running flows say about themselves: status, live text, wire counts, debug messages, notifications. */
import { create } from "zustand";
import type { Connection } from "./comms";

export interface NodeStatus { fill?: string; shape?: string; text?: string }

export interface Live {
  text: string;
  done: boolean;
  tokens?: number;
  cost?: number;
  seconds?: number;
  count?: number;
  of?: number;
}

export interface WireTraffic { count: number; rate: number; at: number }

export interface DebugMessage {
  key: number;
  id: string;
  z?: string;
  path?: string;
  name?: string;
  topic?: string;
  property?: string;
  format: string;
  /** Already decoded: an object, an array, a string, a number... */
  value: unknown;
  level?: number;
  timestamp: number;
  /** Same node, property and shape as before: how often it came. */
  repeats: number;
}

export interface Notification { id: string; level: "info" | "warning" | "error" | "success"; text: string; sticky: boolean }

interface RuntimeState {
  connection: Connection;
  statuses: Readonly<Record<string, NodeStatus>>;
  live: Readonly<Record<string, Live>>;
  traffic: Readonly<Record<string, WireTraffic>>;
  debug: readonly DebugMessage[];
  debugPaused: boolean;
  /** Errors since the debug sidebar was last looked at. */
  unseenErrors: number;
  notifications: readonly Notification[];
  events: readonly { at: number; topic: string; text: string }[];
  running: boolean;
}

const DEBUG_KEPT = 500;
const TAPE_KEPT = 600;

export const useRuntime = create<RuntimeState>(() => ({
  connection: "connecting", statuses: {}, live: {}, traffic: {}, debug: [], debugPaused: false, unseenErrors: 0,
  notifications: [], events: [], running: true,
}));

const set = useRuntime.setState;

export function heard(topic: string, data: unknown) {
  if (topic.startsWith("status/")) setStatus(topic.slice(7), data as NodeStatus);
  else if (topic.startsWith("live/")) addLive(topic.slice(5), data as Partial<Live>);
  else if (topic === "wires") addTraffic(data as { source: string; port: number; count: number; rate: number }[]);
  else if (topic === "debug") addDebug(data as Record<string, unknown>);
}

function setStatus(id: string, status: NodeStatus) {
  set(({ statuses }) => {
    const next = { ...statuses };
    if (Object.keys(status ?? {}).length) next[id] = status;
    else delete next[id];
    return { statuses: next };
  });
}

function addLive(id: string, news: Partial<Live>) {
  set(({ live }) => {
    const old = live[id] && !live[id].done ? live[id] : { text: "", done: false };
    return { live: { ...live, [id]: { ...old, ...news, text: (old.text + (news.text ?? "")).slice(-TAPE_KEPT) } } };
  });
}

function addTraffic(wires: { source: string; port: number; count: number; rate: number }[]) {
  const at = Date.now();
  set(({ traffic }) => ({
    traffic: { ...traffic, ...Object.fromEntries(wires.map(({ source, port, count, rate }) => [`${source}:${port}`, { count, rate, at }])) },
  }));
}

let nextKey = 1;

function addDebug(data: Record<string, unknown>) {
  if (useRuntime.getState().debugPaused) return;
  const message = { ...data, key: nextKey++, repeats: 1, timestamp: Number(data.timestamp ?? Date.now()), format: String(data.format ?? "string"), value: decode(data) } as DebugMessage;
  set(({ debug, unseenErrors }) => ({ debug: [...debug.slice(1 - DEBUG_KEPT), message], unseenErrors: unseenErrors + (message.level === 20 ? 1 : 0) }));
}

/** Node-RED sends objects as JSON text and says so in `format`. */
export function decode({ msg, format }: Record<string, unknown>): unknown {
  if (typeof msg !== "string") return msg;
  const kind = String(format ?? "");
  if (/^(object|array|set|map|error|buffer|boolean|number|null|undefined)/i.test(kind) || kind === "Object") return parsed(msg, kind);
  return msg;
}

function parsed(text: string, kind: string): unknown {
  if (kind === "undefined" || text === "(undefined)") return undefined;
  if (kind.startsWith("buffer")) return { type: "Buffer", hex: text };
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const clearDebug = () => set({ debug: [], unseenErrors: 0 });
export const clearLive = () => set({ live: {}, statuses: {}, traffic: {} });

export function notify(level: Notification["level"], text: string, { sticky = level === "error", id = crypto.randomUUID() as string } = {}): string {
  set(({ notifications, events }) => ({
    notifications: [...notifications.filter((one) => one.id !== id), { id, level, text, sticky }],
    events: [...events.slice(-199), { at: Date.now(), topic: level, text }],
  }));
  if (!sticky) setTimeout(() => dismiss(id), 5000);
  return id;
}

export const dismiss = (id: string) => set(({ notifications }) => ({ notifications: notifications.filter((one) => one.id !== id) }));
