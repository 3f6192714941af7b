/** Glyphs by name: what nodes and flows are shown as is drawn by us, the chrome around them is lucide's. */
import {
  BookOpen, Bug, Check, ChevronDown, ChevronRight, Clipboard, Copy, Database, Download, Ellipsis, ExternalLink, Eye,
  EyeOff, GripVertical, Group, History, Info, Keyboard, ListFilter, ListTree, Lock, LockOpen, Map as MapIcon, Maximize, Menu,
  Minus, Network, Pause, Pencil, Pin, Play, Plus, Power, Redo2, RotateCw, Scissors, Search, Settings, SlidersHorizontal,
  Square, Trash2, Undo2, Upload, Workflow, X,
  type IconNode,
} from "lucide";

/** Own drawings on a 16 grid, 1.5 stroke, round ends, white on a tile; markup because each is two or three strokes. */
const OWN = {
  padlock: '<rect x="3.5" y="7" width="9" height="6.5" rx="1.5"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/>',
  database: '<ellipse cx="8" cy="4" rx="5" ry="1.75"/><path d="M3 4v8c0 1 2.25 1.75 5 1.75s5-.75 5-1.75V4M3 8c0 1 2.25 1.75 5 1.75S13 9 13 8"/>',
  watch: '<path d="M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8z"/><circle cx="8" cy="8" r="1.75"/>',
  plug: '<path d="M6 2.5v3M10 2.5v3M4.5 5.5h7v2a3.5 3.5 0 0 1-7 0zM8 11v2.5"/>',
  rbe: '<path d="M2.5 4h11M4.5 8h7M6.5 12h3"/>',
  inject: '<path d="M2.5 5.5h5V3l5.5 5-5.5 5v-2.5h-5z"/>',
  http: '<circle cx="8" cy="8" r="5.5"/><path d="M2.5 8h11M8 2.5c2 1.75 2.5 3.5 2.5 5.5s-.5 3.75-2.5 5.5C6 11.75 5.5 10 5.5 8S6 4.25 8 2.5z"/>',
  reply: '<path d="M13 12.5C13 8.5 11 7 7 7H3.5M6.5 3.5 3 7l3.5 3.5"/>',
  fn: '<path d="M11.5 3.25C9 2.5 8.25 4 8 6l-.75 5c-.25 1.75-1 2.75-3 2M5 7h5.5"/>',
  llm: '<path d="M2.5 4h9M2.5 8h6M2.5 12h4"/><path d="M11.5 7v6.5M10 7h3M10 13.5h3"/>',
  switch: '<path d="M2.5 8H6M6 8c2.5 0 2-4.5 5-4.5h2.5M6 8c2.5 0 2 4.5 5 4.5h2.5M6 8h7.5"/>',
  json: '<path d="M6 2.5c-2 0-2 1-2 2.5s0 2.25-1.5 3C4 8.75 4 9.5 4 11s0 2.5 2 2.5M10 2.5c2 0 2 1 2 2.5s0 2.25 1.5 3C12 8.75 12 9.5 12 11s0 2.5-2 2.5"/>',
  tmpl: '<path d="M3 3.5h10M3 3.5V6M13 3.5V6M8 3.5v9M6 12.5h4"/>',
  split: '<path d="M2.5 8H7M9.5 3.5h4M9.5 8h4M9.5 12.5h4M7 3.5v9"/>',
  join: '<path d="M13.5 8H9M2.5 3.5h4M2.5 8h4M2.5 12.5h4M9 3.5v9"/>',
  debug: '<path d="M3 3.5h10M3 6.5h7M3 9.5h10M3 12.5h5"/>',
  linkin: '<path d="M7.5 3H11a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H7.5M2.5 8H9M6.5 5.5 9 8l-2.5 2.5"/>',
  linkout: '<path d="M8.5 3H5a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h3.5M7 8h6.5M11 5.5 13.5 8 11 10.5"/>',
  catch: '<path d="M8 3v6M8 12.5v.01" stroke-width="2"/>',
  pulse: '<path d="M2 8h3l1.75-4.5L9.5 12.5 11 8h3"/>',
  mail: '<rect x="2.5" y="4" width="11" height="8.5" rx="1.5"/><path d="m3 5 5 4 5-4"/>',
  change: '<path d="M2.5 5h9M9 2.5 11.5 5 9 7.5M13.5 11h-9M7 8.5 4.5 11 7 13.5"/>',
  clock: '<circle cx="8" cy="8" r="5.5"/><path d="M8 5v3l2 1.5"/>',
  ws: '<path d="M2.5 6c1.8-2.5 3.7-2.5 5.5 0s3.7 2.5 5.5 0M2.5 10.5c1.8-2.5 3.7-2.5 5.5 0s3.7 2.5 5.5 0"/>',
  sort: '<path d="M3 4h10M3 8h7M3 12h4"/>',
  q: '<path d="M5.75 6a2.25 2.25 0 1 1 3.25 2c-.75.4-1 .8-1 1.5M8 12.25v.01"/>',
  bell: '<path d="M4 11V7.5a4 4 0 0 1 8 0V11l1 1H3zM7 14h2"/>',
  image: '<rect x="2.5" y="3" width="11" height="10" rx="1.5"/><path d="m3 11 3-3 2.5 2.5L10.5 8.5 13 11"/><circle cx="10.25" cy="6" r=".75"/>',
  side: '<rect x="2.5" y="3" width="11" height="10" rx="1.5"/><path d="M6 3v10"/>',
  "check-circle": '<circle cx="8" cy="8" r="5.5"/><path d="m5.5 8.25 1.75 1.75L10.75 6.25"/>',
  note: '<path d="M3 3h10v7l-3 3H3zM13 10h-3v3M5.5 6h5M5.5 8.5h3"/>',
  linkcall: '<path d="M8.5 3H5a2 2 0 0 0-2 2v6a2 2 0 0 0 2 2h3.5M7 6h6.5M11.5 4l2 2-2 2M13.5 10H7M9 8l-2 2 2 2"/>',
  terminal: '<rect x="2.5" y="3" width="11" height="10" rx="1.5"/><path d="m5 6 2 2-2 2M8.5 10.5H11"/>',
  range: '<path d="M2.5 12.5 13.5 3.5M2.5 8v4.5H7M9 3.5h4.5V8"/>',
  trigger: '<path d="M2.5 11.5H5v-7h4v7h4.5"/>',
  file: '<path d="M4 2.5h5l3 3v8H4zM9 2.5v3h3"/>',
  filein: '<path d="M4 6V2.5h5l3 3v8H4V11M9 2.5v3h3M1.75 8.5H8M6 6.5l2 2-2 2"/>',
  csv: '<rect x="2.5" y="3" width="11" height="10" rx="1.5"/><path d="M2.5 6.5h11M2.5 9.75h11M6.5 6.5V13"/>',
  html: '<path d="m5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5 14 8l-3.5 3.5M9 3.5l-2 9"/>',
  yaml: '<path d="M3 4h.01M6 4h7M6 8h.01M9 8h4M6 12h.01M9 12h4" stroke-width="1.75"/>',
  mqtt: '<path d="M3 13h.01M3 9a4 4 0 0 1 4 4M3 5.5a7.5 7.5 0 0 1 7.5 7.5M3 2.5A10.5 10.5 0 0 1 13.5 13"/>',
  socket: '<path d="M2.5 5.5h8M8.5 3l2.5 2.5L8.5 8M13.5 10.5h-8M7.5 8 5 10.5 7.5 13"/>',
  batch: '<path d="m8 2.5 5.5 2.75L8 8 2.5 5.25zM2.5 8 8 10.75 13.5 8M2.5 10.75 8 13.5l5.5-2.75"/>',
  subflow: '<rect x="2.5" y="3" width="11" height="10" rx="1.5"/><path d="M2.5 8H5M11 8h2.5"/><rect x="5" y="6.25" width="6" height="3.5" rx="1"/>',
  host: '<rect x="2.5" y="3" width="11" height="4" rx="1"/><rect x="2.5" y="9" width="11" height="4" rx="1"/><path d="M5 5h.01M5 11h.01" stroke-width="2"/>',
} as const;

