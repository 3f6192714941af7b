/** Puts a text on the clipboard, and says so where it cannot be done. */
import { notify } from "../server/runtime";
import { t } from "./words";

export async function copyText(text: string): Promise<boolean> {
  const done = await write(text);
  if (!done) notify("warning", t("notify.notCopied"), { id: "copied" });
  return done;
}

/** Pages from another machine without TLS are given no clipboard; there a field that is copied from has to do. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromField(text);
  }
}

/** Inside a modal dialog only what belongs to the dialog can have the focus. */
function copyFromField(text: string): boolean {
  const before = document.activeElement as HTMLElement | null;
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "sr" });
  ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus?.({ preventScroll: true });
  return done;
}
