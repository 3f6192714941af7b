/** The form of an entry: the server's fragment, one of our own, or the grid of keys; handed to a controller. */
import { useEffect, useRef, useState } from "react";
import { type FlowEntry, isSubflow, subflowOf } from "../document/flow";
import { currentDoc } from "../document/store";
import { FormController } from "../forms/controller";
import { giveHost } from "../forms/host";
import { flowForm, groupForm, instanceForm, propertyGrid, subflowForm } from "../forms/local";
import { hasSecrets, withDesign, withSecrets, withVariables } from "../forms/variables";
import { readCredentials } from "../server/admin";
import { readForm } from "../server/api";
import type { TypeDescriptor } from "../server/descriptors";
import { hostFor } from "./formHost";
import type { TrayKind } from "./Tray";
import { t, useLanguage } from "./words";

interface EntryFormProps {
  kind: TrayKind;
  entry: FlowEntry;
  descriptor: TypeDescriptor | undefined;
  hidden: boolean;
  /** `shown`: the entry with what stands for its secrets. */
  onReady: (controller: FormController, withMethods: boolean, shown: FlowEntry) => void;
  onProblems: (count: number) => void;
  onField: (name: string | null) => void;
  onMethod: (method: string) => void;
}

export function EntryForm({ kind, entry, descriptor, hidden, onReady, onProblems, onField, onMethod }: EntryFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const fields = useRef<HTMLDivElement>(null);
  const methods = useRef<HTMLDivElement>(null);
  const language = useLanguage((state) => state.language);
  const [loading, setLoading] = useState(false);
  const [grid, setGrid] = useState(false);

  useEffect(() => {
    let controller: FormController | null = null;
    let current = true;
    const slow = setTimeout(() => current && setLoading(true), 150);
    const template = currentDoc().entries[subflowOf(entry) ?? ""];
    const secret = hasSecrets(entry) || hasSecrets(template);
    const credentials = secret || descriptor?.credentials && Object.keys(descriptor.credentials).length ? readCredentials(entry.type, entry.id).catch(() => ({})) : Promise.resolve({});
    void Promise.all([fragment(kind, entry, descriptor, language), credentials]).then(([{ html, isGrid }, stored]) => {
      clearTimeout(slow);
      if (!current || !form.current || !fields.current) return;
      setLoading(false);
      setGrid(isGrid);
      giveHost(form.current, hostFor(entry, stored));
      fields.current.innerHTML = html;
      const picker = fields.current.querySelector("fe-methods");
      if (picker) methods.current!.replaceChildren(picker);
      const known = { ...stored, ...currentDoc().secrets[entry.id] };
      const shown = withSecrets(entry, known);
      controller = new FormController({
        form: form.current, entry: prepared(shown, template), descriptor, credentials: known,
        loadMethod: (method) => {
          onMethod(method);
          return readForm(entry.type, language, method);
        },
        onChange: onProblems,
      });
      onReady(controller, picker !== null, shown);
      fields.current.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
    });
    return () => {
      current = false;
      clearTimeout(slow);
      controller?.close();
    };
    // The callbacks are the tray's and change with every letter typed; the form must not start anew for that.
  }, [entry, descriptor, language, kind]);

  return (
    <form ref={form} className="tray-form" hidden={hidden} noValidate autoComplete="off" onFocus={({ target }) => onField(target.closest<HTMLElement>("[name]")?.getAttribute("name") ?? null)}>
      <div ref={methods} className="meth-home" />
      <div className="form">
        {loading && <div className="skeleton" aria-hidden="true"><i /><i /><i /></div>}
        {grid && <p className="hint">{t(descriptor ? "form.none" : "form.unknown", { type: entry.type })}</p>}
        <div ref={fields} className="fields" />
      </div>
    </form>
  );
}

/** The entry as its form shows it. */
function prepared(entry: FlowEntry, template: FlowEntry | undefined): FlowEntry {
  if (isSubflow(entry)) return withDesign(entry);
  return subflowOf(entry) ? withVariables(entry, template) : entry;
}

async function fragment(kind: TrayKind, entry: FlowEntry, descriptor: TypeDescriptor | undefined, language: string): Promise<{ html: string; isGrid: boolean }> {
  const local = { flow: flowForm, group: groupForm, subflow: subflowForm };
  if (kind !== "node" && kind !== "config") return { html: local[kind](), isGrid: false };
  const template = currentDoc().entries[subflowOf(entry) ?? ""];
  if (template) return { html: instanceForm(template, language), isGrid: false };
  if (!descriptor) return { html: propertyGrid(entry), isGrid: true };
  try {
    return { html: await readForm(entry.type, language), isGrid: false };
  } catch {
    return { html: propertyGrid({ ...Object.fromEntries(Object.entries(descriptor.defaults).map(([key, { value }]) => [key, value])), ...entry } as FlowEntry), isGrid: true };
  }
}
