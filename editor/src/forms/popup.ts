/** A short list below a button, for choosing one. */
import { glyph } from "./glyph";
import { make } from "./field";

export interface Choice { symbol?: string; label: string; on?: boolean; run: () => void }

export function popup(anchor: HTMLElement, label: string, choices: readonly Choice[], closed: () => void = () => undefined) {
  const buttons = choices.map(({ symbol, label, on, run }) =>
    make("button", { type: "button", role: "option", "aria-selected": String(Boolean(on)), class: on ? "on" : undefined, onclick: () => { close(); run(); } }, ...(symbol ? [make("code", {}, symbol)] : []), make("span", { class: "grow" }, label), ...(on ? [glyph("check")] : [])));
  const list = make("ul", { class: "menu open", role: "listbox", "aria-label": label }, ...buttons.map((button) => make("li", { role: "none" }, button)));
  const close = () => {
    list.remove();
    removeEventListener("pointerdown", outside, true);
    closed();
    if (document.activeElement === document.body) anchor.focus();
  };
  const outside = (event: PointerEvent) => !list.contains(event.target as Node) && close();
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length]?.focus();
    else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") { close(); anchor.focus(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // Inside a modal dialog or tray only its own content can be used.
  (anchor.closest("dialog, .tray") ?? document.body).append(list);
  place(list, anchor);
  addEventListener("pointerdown", outside, true);
  (buttons.find((button) => button.classList.contains("on")) ?? buttons[0])?.focus();
}

function place(list: HTMLElement, anchor: HTMLElement) {
  const { left, bottom, top } = anchor.getBoundingClientRect();
  const below = bottom + 4 + list.offsetHeight < innerHeight;
  list.style.left = `${Math.max(4, Math.min(left, innerWidth - list.offsetWidth - 4))}px`;
  list.style.top = `${below ? bottom + 4 : Math.max(4, top - 4 - list.offsetHeight)}px`;
}
