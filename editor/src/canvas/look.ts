/** Category, glyph and label of a type or node: Node-RED's words and colours mapped to ours. */
import { type FlowEntry, isSubflow, subflowOf } from "../document/flow";
import { currentDoc } from "../document/store";
import { holds } from "../forms/conditions";
import type { LabelRule, TypeDescriptor } from "../server/descriptors";
import type { Glyph, Picture } from "./glyphs";

export type Category = "common" | "ai" | "function" | "flow" | "network" | "parser" | "storage" | "data" | "media" | "custom" | "unknown";

/** The same values as in tokens.css, for the canvas layers that cannot read custom properties cheaply. */
export const HUES: Record<Category, string> = {
  common: "#7A838B", ai: "#CB5AA6", function: "#BD7F1F", flow: "#579562", network: "#3E70C7", parser: "#847200",
  storage: "#945E4F", data: "#357677", media: "#0596B9", custom: "#8481E4", unknown: "#666964",
};

const BY_CATEGORY: Record<string, Category> = {
  common: "common", function: "function", sequence: "flow", network: "network", parser: "parser", parsers: "parser", storage: "storage",
  ai: "ai", openai: "ai", media: "media", data: "data", subflows: "custom",
};
/** Types whose work is to steer messages, wherever the palette lists them. */
const STEERS = new Set(["switch", "split", "join", "sort", "batch"]);

/** The colour of a subflow that nobody gave one. */
const FIRST_COLOR = "#DDAA99";

const templateOf = (type: string): FlowEntry | undefined => currentDoc().entries[subflowOf({ id: "", type }) ?? ""];

export function categoryOf(type: string, descriptor: TypeDescriptor | undefined): Category {
  const color = templateOf(type)?.color;
  if (subflowOf({ id: "", type })) return (color !== FIRST_COLOR && nearestHue(color as string | undefined)) || "custom";
  if (!descriptor) return "unknown";
  if (STEERS.has(type)) return "flow";
  return BY_CATEGORY[descriptor.category.toLowerCase()] ?? nearestHue(descriptor.color) ?? "custom";
}

const GLYPH_OF_TYPE: Record<string, Glyph> = {
  inject: "inject", debug: "debug", catch: "catch", status: "pulse", complete: "check-circle", comment: "note",
  "link in": "linkin", "link out": "linkout", "link call": "linkcall", function: "fn", switch: "switch", change: "change",
  range: "range", template: "tmpl", delay: "clock", trigger: "trigger", exec: "terminal", rbe: "rbe",
  "http in": "http", "http response": "reply", "http request": "http", "websocket in": "ws", "websocket out": "ws",
  "tcp in": "socket", "tcp out": "socket", "tcp request": "socket", "udp in": "socket", "udp out": "socket", "mqtt in": "mqtt", "mqtt out": "mqtt",
  split: "split", join: "join", sort: "sort", batch: "batch", csv: "csv", html: "html", json: "json", xml: "html", yaml: "yaml",
  file: "file", "file in": "filein", watch: "watch", "OpenAI API": "llm", "Service Host": "host", "tls-config": "padlock",
};

/** File names of Node-RED's icon set, by what is on them. */
const GLYPH_OF_ICON: [pattern: RegExp, glyph: Glyph][] = [
  [/timer|clock|hourglass/, "clock"], [/inject|arrow-in|arrow-right|play/, "inject"], [/debug|list/, "debug"], [/alert|exclamation|warning/, "catch"],
  [/status|heartbeat|pulse/, "pulse"], [/link-out|bridge/, "linkout"], [/link-call/, "linkcall"], [/link|sign-in/, "linkin"], [/function|cog|gear|cogs/, "fn"],
  [/switch|random|sitemap/, "switch"], [/swap|exchange|change/, "change"], [/template|file-text|font/, "tmpl"], [/trigger/, "trigger"], [/range/, "range"],
  [/globe|cloud|rss|feed/, "http"], [/envelope|mail|paper-plane|slack|comment/, "mail"], [/db|database|redis|mongo|leveldb|table/, "database"],
  [/file|folder/, "file"], [/csv/, "csv"], [/json/, "json"], [/xml|html|code/, "html"], [/yaml/, "yaml"], [/split/, "split"], [/join|compress/, "join"],
  [/sort/, "sort"], [/batch/, "batch"], [/rbe|filter/, "rbe"], [/watch|eye/, "watch"], [/image|photo|camera|video|picture/, "image"],
  [/serial|plug|usb|bluetooth/, "plug"], [/terminal/, "terminal"], [/subflow/, "subflow"], [/lock|key/, "padlock"], [/server/, "host"], [/bell/, "bell"],
];

