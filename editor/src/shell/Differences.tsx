/** A list of changed entries; each unfolds to its keys, before and after. */
import { type ReactNode, useState } from "react";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf } from "../canvas/look";
import { countsOf, type EntryChange, linesBetween } from "../document/difference";
import type { FlowDocument } from "../document/flow";
import { useRegistry } from "../server/registry";
import { nameOf } from "./names";
import { t } from "./words";
import "../styles/history.css";

const SIGN = { added: "plus", removed: "minus", changed: "pencil" } as const;
const MOST = 300;

interface DifferencesProps {
  changes: readonly EntryChange[];
  /** Where the names of flows are looked up, first come first. */
  docs: readonly FlowDocument[];
  /** What stands at the end of a row. */
  beside?: (change: EntryChange) => ReactNode;
}

export function Differences({ changes, docs, beside }: DifferencesProps) {
  const [all, setAll] = useState(false);
  if (!changes.length) return <p className="none">{t("versions.same")}</p>;
  const shown = all ? changes : changes.slice(0, MOST);
  return (
    <div className="differences">
      {shown.map((change) => <Entry key={change.id} change={change} docs={docs} beside={beside?.(change)} />)}
      {shown.length < changes.length && <button type="button" className="link" onClick={() => setAll(true)}>{t("tree.more", { count: changes.length - shown.length })}</button>}
    </div>
  );
}

function Entry({ change, docs, beside }: { change: EntryChange; docs: readonly FlowDocument[]; beside: ReactNode }) {
  const [open, setOpen] = useState(false);
  const descriptor = useRegistry((state) => state.types.get(change.type));
  const home = docs.map((doc) => doc.entries[change.z]).find((entry) => entry !== undefined);
  const fields = Object.entries(change.fields);
  const isFlow = change.type === "tab" || change.type === "subflow";
  return (
    <article className="difference" data-change={change.change}>
      <header>
        <button type="button" className="plain-button grow" aria-expanded={fields.length ? open : undefined} disabled={!fields.length} onClick={() => setOpen(!open)}>
          <span className={`change-sign ${change.change}`} title={t(`versions.${change.change}One`)}><Icon name={SIGN[change.change]} size="xs" title={t(`versions.${change.change}One`)} /></span>
          <span className={`tile cat-${isFlow ? "common" : categoryOf(change.type, descriptor)}`}><Icon name={isFlow ? "nodes" : change.type === "group" ? "group" : glyphOf({ type: change.type }, descriptor)} /></span>
          <b className="ell">{change.name || descriptor?.paletteLabel || change.type}</b>
          <span className="muted ell grow">{[change.type, home && nameOf(home)].filter(Boolean).join(" · ")}</span>
          {fields.length > 0 && <><span className="muted keys-changed ell">{fields.map(([key]) => key).join(", ")}</span><Icon name={open ? "down" : "right"} size="xs" /></>}
        </button>
        {beside}
      </header>
      {open && <dl>{fields.map(([key, [before, after]]) => <Field key={key} name={key} before={before} after={after} />)}</dl>}
    </article>
  );
}

/** Texts of several lines are compared line by line. */
function Field({ name, before, after }: { name: string; before: unknown; after: unknown }) {
  const [old, now] = [shown(before), shown(after)];
  const long = old.includes("\n") || now.includes("\n");
  return (
    <>
      <dt><code>{name}</code></dt>
      {long ? <dd className="lines">{linesBetween(old, now).map(({ sign, text }, at) => <div key={at} data-sign={sign}><i>{sign}</i>{text}</div>)}</dd> : (
        <dd className="pair"><del>{before === undefined ? <em>{t("versions.unset")}</em> : old}</del><Icon name="right" size="xs" /><ins>{after === undefined ? <em>{t("versions.unset")}</em> : now}</ins></dd>
      )}
    </>
  );
}

/** Wires and other lists of simple values stay on one line. */
function shown(value: unknown): string {
  if (typeof value === "string") return value || '""';
  const flat = JSON.stringify(value) ?? "";
  return flat.length < 80 ? flat : JSON.stringify(value, null, 2);
}

export function Counts({ added, changed, removed }: Partial<Record<"added" | "changed" | "removed", number | null>>) {
  if (added == null || changed == null || removed == null) return null;
  return (
    <span className="change-counts">
      {added > 0 && <span className="added" title={t("versions.added", { count: added })}>+{added}</span>}
      {changed > 0 && <span className="changed" title={t("versions.changed", { count: changed })}>~{changed}</span>}
      {removed > 0 && <span className="removed" title={t("versions.removed", { count: removed })}>−{removed}</span>}
    </span>
  );
}

export const CountsOf = ({ changes }: { changes: readonly EntryChange[] }) => <Counts {...countsOf(changes)} />;
