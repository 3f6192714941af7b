/** One tray: head, tabs, form with methods left and help right, what can be done below. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { anatomyOf, sizeOf } from "../canvas/anatomy";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf, labelOf } from "../canvas/look";
import { showBeside } from "../canvas/viewport";
import { insert, remapOutputs, remove, setSecrets, syncLinks, update } from "../document/actions/nodes";
import { type FlowEntry, isFlow, isGroup, isSubflow, subflowOf, textOf } from "../document/flow";
import { indexOf } from "../document/index";
import { act, currentDoc, useDocument } from "../document/store";
import type { FormController } from "../forms/controller";
import { designFrom, secretsFrom, variablesFrom } from "../forms/variables";
import { useRegistry } from "../server/registry";
import { Appearance } from "./Appearance";
import { deleteConfig } from "./ConfigPanel";
import { ConfigScope } from "./ConfigScope";
import { Description } from "./Description";
import { EntryForm } from "./EntryForm";
import { Help } from "./Help";
import { display } from "./keys";
import { deleteFlow } from "./viewActions";
import { useUi } from "./ui";
import { t, useLanguage } from "./words";

type Tab = "properties" | "description" | "appearance";
export type TrayKind = "node" | "flow" | "subflow" | "group" | "config";

interface TrayProps {
  kind: TrayKind;
  known: FlowEntry | undefined;
  make: () => FlowEntry;
  top: boolean;
  /** With the id after Done, null after Cancel. */
  done: (id: string | null) => void;
}

