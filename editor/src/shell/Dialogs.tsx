/** Modal dialogs: one at a time, native `<dialog>`, so focus and Escape are the browser's. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { deployProblems, problemsOf } from "../canvas/problems";
import { indexOf } from "../document/index";
import { useDocument } from "../document/store";
import { readLanguages } from "../server/api";
import { notify, useRuntime } from "../server/runtime";
import { Conflict } from "./Conflict";
import { ExportDialog } from "./ExportDialog";
import { HistoryDialog } from "./HistoryDialog";
import { ImportDialog } from "./ImportDialog";
import { display, KEYMAPS } from "./keys";
import { PackagesDialog } from "./PackagesDialog";
import { Login } from "./Login";
import { List } from "./ProblemsPanel";
import { SystemInfo } from "./SystemInfo";
import { type Dialog as Request, openDialog, type Theme, useUi } from "./ui";
import { loadLanguage, t, useLanguage } from "./words";
import "../styles/forms.css";

export default function Dialogs() {
  const dialog = useUi((state) => state.dialog);
  return dialog && <Shown key={dialog.kind} dialog={dialog} />;
}

function Shown({ dialog }: { dialog: Request }) {
  switch (dialog.kind) {
    case "import": return <ImportDialog text={dialog.text} />;
    case "export": return <ExportDialog />;
    case "keys": return <Keys />;
    case "settings": return <Settings />;
    case "events": return <Events />;
    case "system": return <SystemInfo />;
    case "packages": return <PackagesDialog />;
    case "login": return <Login closable={dialog.closable} />;
    case "deploy-problems": return <DeployProblems proceed={dialog.proceed} />;
    case "conflict": return <Conflict {...dialog} />;
    case "history": return <HistoryDialog />;
    case "confirm": return (
      <Modal title={dialog.title} actions={<Act label={dialog.action} primary danger={dialog.action === t("common.delete")} run={dialog.proceed} />}><p>{dialog.text}</p></Modal>
    );
  }
}

interface ModalProps { title: string; children: ReactNode; actions?: ReactNode; wide?: boolean; closable?: boolean; closing?: string }

export function Modal({ title, children, actions, wide, closable = true, closing = actions ? t("common.cancel") : t("common.close") }: ModalProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!element.current?.open) element.current?.showModal();
  }, []);
  return (
    <dialog ref={element} className={wide ? "modal wide" : "modal"} aria-label={title} onCancel={(event) => !closable && event.preventDefault()} onClose={() => openDialog(null)}>
      <h2>{title}</h2>
      <div className="modal-body">{children}</div>
      <footer>{closable && <button type="button" className="btn" onClick={() => openDialog(null)}>{closing}</button>}{actions}</footer>
    </dialog>
  );
}

export function Act({ label, run, primary, danger, disabled }: { label: string; run: () => void; primary?: boolean; danger?: boolean; disabled?: boolean }) {
  return <button type="button" className={`btn${primary ? " primary" : ""}${danger ? " danger" : ""}`} disabled={disabled} onClick={() => { openDialog(null); run(); }}>{label}</button>;
}

function DeployProblems({ proceed }: { proceed: () => void }) {
  const doc = useDocument((state) => state.doc);
  const { circular, unknown, invalid, unused } = deployProblems(doc, (id) => indexOf(doc).users(id));
  return (
    <Modal title={t("deploy.problemsTitle")} actions={<Act label={t("deploy.anyway")} primary run={proceed} />}>
      <div onClick={(event) => (event.target as HTMLElement).closest("button") && openDialog(null)}>
        <List title={t("problems.circular")} level="err" rows={circular.map((entry) => [entry, t("problems.circularText")])} />
        <List title={t("problems.unknown")} level="err" rows={unknown.map((entry) => [entry, entry.type])} />
        <List title={t("problems.invalid")} level="err" rows={invalid.map((entry) => [entry, problemsOf(doc, entry).map(({ field }) => field).join(", ")])} />
        <List title={t("problems.unused")} level="warn" rows={unused.map((entry) => [entry, entry.type])} />
      </div>
    </Modal>
  );
}

function Keys() {
  return (
    <Modal title={t("keys.title")} wide>
      <div className="keys-list" tabIndex={0}>
        {Object.entries(KEYMAPS).map(([scope, map]) => (
          <section key={scope}><h4 aria-level={3}>{t(`keys.${scope}`)}</h4>
            <dl>{Object.entries(map).map(([keys, action]) => <div key={keys}><dt>{t(`action.${action}`)}</dt><dd>{display(keys).map((key, at) => <kbd key={at}>{key}</kbd>)}</dd></div>)}</dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

/** The offered language that the page speaks: a browser may ask for ja-JP where there is ja. */
function offered(language: string, languages: { lang: string }[]) {
  const found = [language, language.split("-")[0]].find((one) => languages.some(({ lang }) => lang === one));
  return found ?? (languages.some(({ lang }) => lang === "en-US") ? "en-US" : language);
}

function Settings() {
  const theme = useUi((state) => state.theme);
  const language = useLanguage((state) => state.language);
  const [languages, setLanguages] = useState<{ lang: string; name: string }[]>([]);
  useEffect(() => void readLanguages().then(setLanguages, () => setLanguages([])), []);
  return (
    <Modal title={t("settings.title")}>
      <label className="setting"><span>{t("settings.theme")}</span>
        <select className="field" value={theme} onChange={(event) => useUi.setState({ theme: event.target.value as Theme })}>{(["auto", "light", "dark"] as const).map((name) => <option key={name} value={name}>{t(`action.theme-${name}`)}</option>)}</select></label>
      <label className="setting"><span>{t("settings.language")}</span>
        <select className="field" value={offered(language, languages)} onChange={(event) => void loadLanguage(event.target.value).catch((error: Error) => notify("error", error.message))}>
          {(languages.length ? languages : [{ lang: language, name: language }]).map(({ lang, name }) => <option key={lang} value={lang}>{name}</option>)}
        </select></label>
    </Modal>
  );
}

function Events() {
  const events = useRuntime((state) => state.events);
  return (
    <Modal title={t("events.title")} wide>
      <ul className="plain events" tabIndex={0}>{[...events].reverse().map(({ at, topic, text }, index) => <li key={index}><time className="muted">{new Date(at).toLocaleTimeString()}</time> <span className={`pill ${topic === "error" ? "err" : topic === "warning" ? "warn" : ""}`}>{t(`level.${topic}`)}</span> {text}</li>)}</ul>
      {!events.length && <p className="none">{t("events.none")}</p>}
    </Modal>
  );
}
