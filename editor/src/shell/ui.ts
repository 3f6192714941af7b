/** What of the shell is open. Kept between visits where that helps: panel, palette, theme. */
import { create } from "zustand";
import type { FlowDocument } from "../document/flow";
import type { Version } from "../server/history";

export type Panel = "info" | "help" | "debug" | "config" | "context" | "explorer" | "problems";
export type Theme = "light" | "dark" | "auto";
export type MobileView = "flow" | "search" | "debug" | "problems";

export type Tray =
  | { kind: "node"; id: string }
  | { kind: "flow"; id: string }
  | { kind: "subflow"; id: string }
  | { kind: "group"; id: string }
  /** A config node, new when `id` is null; `done` gets its id. */
  | { kind: "config"; type: string; id: string | null; done?: (id: string | null) => void };

export type Dialog =
  | { kind: "import"; text?: string }
  | { kind: "export" }
  | { kind: "keys" }
  | { kind: "settings" }
  | { kind: "deploy-problems"; proceed: () => void }
  /** `theirs` in the answer to it: ids of what is to be merged as the other side has it. */
  | { kind: "conflict"; proceed: (how: "merge" | "overwrite" | "reload", theirs: ReadonlySet<string>) => void; base: FlowDocument; mine: FlowDocument; theirs: FlowDocument; by: Version | null }
  | { kind: "history" }
  | { kind: "confirm"; title: string; text: string; action: string; proceed: () => void }
  | { kind: "login"; closable?: boolean }
  | { kind: "events" }
  | { kind: "system" }
  | { kind: "packages" };

interface UiState {
  panel: Panel | null;
  palette: boolean;
  paletteTab: "nodes" | "flows";
  theme: Theme;
  dialog: Dialog | null;
  trays: readonly Tray[];
  /** The command box, with what it starts with: ">" for commands only. */
  command: string | null;
  mobile: MobileView;
  sideWidth: number;
  paletteWidth: number;
}

const KEY = "flowengine.shell";
const KEPT = ["panel", "palette", "paletteTab", "theme", "sideWidth", "paletteWidth"] as const;

export const useUi = create<UiState>(() => ({
  panel: null, palette: true, paletteTab: "nodes", theme: "auto", dialog: null, trays: [], command: null, mobile: "flow", sideWidth: 392, paletteWidth: 208, ...recall(),
}));

useUi.subscribe((state) => {
  localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(KEPT.map((key) => [key, state[key]]))));
  applyTheme(state.theme);
});

export function applyTheme(theme: Theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const openDialog = (dialog: Dialog | null) => useUi.setState({ dialog });
export const openTray = (tray: Tray) => useUi.setState(({ trays }) => ({ trays: [...trays, tray] }));
export const closeTray = () => useUi.setState(({ trays }) => ({ trays: trays.slice(0, -1) }));
export const togglePanel = (panel: Panel) => useUi.setState((state) => ({ panel: state.panel === panel ? null : panel }));
export const showPanel = (panel: Panel) => useUi.setState({ panel });

export const confirm = (title: string, text: string, action: string, proceed: () => void) => openDialog({ kind: "confirm", title, text, action, proceed });

function recall(): Partial<UiState> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}
