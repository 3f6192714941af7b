/** What the running flows say about themselves: status, live text, wire counts, debug messages, notifications. */
import { create } from "zustand";
import { newId } from "../document/flow";
import type { Connection } from "./comms";
import { grown, type Stream, type StreamEnd, type StreamMark } from "./streams";

export interface NodeStatus { fill?: string; shape?: string; text?: string }

export interface Live {
  text: string;
  done: boolean;
  tokens?: number;
  cost?: number;
  currency?: string;
  seconds?: number;
  failed?: boolean;
  count?: number;
  of?: number;
  /** Which work of the node it is: what its later reports count in is the same work. */
  activity?: number;
  /** When the report came, to count seconds on. */
  at: number;
}

/** What calls have taken since the page was opened; costs by currency. */
export interface Totals { tokens: number; costs: Readonly<Record<string, number>> }

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
  /** All messages of a streamed answer are one entry; the value is the last one's. */
  stream?: Stream;
}

export interface Notification { id: string; level: "info" | "warning" | "error" | "success"; text: string; sticky: boolean; action?: { label: string; run: () => void } }

interface RuntimeState {
  connection: Connection;
  statuses: Readonly<Record<string, NodeStatus>>;
  live: Readonly<Record<string, Live>>;
  totals: Totals;
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
/** Messages of streams that come during a pause, to be shown after it. */
const HELD = 20_000;

export const useRuntime = create<RuntimeState>(() => ({
  connection: "connecting", statuses: {}, live: {}, totals: { tokens: 0, costs: {} }, traffic: {}, debug: [], debugPaused: false, unseenErrors: 0,
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

function addLive(id: string, { streams, ...news }: Partial<Live> & { streams?: StreamEnd[] }) {
  if (streams) endStreams(streams);
  set(({ live, totals }) => {
    const old = live[id] && !live[id].done ? live[id] : { text: "", done: false };
    const now = { ...old, ...news, text: (old.text + (news.text ?? "")).slice(-TAPE_KEPT), at: Date.now() };
    return { live: { ...live, [id]: now }, totals: added(totals, now, live[id]) };
  });
}

/** Reports give sums of a node's work: only what has come since the last one is new. */
function added(totals: Totals, now: Live, last: Live | undefined): Totals {
  const before = last?.activity === now.activity ? last : undefined;
  const tokens = Math.max(0, (now.tokens ?? 0) - (before?.tokens ?? 0));
  const cost = Math.max(0, (now.cost ?? 0) - (before?.cost ?? 0));
  if (!tokens && !cost) return totals;
  const currency = now.currency ?? "USD";
  return { tokens: totals.tokens + tokens, costs: cost ? { ...totals.costs, [currency]: (totals.costs[currency] ?? 0) + cost } : totals.costs };
}

/** What runs on a server that cannot be heard is not known to go on. */
export function connectionChanged(connection: Connection) {
  if (connection !== "lost") return set({ connection });
  set(({ live, debug }) => ({
    connection,
    live: Object.fromEntries(Object.entries(live).filter(([, one]) => one.done)),
    debug: debug.map((one) => (one.stream && !one.stream.done ? { ...one, stream: { ...one.stream, done: true } } : one)),
  }));
}

function addTraffic(wires: { source: string; port: number; count: number; rate: number }[]) {
  const at = Date.now();
  set(({ traffic }) => ({
    traffic: { ...traffic, ...Object.fromEntries(wires.map(({ source, port, count, rate }) => [`${source}:${port}`, { count, rate, at }])) },
  }));
}

let nextKey = 1;
let held: Record<string, unknown>[] = [];

function addDebug(data: Record<string, unknown>) {
  const { debugPaused, debug } = useRuntime.getState();
  const mark = data.stream as StreamMark | undefined;
  const at = mark ? debug.findLastIndex((one) => one.stream?.id === mark.id && one.id === data.id && one.path === data.path && one.property === data.property) : -1;
  if (debugPaused) {
    // A pause drops messages; an entry that has begun would lack words for good.
    if (at >= 0 && held.length < HELD) held.push(data);
    return;
  }
  const value = decode(data);
  const old = debug[at];
  const message = { ...data, key: old?.key ?? nextKey++, timestamp: Number(data.timestamp ?? Date.now()), format: String(data.format ?? "string"), value, stream: mark && grown(old?.stream, mark) } as DebugMessage;
  if (old) set({ debug: debug.with(at, message) });
  else set(({ unseenErrors }) => ({ debug: [...debug.slice(1 - DEBUG_KEPT), message], unseenErrors: unseenErrors + (message.level === 20 ? 1 : 0) }));
}

function endStreams(ended: StreamEnd[]) {
  const ends = new Map(ended.map((one) => [one.id, one]));
  set(({ debug }) => ({ debug: debug.map((one) => (one.stream && ends.has(one.stream.id) ? { ...one, stream: { ...one.stream, ...ends.get(one.stream.id), done: true } } : one)) }));
}

export function pauseDebug(paused: boolean) {
  set({ debugPaused: paused });
  if (paused) return;
  const late = held;
  held = [];
  late.forEach(addDebug);
}

/** Node-RED sends objects as JSON text and says so in `format`. */
export function decode({ msg, format }: Record<string, unknown>): unknown {
  if (typeof msg !== "string") return msg;
  const kind = String(format ?? "");
  if (/^(object|array|set|map|error|buffer|boolean|number|null|undefined)/i.test(kind) || kind === "Object") return parsed(msg, kind);
  return msg;
}

function parsed(text: string, kind: string): unknown {
  if (kind === "null") return null;
  if (kind === "undefined" || text === "(undefined)") return undefined;
  if (kind === "number") return Number(text);
  if (kind.startsWith("buffer")) return { type: "Buffer", hex: text, length: lengthIn(kind) };
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** How long a value was before it was cut: 3000 of `string[3000]`. */
export function lengthIn(format: string): number | undefined {
  const length = /\[(\d+)\]$/.exec(format)?.[1];
  return length === undefined ? undefined : Number(length);
}

export function clearDebug() {
  held = [];
  set({ debug: [], unseenErrors: 0 });
}

export const clearLive = () => set({ live: {}, statuses: {}, traffic: {} });

export function notify(level: Notification["level"], text: string, { sticky = level === "error", id = newId(), action }: Partial<Pick<Notification, "sticky" | "id" | "action">> = {}): string {
  set(({ notifications, events }) => ({
    notifications: [...notifications.filter((one) => one.id !== id), { id, level, text, sticky, action }],
    events: [...events.slice(-199), { at: Date.now(), topic: level, text }],
  }));
  if (!sticky) setTimeout(() => dismiss(id), 5000);
  return id;
}

export const dismiss = (id: string) => set(({ notifications }) => ({ notifications: notifications.filter((one) => one.id !== id) }));
