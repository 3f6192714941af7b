/** Deployed versions: who deployed what and when; each can be read, compared with the present, and brought back. */
import { type ReactNode, useEffect, useState } from "react";
import { Icon } from "../canvas/Icon";
import { type EntryChange, difference } from "../document/difference";
import { EMPTY, type FlowDocument, load } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { ServerError } from "../server/http";
import { readVersion, readVersions, type Version } from "../server/history";
import { notify } from "../server/runtime";
import { Modal } from "./Dialogs";
import { CountsOf, Counts, Differences } from "./Differences";
import { openDialog } from "./ui";
import { t, useLanguage } from "./words";
import "../styles/history.css";

const PAGE = 50;
type View = "made" | "present";

export function HistoryDialog() {
  const { versions, more, error } = useVersions();
  const [chosen, setChosen] = useState<number | null>(null);
  const [view, setView] = useState<View>("made");
  // On a phone one of the two is seen at a time.
  const at = chosen === null ? 0 : versions.findIndex(({ id }) => id === chosen);
  const version = versions[at];
  return (
    <Modal title={t("versions.title")} wide>
      {error ? <p className="hint err">{error}</p> : !versions.length ? <p className="none">{t("versions.none")}</p> : (
        <div className="versions" data-chosen={chosen !== null || undefined}>
          <ul className="versions-list" aria-label={t("versions.title")}>
            {versions.map((one) => <li key={one.id}><Row version={one} on={one === version} choose={() => setChosen(one.id)} newest={one === versions[0]} /></li>)}
            {more && <li><button type="button" className="link" onClick={more}>{t("versions.more")}</button></li>}
          </ul>
          {version && <Shown key={`${version.id}${view}`} version={version} before={versions[at + 1]} view={view} setView={setView} back={() => setChosen(null)} />}
        </div>
      )}
    </Modal>
  );
}

/** The versions that have been fetched, and what fetches older ones. */
function useVersions() {
  const [versions, setVersions] = useState<Version[]>([]);
  const [whole, setWhole] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const fetch = (before?: number) => void readVersions(PAGE, before).then((page) => {
    setVersions((known) => [...known, ...page.filter(({ id }) => known.every((one) => one.id !== id))]);
    setWhole(page.length < PAGE);
  }, (reason: Error) => setError(reason instanceof ServerError && reason.status === 404 ? t("versions.notKept") : reason.message));
  useEffect(() => fetch(), []);
  return { versions, error, more: whole || !versions.length ? null : () => fetch(versions.at(-1)!.id) };
}

function Row({ version, on, choose, newest }: { version: Version; on: boolean; choose: () => void; newest: boolean }) {
  return (
    <button type="button" className={on ? "version on" : "version"} aria-current={on || undefined} onClick={choose}>
      <span className="line"><b><When version={version} /></b>{newest && <span className="pill ok">{t("versions.deployed")}</span>}<span className="grow" /><Counts {...version} /></span>
      <small className="ell">{t(`versions.kind-${KINDS.has(version.kind) ? version.kind : "full"}`)}{version.user && ` · ${version.user}`}</small>
    </button>
  );
}

const KINDS = new Set(["full", "flows", "nodes", "restore", "outside", "import"]);

function When({ version }: { version: Version }) {
  const language = useLanguage((state) => state.language);
  const time = new Date(version.time);
  return <time dateTime={version.time} title={time.toLocaleString(language)}>{time.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" })}</time>;
}

interface ShownProps { version: Version; before: Version | undefined; view: View; setView: (view: View) => void; back: () => void }

function Shown({ version, before, view, setView, back }: ShownProps) {
  const now = useDocument((state) => state.doc);
  const [found, setFound] = useState<{ doc: FlowDocument; older: FlowDocument } | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    const older = view === "made" && before ? readVersion(before.id).then(({ flows }) => load(flows)) : Promise.resolve(EMPTY);
    void Promise.all([readVersion(version.id), older]).then(([{ flows }, old]) => current && setFound({ doc: load(flows), older: old }), (reason: Error) => current && setError(reason.message));
    return () => void (current = false);
  }, [version, before, view]);
  const changes: EntryChange[] | null = found && (view === "made" ? difference(found.older, found.doc) : difference(found.doc, now));
  const tab = (name: View, label: ReactNode) => <button type="button" role="tab" aria-selected={view === name} className={view === name ? "on" : ""} onClick={() => setView(name)}>{label}</button>;
  return (
    <section className="version-shown">
      <header>
        <button type="button" className="ib back" title={t("versions.back")} aria-label={t("versions.back")} onClick={back}><Icon name="undo" /></button>
        <div className="grow"><h3><When version={version} /></h3><small className="muted">{t("versions.nodes", { count: version.nodes })}</small></div>
        <button type="button" className="btn primary" disabled={!found} onClick={() => found && bringBack(found.doc)}><Icon name="retry" size="sm" />{t("versions.restore")}</button>
      </header>
      <p className="hint">{t("versions.restoreHint")}</p>
      <div className="line">
        <div className="seg" role="tablist" aria-label={t("versions.compare")}>{tab("made", t("versions.made"))}{tab("present", t("versions.present"))}</div>
        <span className="grow" />{changes && <CountsOf changes={changes} />}
      </div>
      {error ? <p className="hint err">{error}</p> : changes && found && <Differences changes={changes} docs={[found.doc, now, found.older]} />}
    </section>
  );
}

/** Into the editor only: one step that can be undone, and nothing runs before it is deployed. */
function bringBack(doc: FlowDocument) {
  openDialog(null);
  useDocument.getState().restore(doc, "history.restore");
  const { flow, show } = useSelection.getState();
  if (!doc.entries[flow]) show(indexOf(doc).tabs[0]?.id ?? "");
  notify("info", t("versions.restored"), { id: "restored" });
}