export function glyphOf(entry: { type: string; icon?: unknown }, descriptor: TypeDescriptor | undefined): Glyph | Picture {
  if (typeof entry.icon === "string") return glyphOfIcon(entry.icon) ?? "q";
  const template = templateOf(entry.type);
  if (template && typeof template.icon === "string") return glyphOfIcon(template.icon) ?? "subflow";
  if (entry.type === "subflow" || subflowOf({ id: "", type: entry.type })) return "subflow";
  if (!descriptor) return "q";
  if (descriptor.icon?.startsWith(`${descriptor.module}/`)) return `icons/${descriptor.icon.split("/").map(encodeURIComponent).join("/")}`;
  return GLYPH_OF_TYPE[entry.type] ?? glyphOfIcon(descriptor.icon ?? "") ?? "fn";
}

function glyphOfIcon(icon: string): Glyph | undefined {
  const file = icon.toLowerCase().split("/").at(-1)!;
  return GLYPH_OF_ICON.find(([pattern]) => pattern.test(file))?.[1];
}

/** Is the name shown when the node says nothing about it. */
export const labelByDefault = (descriptor: TypeDescriptor | undefined) => !Array.isArray(descriptor?.label) || descriptor.label.length > 0;
export const hasLabel = (entry: FlowEntry, descriptor: TypeDescriptor | undefined) =>
  typeof entry.l === "boolean" ? entry.l : labelByDefault(descriptor);

export function labelOf(entry: FlowEntry, descriptor: TypeDescriptor | undefined, template?: FlowEntry): string {
  if (template && isSubflow(template)) return String(entry.name || template.name || "subflow");
  const rules = descriptor?.label === undefined ? ["{name}"] : [descriptor.label].flat();
  for (const rule of rules) {
    const text = fill(rule, entry);
    if (text) return text;
  }
  return String(entry.name || descriptor?.paletteLabel || entry.type);
}

function fill(rule: LabelRule, entry: FlowEntry): string {
  if (typeof rule !== "string") return holds(rule.if, (field) => entry[field]) ? fill(rule.text, entry) : "";
  let complete = true;
  const text = rule.replace(/\{([\w.]+)\}/g, (_, field: string) => {
    const value = entry[field];
    if (value === undefined || value === null || value === "") complete = false;
    return String(value);
  });
  return complete ? text : "";
}

const hues = new Map<string, Category | undefined>();

/** The category whose hue is nearest in OKLab. */
export function nearestHue(color: string | undefined): Category | undefined {
  if (!color || !/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(color)) return undefined;
  if (!hues.has(color)) {
    const wanted = oklab(color);
    const distance = (category: Category) => oklab(HUES[category]).reduce((sum, value, at) => sum + (value - wanted[at]!) ** 2 * (at ? 4 : 1), 0);
    const choices = Object.keys(HUES).filter((name) => name !== "unknown") as Category[];
    hues.set(color, choices.sort((left, right) => distance(left) - distance(right))[0]);
  }
  return hues.get(color);
}

function oklab(hex: string): [number, number, number] {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join("") : hex.slice(1);
  const [r, g, b] = [0, 2, 4].map((at) => linear(parseInt(full.slice(at, at + 2), 16) / 255)) as [number, number, number];
  const l = Math.cbrt(0.4122 * r + 0.5363 * g + 0.0514 * b);
  const m = Math.cbrt(0.2119 * r + 0.6807 * g + 0.1074 * b);
  const s = Math.cbrt(0.0883 * r + 0.2817 * g + 0.63 * b);
  return [0.2105 * l + 0.7936 * m - 0.0041 * s, 1.978 * l - 2.4286 * m + 0.4506 * s, 0.0259 * l + 0.7828 * m - 0.8087 * s];
}

const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