export function Tray({ kind, known, make, top, done }: TrayProps) {
  // The form works on the entry as it was opened; the document may go on meanwhile.
  const [entry] = useState(() => known ?? make());
  const descriptor = useRegistry((state) => state.types.get(entry.type));
  const [tab, setTab] = useState<Tab>("properties");
  const [help, setHelp] = useState(() => localStorage.getItem(HELP) !== "no" && innerWidth > 1100);
  const [problems, setProblems] = useState(0);
  const [field, setField] = useState<string | null>(null);
  const [method, setMethod] = useState(textOf(entry, "method"));
  const [withMethods, setWithMethods] = useState(false);
  const [enabled, setEnabled] = useState(!entry.d);
  const [extra, setExtra] = useState<Record<string, unknown>>({});
  const controller = useRef<FormController | null>(null);
  const shown = useRef(entry);
  const element = useRef<HTMLElement>(null);
  const locked = useDocument((state) => Boolean(state.doc.entries[textOf(entry, "z")]?.locked));
  const isNode = kind === "node";
  const hasHelp = (isNode || kind === "config") && descriptor !== undefined;
  useFocusInside(element, top);

  const finish = () => {
    const result = controller.current?.result() ?? { changes: {}, secrets: {}, outputs: null };
    const { changes, secrets } = secretsFrom(variablesChanged(shown.current, result.changes, submitted(element.current)), entry);
    save(entry, !known, { ...changes, ...extra, ...(enabled === !entry.d ? {} : { d: enabled ? undefined : true }) }, { ...result.secrets, ...secrets }, result.outputs);
    done(entry.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    // Tab writes a tab in code, so Escape is the way out of it; only the next one leaves what has been typed.
    if (event.key === "Escape" && event.defaultPrevented) return;
    if (event.key === "Escape" && (event.target as HTMLElement).closest(".code-frame")) element.current?.querySelector<HTMLElement>(".tray-b .primary")?.focus();
    else if (event.key === "Escape") done(null);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish();
    else return;
    event.preventDefault();
  };
  const toggleHelp = () => {
    setHelp(!help);
    localStorage.setItem(HELP, help ? "no" : "yes");
  };

  const shownHelp = hasHelp && help && tab === "properties";
  const width = withMethods ? (shownHelp ? 992 : 700) : shownHelp ? 812 : 520;
  useEffect(() => (kind === "node" ? showBeside(entry.id, width) : undefined), [kind, entry, width]);
  return (
    <section ref={element} className={`tray open${withMethods && tab === "properties" ? " with-methods" : ""}${shownHelp ? " with-help" : ""}`} role="dialog" aria-modal="true" aria-label={titleOf(kind, entry, descriptor?.paletteLabel)} inert={!top} style={{ width }} onKeyDown={onKeyDown}>
      <Head kind={kind} entry={entry} problems={problems} close={() => done(null)} />
      <nav className="tray-t">
        <div role="tablist">
        {(isNode || kind === "subflow" ? (["properties", "description", "appearance"] as const) : (["properties", "description"] as const)).map((name) => (
          <button key={name} type="button" role="tab" aria-selected={tab === name} className={tab === name ? "on" : ""} onClick={() => setTab(name)}>{t(`tray.${name}`)}</button>
        ))}
        </div>
        <span className="grow" />
        {hasHelp && <button type="button" className={shownHelp ? "help-toggle open" : "help-toggle"} aria-expanded={shownHelp} onClick={toggleHelp}><Icon name="book" size="sm" />{t("panel.help")}<Icon name="down" size="xs" /></button>}
      </nav>
      <EntryForm kind={kind} entry={entry} descriptor={descriptor} hidden={tab !== "properties"} onReady={(ready, methods, asShown) => { controller.current = ready; shown.current = asShown; setWithMethods(methods); }} onProblems={setProblems} onField={setField} onMethod={setMethod} />
      {tab === "description" && <Description value={String(extra.info ?? entry.info ?? "")} change={(info) => setExtra({ ...extra, info })} />}
      {tab === "appearance" && <Appearance entry={{ ...entry, ...extra } as FlowEntry} change={(values) => setExtra({ ...extra, ...values })} />}
      {shownHelp && <aside className="tray-help" tabIndex={0} aria-label={t("panel.help")}><Help type={entry.type} method={withMethods && method ? method : undefined} field={field} /></aside>}
      <div className="tray-b">
        {known && <button type="button" className="btn quiet danger" disabled={locked} onClick={() => { done(null); removeEntry(kind, entry); }}><Icon name="trash" size="sm" />{t("common.delete")}</button>}
        {(isNode || kind === "config") && <label className="btn quiet"><input type="checkbox" role="switch" className="switch" checked={enabled} onChange={(event) => setEnabled(event.target.checked)} />{t("tray.enabled")}</label>}
        {kind === "config" && <ConfigScope entry={entry} flow={textOf({ ...entry, ...extra }, "z")} change={(z) => setExtra({ ...extra, z })} />}
        <span className="grow" />
        <button type="button" className="btn" onClick={() => done(null)}>{t("common.cancel")} <kbd>{display("escape")[0]!.toLowerCase()}</kbd></button>
        <button type="button" className="btn primary" disabled={locked} onClick={finish}>{t(known ? "common.done" : "common.add")}</button>
      </div>
    </section>
  );
}

const HELP = "flowengine.trayHelp";

function Head({ kind, entry, problems, close }: { kind: TrayKind; entry: FlowEntry; problems: number; close: () => void }) {
  const descriptor = useRegistry((state) => state.types.get(entry.type));
  const home = useDocument((state) => state.doc.entries[textOf(entry, "z")]);
  const template = useDocument((state) => state.doc.entries[subflowOf(entry) ?? ""]);
  const category = isFlow(entry) ? "common" : isGroup(entry) ? "data" : categoryOf(entry.type, descriptor);
  const name = useMemo(() => (isFlow(entry) ? String(entry.label ?? entry.name) : isGroup(entry) ? String(entry.name || t("group.unnamed")) : kind === "config" ? labelOf(entry, descriptor) : anatomyOf(entry).label), [entry, kind, descriptor]);
  const what = [isFlow(entry) || isGroup(entry) ? t(`tray.${kind}`) : (template ? String(template.name) : descriptor?.paletteLabel ?? entry.type), home && String(home.label ?? home.name)].filter(Boolean).join(" · ");
  return (
    <div className="tray-h">
      <span className={`tile cat-${category}`}><Icon name={isFlow(entry) ? "nodes" : isGroup(entry) ? "group" : glyphOf(entry, descriptor)} /></span>
      <div className="ell"><h2 className="ell">{name || entry.type}</h2><small>{what}</small></div>
      <span className="grow" />
      {problems > 0 && <span className="pill warn"><i className="st warn" />{t("tray.problems", { count: problems })}</span>}
      <button type="button" className="ib" title={t("common.close")} aria-label={t("common.close")} onClick={close}><Icon name="x" /></button>
    </div>
  );
}

const titleOf = (kind: TrayKind, entry: FlowEntry, label = entry.type) => t("tray.title", { what: isFlow(entry) || isGroup(entry) ? t(`tray.${kind}`) : label });

function variablesChanged(entry: FlowEntry, changes: Record<string, unknown>, given: (name: string) => boolean): Record<string, unknown> {
  if (isSubflow(entry)) return designFrom(changes, useLanguage.getState().language);
  return subflowOf(entry) ? variablesFrom(entry, changes, given, currentDoc().entries[subflowOf(entry)!]) : changes;
}

/** One transaction for everything a tray changed. */
function save(entry: FlowEntry, isNew: boolean, changes: Record<string, unknown>, secrets: Record<string, string>, outputs: (number | null)[] | null) {
  act(isNew ? "history.addConfig" : "history.edit", (draft) => {
    if (isNew) insert(draft, entry);
    const moved = outputs?.some((port, at) => port !== at) || (outputs && Array.isArray(entry.wires) && outputs.length !== entry.wires.length);
    if (moved && outputs) remapOutputs(entry.id, outputs)(draft);
    if (Array.isArray(changes.links) && entry.type !== "link call") syncLinks(currentDoc(), entry.id, changes.links as string[])(draft);
    if (entry.type === "tab" && changes.locked === false && entry.locked === undefined) delete changes.locked;
    update(entry.id, changes)(draft);
    setSecrets(entry.id, secrets)(draft);
  });
}

function removeEntry(kind: TrayKind, entry: FlowEntry) {
  if (kind === "flow" || kind === "subflow") deleteFlow(entry.id);
  else if (kind === "config") deleteConfig(entry.id, indexOf(currentDoc()).users(entry.id).length);
  else act("history.delete", remove(currentDoc(), [entry.id], sizeOf));
}

const submitted = (tray: HTMLElement | null) => (name: string) => {
  const control = tray?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`);
  return Boolean(control && !control.hasAttribute("disabled"));
};

/** Focus goes into the tray and comes back to where it was. */
function useFocusInside(element: { current: HTMLElement | null }, top: boolean) {
  const before = useRef<Element | null>(document.activeElement);
  useEffect(() => {
    if (!top || !element.current) return;
    const tray = element.current;
    if (!tray.contains(document.activeElement)) tray.querySelector<HTMLElement>(".tray-t button")?.focus();
    const keep = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "Tab" || useUi.getState().dialog) return;
      const stops = [...tray.querySelectorAll<HTMLElement>("button, input, select, textarea, [tabindex='0'], .code-home")].filter((one) => one.offsetParent !== null && !one.hasAttribute("disabled"));
      const [first, last] = [stops[0], stops.at(-1)];
      if (event.shiftKey && document.activeElement === first) { last?.focus(); event.preventDefault(); }
      else if (!event.shiftKey && document.activeElement === last) { first?.focus(); event.preventDefault(); }
    };
    tray.addEventListener("keydown", keep);
    return () => tray.removeEventListener("keydown", keep);
  }, [element, top]);
  useEffect(() => () => (before.current as HTMLElement | null)?.focus?.({ preventScroll: true }), []);
}
