/** Token colours as plain strings, for what is drawn on a bitmap. Read once per theme. */

export interface Paints { wire: string; accent: string; err: string; edge: string; note: string; noteLine: string; shade: string; ground: string; ink: string; surface: string; text: string }

const NAMES: Record<keyof Paints, string> = {
  wire: "--wire", accent: "--accent", err: "--err", edge: "--line-edge", note: "--note-fill", noteLine: "--note-line", shade: "--surface-3", ground: "--canvas", ink: "--ink-3", surface: "--surface-1", text: "--ink-1",
};

let known: { theme: string; paints: Paints } | null = null;

export function paints(): Paints {
  const theme = `${document.documentElement.dataset.theme ?? ""}${matchMedia("(prefers-color-scheme: dark)").matches}`;
  if (known?.theme !== theme) known = { theme, paints: read() };
  return known.paints;
}

/** A custom property keeps `light-dark()` unresolved; only a used colour tells which one it is. */
function read(): Paints {
  const probe = document.body.appendChild(document.createElement("i"));
  const resolve = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const result = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, resolve(name)])) as unknown as Paints;
  probe.remove();
  return result;
}
