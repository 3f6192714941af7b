/** What the command box finds: nodes by any text, flows, actions; filters as words. */
import { problemsOf } from "../canvas/problems";
import { type FlowDocument, type FlowEntry, isConfig, isFlow, isSubflow, subflowOf } from "../document/flow";
import { indexOf } from "../document/index";
import { changesOf, useDocument } from "../document/store";
import { useSelection } from "../document/selection";
import { useRegistry } from "../server/registry";
import { type ActionName, actionNames, isEnabled } from "./actions";
import { nameOf } from "./names";
import { NO_TYPE } from "../canvas/problems";
import { t } from "./words";

export type Hit = { kind: "entry"; entry: FlowEntry; name: string; where: string } | { kind: "action"; action: ActionName; name: string } | { kind: "filter"; filter: Filter; name: string };

const FILTERS = ["is:config", "is:unused", "is:invalid", "is:unknown", "is:changed", "is:hidden", "is:subflow", "flow:"] as const;
export type Filter = (typeof FILTERS)[number];
const MOST = 60;

/** `>` asks for actions only, a filter for that kind only, other text for both. */
export function find(doc: FlowDocument, query: string): Hit[] {
  if (query.startsWith(">")) return actions(query.slice(1).trim());
  const { filters, text } = parse(query);
  const entries = findEntries(doc, filters, text);
  if (filters.length) return entries;
  const offered: Hit[] = text.startsWith("is") || !text ? FILTERS.map((filter) => ({ kind: "filter", filter, name: t(`search.${filter.replace(":", "-")}`) })) : [];
  return text ? [...entries.slice(0, 30), ...actions(text), ...offered] : [...actions(""), ...offered];
}

function parse(query: string): { filters: Filter[]; text: string } {
  const filters = FILTERS.filter((filter) => query.includes(filter));
  return { filters, text: filters.reduce((rest, filter) => rest.replace(filter, ""), query).trim().toLowerCase() };
}

function findEntries(doc: FlowDocument, filters: readonly Filter[], text: string): Hit[] {
  if (!filters.length && !text) return [];
  const tests = filters.map((filter) => TESTS[filter]);
  const scored: { entry: FlowEntry; name: string; score: number }[] = [];
  for (const id of doc.order) {
    const entry = doc.entries[id]!;
    if (entry.type === "junction" || !tests.every((test) => test(doc, entry))) continue;
    const name = nameOf(entry);
    const score = scoreOf(entry, name, text);
    if (score) scored.push({ entry, name, score });
  }
  return scored.sort((one, other) => other.score - one.score).slice(0, MOST).map(({ entry, name }) => ({ kind: "entry", entry, name, where: whereIs(doc, entry) }));
}

const TESTS: Record<Filter, (doc: FlowDocument, entry: FlowEntry) => boolean> = {
  "is:config": (_, entry) => isConfig(entry),
  "is:unused": (doc, entry) => (isConfig(entry) || isSubflow(entry)) && !indexOf(doc).users(entry.id).length,
  "is:invalid": (doc, entry) => problemsOf(doc, entry).length > 0,
  "is:unknown": (doc, entry) => !NO_TYPE.has(entry.type) && (subflowOf(entry) ? !doc.entries[subflowOf(entry)!] : !useRegistry.getState().types.has(entry.type)),
  "is:changed": (_, entry) => changesOf(useDocument.getState()).nodes.has(entry.id),
  "is:hidden": (_, entry) => useSelection.getState().hidden.has(entry.id),
  "is:subflow": (_, entry) => isSubflow(entry),
  "flow:": (_, entry) => isFlow(entry),
};

/** Name before type before id before anything else the node holds. */
function scoreOf(entry: FlowEntry, name: string, text: string): number {
  if (!text) return 1;
  const lower = name.toLowerCase();
  if (lower === text) return 100;
  if (lower.startsWith(text)) return 80;
  if (lower.includes(text)) return 60;
  if (entry.type.toLowerCase().includes(text)) return 40;
  if (entry.id.includes(text)) return 30;
  return Object.entries(entry).some(([key, value]) => key !== "wires" && key !== "z" && (typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value)).toLowerCase().includes(text)) ? 10 : 0;
}

function whereIs(doc: FlowDocument, entry: FlowEntry): string {
  const home = doc.entries[String(entry.z)];
  return [entry.type, home && nameOf(home)].filter(Boolean).join(" · ");
}

/** All words of the query must occur, in any order. */
function actions(text: string): Hit[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  return actionNames().filter(isEnabled).map((action): Hit & { kind: "action" } => ({ kind: "action", action, name: t(`action.${action}`) }))
    .filter(({ name, action }) => wanted.every((word) => name.toLowerCase().includes(word) || action.includes(word))).slice(0, text ? MOST : 200);
}
