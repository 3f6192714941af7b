/** Node-RED's key map, with what it lacks on keys it leaves free. */
import { type ActionName, run } from "./actions";
import { t } from "./words";

/** Work anywhere but in a text field. */
const EVERYWHERE: Record<string, ActionName> = {
  "ctrl-f": "search", "ctrl-k": "search", "ctrl-shift-p": "show-action-list", "ctrl-shift-f": "list-flows", "ctrl-d": "deploy-flows",
  "ctrl-g c": "show-config-tab", "ctrl-g d": "show-debug-tab", "ctrl-g h": "show-help-tab", "ctrl-g e": "show-explorer-tab", "ctrl-g i": "show-info-tab",
  "ctrl-g x": "show-context-tab", "ctrl-g p": "show-problems-tab", "ctrl-e": "show-export-dialog", "ctrl-i": "show-import-dialog",
  "ctrl-space": "toggle-right-sidebar", "ctrl-alt-space": "toggle-left-sidebar", "ctrl-,": "show-user-settings", "ctrl-alt-l": "clear-debug-messages",
  "ctrl-g v": "show-history", "ctrl-shift-l": "show-event-log", "?": "show-keyboard-shortcuts",
};

/** Work while no dialog or tray is open. */
const CANVAS: Record<string, ActionName> = {
  backspace: "delete-selection", delete: "delete-selection", "ctrl-backspace": "delete-selection-and-reconnect", "ctrl-delete": "delete-selection-and-reconnect",
  enter: "edit-selected-node", "ctrl-enter": "go-to-selection", "ctrl-z": "undo", "ctrl-y": "redo", "ctrl-shift-z": "redo", "ctrl-a": "select-all-nodes", escape: "select-none",
  "ctrl-shift-d": "duplicate-selection", n: "quick-add", tab: "quick-add",
  "alt-s u": "select-upstream-nodes", "alt-s d": "select-downstream-nodes", "alt-s c": "select-connected-nodes",
  w: "scroll-view-up", d: "scroll-view-right", s: "scroll-view-down", a: "scroll-view-left",
  "shift-w": "step-view-up", "shift-d": "step-view-right", "shift-s": "step-view-down", "shift-a": "step-view-left",
  "ctrl-up": "move-selection-up", "ctrl-right": "move-selection-right", "ctrl-down": "move-selection-down", "ctrl-left": "move-selection-left",
  "shift-up": "step-selection-up", "shift-right": "step-selection-right", "shift-down": "step-selection-down", "shift-left": "step-selection-left",
  up: "go-to-nearest-node-above", right: "go-to-nearest-node-on-right", down: "go-to-nearest-node-below", left: "go-to-nearest-node-on-left",
  "ctrl-[": "show-previous-tab", "ctrl-]": "show-next-tab", "ctrl-shift-g": "group-selection", "ctrl-shift-u": "ungroup-selection",
  "ctrl-shift-c": "copy-group-style", "ctrl-shift-v": "paste-group-style", "alt-a g": "align-selection-to-grid", "alt-a l": "align-selection-to-left",
  "alt-a r": "align-selection-to-right", "alt-a t": "align-selection-to-top", "alt-a b": "align-selection-to-bottom", "alt-a m": "align-selection-to-middle",
  "alt-a c": "align-selection-to-center", "alt-a h": "distribute-selection-horizontally", "alt-a v": "distribute-selection-vertically",
  "alt-l l": "split-wire-with-link-nodes", "alt-w": "hide-flow", "alt-shift-w": "show-last-hidden-flow", "alt-shift-t": "tidy-up",
  "ctrl-+": "zoom-in", "ctrl-=": "zoom-in", "ctrl--": "zoom-out", "ctrl-0": "zoom-reset", "ctrl-1": "zoom-fit", "ctrl-2": "zoom-selection",
};

/** The first keys of an action, for menus and the list of shortcuts. */
export function keysOf(action: ActionName): string | undefined {
  return Object.entries({ ...EVERYWHERE, ...CANVAS, ...CLIPBOARD }).find(([, name]) => name === action)?.[0];
}

/** Handled by the browser's own clipboard events, listed for people. */
export const CLIPBOARD: Record<string, ActionName> = { "ctrl-c": "copy-selection", "ctrl-x": "cut-selection", "ctrl-v": "paste" };

/** Keys that are held while the pointer draws, listed for people. */
const POINTER: Record<string, ActionName> = { "alt-drag": "remove-selection-from-group", "alt-shift-drag": "split-wires-with-junctions" };

export const KEYMAPS = { everywhere: EVERYWHERE, canvas: CANVAS, clipboard: CLIPBOARD, pointer: POINTER };

/** A second key of a chord must follow within this time. */
const CHORD_MS = 1500;
let pending: { first: string; until: number } | null = null;

export function handleKey(event: KeyboardEvent, canvasActive: boolean): void {
  if (event.defaultPrevented || isModifier(event.key)) return;
  if (isTyping(event.target) && !isShellKey(event)) return;
  const map = canvasActive ? { ...EVERYWHERE, ...CANVAS } : EVERYWHERE;
  const pressed = nameOf(event);
  const chord = pending && pending.until > performance.now() ? `${pending.first} ${pressed.replace(/^alt-(?=.$)/, "")}` : null;
  pending = null;
  const action = (chord && map[chord]) || map[pressed];
  if (action) {
    if (pressed === "tab" && !(event.target as HTMLElement).closest(".canvas-flow")) return; // elsewhere Tab moves the focus
    if (run(action) || pressed !== "escape") event.preventDefault();
  } else if (Object.keys(map).some((keys) => keys.startsWith(`${pressed} `))) {
    pending = { first: pressed, until: performance.now() + CHORD_MS };
    event.preventDefault();
  }
}

/** `ctrl-shift-p`; on a Mac the command key counts as ctrl. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = keyName(event);
  const symbol = key.length === 1 && !/[a-z0-9 ]/.test(key);
  const parts = [(event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", event.shiftKey && !symbol && "shift", key];
  return parts.filter(Boolean).join("-");
}

function keyName({ key, code, altKey }: Pick<KeyboardEvent, "key" | "code" | "altKey">): string {
  // Alt changes letters on many layouts; the physical key is meant.
  const letter = altKey && /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return letter.toLowerCase();
  if (key === " ") return "space";
  return key.startsWith("Arrow") ? key.slice(5).toLowerCase() : key.toLowerCase();
}

const isModifier = (key: string) => ["Control", "Shift", "Alt", "Meta", "AltGraph"].includes(key);
const isShellKey = (event: KeyboardEvent) => (event.ctrlKey || event.metaKey) && ["k", "p"].includes(event.key.toLowerCase()) && (event.key.toLowerCase() === "k" || event.shiftKey);

export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(element?.closest?.("input, textarea, select, [contenteditable=true], .cm-editor, dialog"));
}

/** As people read it: ⌘ on a Mac, Ctrl elsewhere. */
export function display(keys: string): string[] {
  const mac = /Mac|iPhone|iPad/.test(navigator.platform);
  const names: Record<string, string> = { ctrl: mac ? "⌘" : "Ctrl", alt: mac ? "⌥" : "Alt", shift: mac ? "⇧" : "Shift", up: "↑", down: "↓", left: "←", right: "→", enter: "↵", backspace: "⌫", delete: "Del", escape: "Esc", space: "Space", tab: "Tab", drag: t("keys.drag") };
  return keys.split(" ").flatMap((part) => part.replace(/--$/, "-−").split("-").map((key) => names[key] ?? key.toUpperCase()));
}
