/** A list of acts that floats: context menu, deploy options, user menu. Arrow keys move, Escape closes. */
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Glyph } from "../canvas/glyphs";
import { Icon } from "../canvas/Icon";
import { useDocument } from "../document/store";
import { type ActionName, isEnabled, run } from "./actions";
import { display, keysOf } from "./keys";
import { t } from "./words";

export interface MenuItem {
  label: string;
  glyph?: Glyph;
  hint?: string;
  keys?: string;
  checked?: boolean;
  disabled?: boolean;
  danger?: boolean;
  run: () => unknown;
}

export type MenuEntry = MenuItem | "line" | { heading: string };

interface MenuProps { at: { x: number; y: number }; entries: readonly MenuEntry[]; close: () => void; label: string; alignRight?: boolean }

export function Menu({ at, entries, close, label, alignRight }: MenuProps) {
  const element = useRef<HTMLUListElement>(null);
  const [place, setPlace] = useState(at);

  useLayoutEffect(() => {
    const { offsetWidth, offsetHeight } = element.current!;
    setPlace({ x: Math.max(4, Math.min(alignRight ? at.x - offsetWidth : at.x, innerWidth - offsetWidth - 4)), y: Math.max(4, Math.min(at.y, innerHeight - offsetHeight - 4)) });
    items(element.current!)[0]?.focus();
  }, [at, alignRight]);

  useEffect(() => {
    const outside = (event: PointerEvent) => !element.current?.contains(event.target as Node) && close();
    addEventListener("pointerdown", outside, true);
    return () => removeEventListener("pointerdown", outside, true);
  }, [close]);

  const onKeyDown = (event: KeyboardEvent) => {
    const list = items(element.current!);
    const at = list.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (to === undefined) return;
    else list[(to + list.length) % list.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <ul ref={element} className="menu open" role="menu" aria-label={label} style={{ left: place.x, top: place.y }} onKeyDown={onKeyDown}>
      {entries.map((entry, index) => <li key={index} role="none">{row(entry, close)}</li>)}
    </ul>
  );
}

function row(entry: MenuEntry, close: () => void): ReactNode {
  if (entry === "line") return <hr />;
  if ("heading" in entry) return <span className="menu-head">{entry.heading}</span>;
  return (
    <button type="button" role={entry.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked={entry.checked} disabled={entry.disabled} className={entry.danger ? "danger" : undefined}
      onClick={() => {
        close();
        entry.run();
      }}>
      {entry.glyph ? <Icon name={entry.glyph} size="sm" /> : <i className="no-glyph" />}
      <span className="grow">{entry.label}{entry.hint && <small>{entry.hint}</small>}</span>
      {entry.checked && <Icon name="check" size="sm" />}
      {entry.keys && <span className="keys">{display(entry.keys).map((key, at) => <kbd key={at}>{key}</kbd>)}</span>}
    </button>
  );
}

const items = (list: HTMLElement) => [...list.querySelectorAll<HTMLButtonElement>("button:not(:disabled)")];

/** An entry for an action of the registry; undo and redo say what. */
export const actionItem = (name: ActionName, glyph?: Glyph, danger?: boolean): MenuItem =>
  ({ label: t(`action.${name}`), hint: stepOf(name), glyph, danger, keys: keysOf(name), disabled: !isEnabled(name), run: () => run(name) });

function stepOf(name: ActionName): string | undefined {
  const { past, future } = useDocument.getState();
  const step = name === "undo" ? past.at(-1) : name === "redo" ? future[0] : undefined;
  return step && t(step.label);
}
