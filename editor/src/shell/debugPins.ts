/** Parts of debug messages that are to stay open: by the node that sends them and their path. */
import { create } from "zustand";

const KEY = "flowengine.debugPins";
const MOST = 200;

export const usePins = create<{ pins: readonly string[] }>(() => ({ pins: recall() }));

const nameOf = (source: string, path: string) => `${source} ${path}`;

export const isPinned = (source: string | undefined, path: string) => source !== undefined && usePins.getState().pins.includes(nameOf(source, path));

/** Whether a part begins open: it is pinned, or something inside it is. */
export function opensFor(source: string | undefined, path: string): boolean {
  if (source === undefined) return false;
  const name = nameOf(source, path);
  return usePins.getState().pins.some((pin) => pin === name || pin.startsWith(`${name}.`) || pin.startsWith(`${name}[`));
}

export function togglePin(source: string, path: string) {
  const name = nameOf(source, path);
  const { pins } = usePins.getState();
  const next = pins.includes(name) ? pins.filter((pin) => pin !== name) : [...pins, name].slice(-MOST);
  usePins.setState({ pins: next });
  localStorage.setItem(KEY, JSON.stringify(next));
}

function recall(): string[] {
  try {
    const pins: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(pins) ? pins.map(String) : [];
  } catch {
    return [];
  }
}