const CHROME = {
  search: Search, plus: Plus, down: ChevronDown, right: ChevronRight, lock: Lock, play: Play, pause: Pause,
  trash: Trash2, pencil: Pencil, copy: Copy, power: Power, more: Ellipsis, fit: Maximize, minus: Minus, map: MapIcon,
  bug: Bug, info: Info, book: BookOpen, conf: SlidersHorizontal, db: Database, runs: History, check: Check, x: X,
  ext: ExternalLink, grip: GripVertical, eye: Eye, up: Upload, filter: ListFilter, retry: RotateCw, menu: Menu,
  nodes: Workflow, undo: Undo2, redo: Redo2, download: Download, tree: ListTree, group: Group, layout: Network,
  stop: Square, eyeoff: EyeOff, unlock: LockOpen, cut: Scissors, paste: Clipboard, keyboard: Keyboard,
  gear: Settings, pin: Pin,
} satisfies Record<string, IconNode>;

export type Glyph = keyof typeof OWN | keyof typeof CHROME;
/** The address of a picture that a package of nodes brings, white on nothing as Node-RED's are. */
export type Picture = `icons/${string}`;

export interface Drawing { className: string; viewBox: string; markup: string }

/** Lucide draws to the edge of a 24 grid; with this margin its strokes cover as much of the square as ours. */
const WITH_MARGIN = "-2 -2 28 28";

export function drawingOf(name: Glyph | Picture, size: "" | "sm" | "xs" = ""): Drawing {
  if (name.startsWith("icons/")) return { className: size ? `i ${size}` : "i", viewBox: "0 0 16 16", markup: `<image href="${name}" x="-1" y="-1" width="18" height="18"/>` };
  const drawn = name in OWN;
  const className = ["i", !drawn && "lu", size].filter(Boolean).join(" ");
  return { className, viewBox: drawn ? "0 0 16 16" : WITH_MARGIN, markup: drawn ? OWN[name as keyof typeof OWN] : markupOf(name as keyof typeof CHROME) };
}

const written = new Map<string, string>();

function markupOf(name: keyof typeof CHROME): string {
  let markup = written.get(name);
  if (markup === undefined) written.set(name, (markup = (CHROME[name] as IconNode).map(([tag, values]) => `<${tag} ${attributes(values)}/>`).join("")));
  return markup;
}

const attributes = (values: object) => Object.entries(values).map(([key, value]) => `${key}="${value}"`).join(" ");
