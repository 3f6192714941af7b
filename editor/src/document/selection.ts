/** Where the user is and what is chosen. Never part of the history. */
import { create } from "zustand";

export interface Viewport { x: number; y: number; zoom: number }

interface SelectionState {
  /** The tab or subflow on screen, "" before anything is loaded. */
  flow: string;
  nodes: ReadonlySet<string>;
  wires: ReadonlySet<string>;
  hidden: ReadonlySet<string>;
  /** Subflow templates that are open as tabs. */
  openSubflows: readonly string[];
  viewports: Readonly<Record<string, Viewport>>;
  show(flow: string): void;
  select(nodes: Iterable<string>, wires?: Iterable<string>): void;
  hide(flow: string, hidden: boolean): void;
  openSubflow(id: string): void;
  closeSubflow(id: string): void;
  remember(flow: string, viewport: Viewport): void;
}

const NONE: ReadonlySet<string> = new Set();
const KEY = "flowengine.view";

export const useSelection = create<SelectionState>((set) => ({
  flow: "",
  nodes: NONE,
  wires: NONE,
  ...recall(),
  show: (flow) => set((state) => (state.flow === flow ? state : { flow, nodes: NONE, wires: NONE })),
  select: (nodes, wires = NONE) => set({ nodes: new Set(nodes), wires: new Set(wires) }),
  hide: (flow, hidden) => set((state) => ({ hidden: without(state.hidden, flow, hidden) })),
  openSubflow: (id) => set((state) => ({ openSubflows: [...state.openSubflows.filter((other) => other !== id), id], flow: id, nodes: NONE, wires: NONE })),
  closeSubflow: (id) => set((state) => ({ openSubflows: state.openSubflows.filter((other) => other !== id) })),
  remember: (flow, viewport) => set((state) => ({ viewports: { ...state.viewports, [flow]: viewport } })),
}));

useSelection.subscribe(({ viewports, hidden, flow }) => keep({ viewports, hidden: [...hidden], flow }));

let pending: ReturnType<typeof setTimeout> | undefined;

/** Panning changes the viewport at every frame; the storage hears of it once it rests. */
function keep(view: object) {
  clearTimeout(pending);
  pending = setTimeout(() => {
    try {
      localStorage.setItem(KEY, JSON.stringify(view));
    } catch {
      // A full or forbidden storage only costs the remembered view.
    }
  }, 400);
}

function recall(): Pick<SelectionState, "viewports" | "hidden" | "openSubflows"> {
  try {
    const { viewports = {}, hidden = [] } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { viewports, hidden: new Set(hidden), openSubflows: [] };
  } catch {
    return { viewports: {}, hidden: NONE, openSubflows: [] };
  }
}

function without(set: ReadonlySet<string>, item: string, present: boolean): ReadonlySet<string> {
  const next = new Set(set);
  if (present) next.add(item);
  else next.delete(item);
  return next;
}
