/** Reading and filling named controls, plain ones and our own, with the JSON types the node had. */
import type { ReadField } from "./conditions";
import { FieldElement } from "./field";

export type Values = Record<string, unknown>;
export type PlainControl = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
export type Control = PlainControl | FieldElement;

const SELECTOR = "input[name], select[name], textarea[name]";

/** Named controls of a form or a list row, without those inside nested lists. */
export function controlsIn(root: HTMLElement): Control[] {
  const found: Control[] = [];
  const visit = (parent: Element) => {
    for (const child of parent.children) {
      if (child instanceof FieldElement) found.push(child);
      else {
        if (child.matches(SELECTOR)) found.push(child as Control);
        visit(child);
      }
    }
  };
  visit(root);
  return found;
}

export const namesOf = (control: Control): string[] => (control instanceof FieldElement ? control.names() : [control.name]);

export function fill(control: Control, read: ReadField) {
  if (control instanceof FieldElement) return control.fill(read);
  fillPlain(control, read(control.name));
}

export function fillPlain(control: PlainControl, value: unknown) {
  if (value === undefined) return;
  if (control instanceof HTMLInputElement && control.type === "checkbox") control.checked = control.dataset.type === "string" ? value === control.value : Boolean(value) && value !== "false";
  else if (control instanceof HTMLInputElement && control.type === "radio") control.checked = String(value) === control.value;
  else if (control instanceof HTMLSelectElement && control.multiple) for (const option of control.options) option.selected = Array.isArray(value) && value.includes(option.value);
  else if (control instanceof HTMLSelectElement) choose(control, String(value));
  else control.value = control.dataset.type === "json" && typeof value !== "string" ? JSON.stringify(value, null, 2) : value === null ? "" : String(value);
}

/** A value the list does not offer is shown rather than lost; none leaves the first, which is what the node takes then. */
function choose(select: HTMLSelectElement, value: string) {
  const offered = [...select.options].some((option) => option.value === value);
  if (!value && !offered) return;
  if (!offered) select.add(new Option(value, value));
  select.value = value;
}

/** Values of all enabled controls below `root`. Of several with one name the one that is shown counts. */
export function readAll(root: HTMLElement, shownOnly = false): Values {
  const controls = controlsIn(root).filter((control) => !control.disabled);
  const shown = controls.filter((control) => !isHidden(control, root));
  const hidden = shownOnly ? [] : controls.filter((control) => isHidden(control, root));
  return Object.assign({}, ...[...hidden, ...shown].map(readOne));
}

/** Shows and hides parts by their conditions. After an edit, what is shown anew takes over from its namesakes. */
export function showParts(root: HTMLElement, parts: readonly HTMLElement[], holdsNow: (condition: string) => boolean, edited: boolean) {
  const before = edited ? controlsIn(root).filter((control) => isHidden(control, root)) : [];
  for (const part of parts) part.hidden = !holdsNow(part.dataset.showIf!);
  for (const control of before) if (control instanceof FieldElement && !isHidden(control, root) && hasNamesake(control, root)) control.takeOver();
}

const hasNamesake = (control: Control, root: HTMLElement) => controlsIn(root).some((other) => other !== control && namesOf(other)[0] === namesOf(control)[0]);

/** Whether something between the control and `root` hides it; what hides `root` itself hides all alike. */
function isHidden(control: Control, root: HTMLElement): boolean {
  const part = control.closest("[hidden]");
  return part !== null && part !== root && root.contains(part);
}

export function readOne(control: Control): Values {
  if (control instanceof FieldElement) return control.read();
  if (control instanceof HTMLInputElement && control.type === "radio") return control.checked ? { [control.name]: control.value } : {};
  return { [control.name]: valueOf(control) };
}

export function valueOf(control: PlainControl): unknown {
  if (control instanceof HTMLInputElement && control.type === "checkbox") return control.dataset.type === "string" ? (control.checked ? control.value : "") : control.checked;
  if (control instanceof HTMLSelectElement && control.multiple) return [...control.selectedOptions].map((option) => option.value);
  const text = control.value;
  switch (control.dataset.type) {
    case "number": return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "boolean": return text === "true";
    case "json": return parsed(text);
    default: return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // still wrong: kept as typed, the rule says so
  }
}

/** The old value where the new one reads the same, so that "5" stays text and 5 a number. */
export function keepType(now: unknown, before: unknown): unknown {
  if (before === undefined || before === null || typeof before === "object" || typeof now === "object") return now;
  return String(now) === String(before) ? before : now;
}
