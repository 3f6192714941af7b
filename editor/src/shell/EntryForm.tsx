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
import { ServerError } from "../server/http";
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
  const [why, setWhy] = useState<Why>(null);
  const running = useRef<FormController | null>(null);

  useEffect(() => {
    // Another language, or types read anew, would take along what has been typed: then the form stays as it is.
    if (running.current?.dirty) return;
    running.current?.close();
    running.current = null;
    let current = true;
    const slow = setTimeout(() => current && setLoading(true), 150);
    const template = currentDoc().entries[subflowOf(entry) ?? ""];
    const secret = hasSecrets(entry) || hasSecrets(template);
    const credentials = secret || descriptor?.credentials && Object.keys(descriptor.credentials).length ? readCredentials(entry.type, entry.id).catch(() => ({})) : Promise.resolve({});
    void Promise.all([fragment(kind, entry, descriptor, language), credentials]).then(([{ html, grid }, stored]) => {
      clearTimeout(slow);
      if (!current || !form.current || !fields.current) return;
      setLoading(false);
      setWhy(grid);
      giveHost(form.current, hostFor(entry, stored));
      fields.current.innerHTML = html;
      const picker = fields.current.querySelector("fe-methods");
      if (picker) methods.current!.replaceChildren(picker);
      const known = { ...stored, ...currentDoc().secrets[entry.id] };
      const shown = withSecrets(entry, known);
      const controller = (running.current = new FormController({
        form: form.current, entry: prepared(shown, template), descriptor, credentials: known,
        loadMethod: (method) => {
          onMethod(method);
          return readForm(entry.type, language, method);
        },
        onChange: onProblems,
      }));
      onReady(controller, picker !== null, shown);
      fields.current.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
    });
    return () => {
      current = false;
      clearTimeout(slow);
    };
    // The callbacks are the tray's and change with every letter typed; the form must not start anew for that.
  }, [entry, descriptor, language, kind]);
  useEffect(() => () => running.current?.close(), []);

  return (
    <form ref={form} className="tray-form" hidden={hidden} noValidate autoComplete="off" onFocus={({ target }) => onField(target.closest<HTMLElement>("[name]")?.getAttribute("name") ?? null)}>
      <div ref={methods} className="meth-home" />
      <div className="form">
        {loading && <div className="skeleton" aria-hidden="true"><i /><i /><i /></div>}
        {why && <p className="hint">{t(`form.${why}`, { type: entry.type })}</p>}
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

/** Why there are only the entry's keys to edit. */
type Why = "unknown" | "none" | "offline" | null;

async function fragment(kind: TrayKind, entry: FlowEntry, descriptor: TypeDescriptor | undefined, language: string): Promise<{ html: string; grid: Why }> {
  const local = { flow: flowForm, group: groupForm, subflow: subflowForm };
  if (kind !== "node" && kind !== "config") return { html: local[kind](), grid: null };
  const template = currentDoc().entries[subflowOf(entry) ?? ""];
  if (template) return { html: instanceForm(template, language), grid: null };
  if (!descriptor) return { html: propertyGrid(entry), grid: "unknown" };
  try {
    return { html: await readForm(entry.type, language), grid: null };
  } catch (error) {
    return { grid: error instanceof ServerError ? "none" : "offline", html: propertyGrid({ ...Object.fromEntries(Object.entries(descriptor.defaults).map(([key, { value }]) => [key, value])), ...entry } as FlowEntry) };
  }
}
