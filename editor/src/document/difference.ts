/** What changed from one document to another, entry by entry and key by key, for people to read. */
import { equal } from "./changes";
import { type FlowDocument, type FlowEntry, textOf } from "./flow";

export interface EntryChange {
  id: string;
  type: string;
  name: string;
  z: string;
  change: "added" | "removed" | "changed";
  /** Before and after of each key that differs; empty for what came or went. */
  fields: Readonly<Record<string, readonly [unknown, unknown]>>;
}

export function difference(before: FlowDocument, after: FlowDocument): EntryChange[] {
  const here = after.order.flatMap((id) => changed(before.entries[id], after.entries[id]!));
  const gone = before.order.filter((id) => !Object.hasOwn(after.entries, id)).map((id) => said(before.entries[id]!, "removed"));
  return [...here, ...gone];
}

function changed(old: FlowEntry | undefined, now: FlowEntry): EntryChange[] {
  if (!old) return [said(now, "added")];
  if (equal(old, now)) return [];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => !equal(old[key], now[key]));
  return [said(now, "changed", Object.fromEntries(keys.map((key) => [key, [old[key], now[key]] as const])))];
}

const said = (entry: FlowEntry, change: EntryChange["change"], fields: EntryChange["fields"] = {}): EntryChange =>
  ({ id: entry.id, type: entry.type, name: textOf(entry, "name") || textOf(entry, "label"), z: textOf(entry, "z"), change, fields });

export const countsOf = (changes: readonly EntryChange[]) => ({
  added: changes.filter(({ change }) => change === "added").length,
  changed: changes.filter(({ change }) => change === "changed").length,
  removed: changes.filter(({ change }) => change === "removed").length,
});

export interface Line { sign: "+" | "-" | " " | "…"; text: string }

/** Longer texts are shown as they are: their comparison takes time that grows with the square. */
const MOST_LINES = 400;
const AROUND = 2;

/** Two texts line by line: what is the same far from any change is left out. */
export function linesBetween(before: string, after: string): Line[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const start = matching(old, now);
  const end = matching(old.slice(start).reverse(), now.slice(start).reverse());
  const same = (from: string[]): Line[] => from.map((text) => ({ sign: " ", text }));
  const middle = interleaved(old.slice(start, old.length - end), now.slice(start, now.length - end));
  return shortened([...same(old.slice(0, start)), ...middle, ...same(old.slice(old.length - end))]);
}

function matching(one: string[], other: string[]): number {
  const at = one.findIndex((text, index) => text !== other[index]);
  return at < 0 ? one.length : at;
}

function interleaved(old: string[], now: string[]): Line[] {
  const minus = (text: string): Line => ({ sign: "-", text });
  const plus = (text: string): Line => ({ sign: "+", text });
  if (old.length > MOST_LINES || now.length > MOST_LINES) return [...old.map(minus), ...now.map(plus)];
  const longest = commonLengths(old, now);
  const lines: Line[] = [];
  let [left, right] = [0, 0];
  while (left < old.length || right < now.length) {
    if (left < old.length && right < now.length && old[left] === now[right]) lines.push({ sign: " ", text: old[left++]! }), right++;
    else if (right >= now.length || (left < old.length && longest[left + 1]![right]! >= longest[left]![right + 1]!)) lines.push(minus(old[left++]!));
    else lines.push(plus(now[right++]!));
  }
  return lines;
}

/** For each pair of places how many lines are common to what follows them. */
function commonLengths(old: string[], now: string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let left = old.length - 1; left >= 0; left--) {
    for (let right = now.length - 1; right >= 0; right--) table[left]![right] = old[left] === now[right] ? table[left + 1]![right + 1]! + 1 : Math.max(table[left + 1]![right]!, table[left]![right + 1]!);
  }
  return table;
}

function shortened(lines: readonly Line[]): Line[] {
  const near = lines.map((_, at) => lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ sign }) => sign !== " "));
  return lines.flatMap((line, at): Line[] => (near[at] ? [line] : at === 0 || near[at - 1] ? [{ sign: "…", text: "" }] : []));
}
