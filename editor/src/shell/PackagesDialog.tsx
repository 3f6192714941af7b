/** The palette's packages: which there are, what they bring, on and off; add one by its name, take one away. */
import { type FormEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf } from "../canvas/look";
import { useDocument } from "../document/store";
import { readSettings } from "../server/admin";
import { addPackage, type NodeSet, type PaletteRules, readNodeSets, removePackage, switchNodes } from "../server/packages";
import { useRegistry } from "../server/registry";
import { Modal } from "./Dialogs";
import { t } from "./words";
import "../styles/packages.css";

const OURS = "flowengine";
const LINES_SHOWN = 200;

interface Package { name: string; version: string; local: boolean; sets: NodeSet[] }

export function PackagesDialog() {
  const { sets, reload, lines, clear } = useInstalled();
  const [busy, setBusy] = useState("");
  const [error, setError] = useState("");
  const [rules, setRules] = useState<PaletteRules>({ allowInstall: true });
  useEffect(() => void readSettings().then((all) => setRules((all.externalModules as { palette?: PaletteRules } | undefined)?.palette ?? {}), () => undefined), []);

  /** Does one thing at a time; what the server says against it is shown. */
  const attempt = async (what: string, deed: () => Promise<unknown>): Promise<boolean> => {
    setBusy(what);
    setError("");
    try {
      await deed();
      return true;
    } catch (reason) {
      setError((reason as Error).message);
      return false;
    } finally {
      setBusy("");
      reload();
    }
  };
  const packages = useMemo(() => grouped(sets ?? []), [sets]);
  const theirs = packages.filter(({ name }) => name !== OURS);
  const ours = packages.find(({ name }) => name === OURS);
  return (
    <Modal title={t("packages.title")} wide>
      {rules.allowInstall ? <Add busy={busy} add={(name, version) => { clear(); return attempt(name, () => addPackage(name, version)); }} /> : <p className="hint">{t("packages.notAllowed")}</p>}
      {busy && <p className="hint" role="status"><i className="st live" />{t("packages.busy", { name: busy })}</p>}
      {error && <p className="hint err pkg-error" role="alert"><i className="st err" />{error}</p>}
      {lines.length > 0 && <Log lines={lines} />}
      {theirs.map((one) => <Section key={one.name} one={one} busy={Boolean(busy)} attempt={attempt} removable={one.local && Boolean(rules.allowInstall)} />)}
      {sets && !theirs.length && <p className="none">{t("packages.none")}</p>}
      {ours && <details className="pkg-ours"><summary>{t("packages.ours", { version: ours.version, count: ours.sets.reduce((sum, set) => sum + set.types.length, 0) })}</summary><Sets sets={ours.sets} busy={Boolean(busy)} attempt={attempt} /></details>}
    </Modal>
  );
}

/** What the server has, read again whenever it says that something came, went or was switched; and the installer's lines. */
function useInstalled() {
  const [sets, setSets] = useState<NodeSet[] | null>(null);
  const [lines, setLines] = useState<string[]>([]);
  const reload = useCallback(() => void readNodeSets().then(setSets, () => setSets([])), []);
  useEffect(() => {
    reload();
    const hear = ({ detail }: CustomEvent<{ payload?: { data?: string } } | null>) => {
      const line = detail?.payload?.data;
      if (line === undefined) reload();
      else setLines((old) => [...old.slice(1 - LINES_SHOWN), line]);
    };
    addEventListener("flowengine:packages", hear as EventListener);
    return () => removeEventListener("flowengine:packages", hear as EventListener);
  }, [reload]);
  return { sets, reload, lines, clear: () => setLines([]) };
}

function grouped(sets: readonly NodeSet[]): Package[] {
  const found = new Map<string, Package>();
  for (const set of sets) {
    const one = found.get(set.module) ?? { name: set.module, version: set.version, local: set.local, sets: [] };
    one.sets.push(set);
    found.set(set.module, one);
  }
  return [...found.values()];
}

function Add({ busy, add }: { busy: string; add: (name: string, version?: string) => Promise<boolean> }) {
  const [text, setText] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const [name, version] = text.trim().split(/\s*==\s*|@/);
    if (name && (await add(name, version || undefined))) setText("");
  };
  return (
    <form className="pkg-add" onSubmit={(event) => void submit(event)}>
      <label className="field"><Icon name="download" size="sm" /><input value={text} placeholder={t("packages.placeholder")} aria-label={t("packages.name")} autoComplete="off" autoCapitalize="off" spellCheck={false} onChange={(event) => setText(event.target.value)} /></label>
      <button className="btn primary" disabled={Boolean(busy) || !text.trim()}>{t("packages.add")}</button>
    </form>
  );
}

function Log({ lines }: { lines: readonly string[] }) {
  const element = useRef<HTMLPreElement>(null);
  useEffect(() => void element.current?.scrollTo({ top: element.current.scrollHeight }), [lines]);
  return <pre ref={element} className="pkg-log" tabIndex={0} aria-label={t("packages.log")}>{lines.join("")}</pre>;
}

type Attempt = (what: string, deed: () => Promise<unknown>) => Promise<boolean>;

function Section({ one, busy, attempt, removable }: { one: Package; busy: boolean; attempt: Attempt; removable: boolean }) {
  const [asking, setAsking] = useState(false);
  const on = one.sets.some(({ enabled }) => enabled);
  return (
    <section className="pkg" aria-label={one.name}>
      <header>
        <h3 className="ell">{one.name}</h3><span className="pill">{one.version}</span>
        {!one.local && <span className="pill">{t("packages.environment")}</span>}
        <span className="grow" />
        {removable && <button type="button" className="ib" disabled={busy} title={t("packages.remove", { name: one.name })} onClick={() => setAsking(true)}><Icon name="trash" size="sm" /></button>}
        <Switch label={t("packages.use", { name: one.name })} on={on} busy={busy} change={(to) => void attempt(one.name, () => switchNodes(one.name, to))} />
      </header>
      {asking && (
        <div className="pkg-ask" role="alertdialog" aria-label={t("packages.remove", { name: one.name })}>
          <p>{t("packages.removeText", { name: one.name })}</p>
          <button type="button" className="btn" onClick={() => setAsking(false)}>{t("common.cancel")}</button>
          <button type="button" className="btn danger" onClick={() => { setAsking(false); void attempt(one.name, () => removePackage(one.name)); }}>{t("packages.removeNow")}</button>
        </div>
      )}
      <Sets sets={one.sets} busy={busy} attempt={attempt} />
    </section>
  );
}

function Sets({ sets, busy, attempt }: { sets: readonly NodeSet[]; busy: boolean; attempt: Attempt }): ReactNode {
  const types = useRegistry((state) => state.types);
  const used = useUsed();
  return (
    <ul className="pkg-sets">
      {sets.map((set) => (
        <li key={set.id} className={set.enabled ? "" : "off"}>
          <div className="grow">
            {set.types.map((type) => (
              <span key={type} className="pkg-type">
                <span className={`tile cat-${categoryOf(type, types.get(type))}`}><Icon name={glyphOf({ type }, types.get(type))} /></span>
                <span className="ell">{type}</span>{used.has(type) && !(set.err && types.has(type)) && <span className="muted">{t("packages.used", { count: used.get(type) })}</span>}
              </span>
            ))}
            {!set.types.length && <span className="pkg-type">{set.name}</span>}
            {set.err && <p className="hint err"><i className="st err" />{set.err}</p>}
          </div>
          {set.err
            ? <button type="button" className="ib" disabled={busy} title={t("packages.again", { name: set.name })} onClick={() => void attempt(set.id, () => switchNodes(set.id, true))}><Icon name="retry" size="sm" /></button>
            : <Switch label={t("packages.use", { name: set.types.join(", ") })} on={set.enabled} busy={busy} change={(to) => void attempt(set.id, () => switchNodes(set.id, to))} />}
        </li>
      ))}
    </ul>
  );
}

function useUsed(): ReadonlyMap<string, number> {
  const entries = useDocument((state) => state.doc.entries);
  return useMemo(() => {
    const found = new Map<string, number>();
    for (const { type } of Object.values(entries)) found.set(type, (found.get(type) ?? 0) + 1);
    return found;
  }, [entries]);
}

const Switch = ({ label, on, busy, change }: { label: string; on: boolean; busy: boolean; change: (to: boolean) => void }) =>
  <input type="checkbox" role="switch" className="switch" checked={on} disabled={busy} aria-label={label} title={label} onChange={(event) => change(event.target.checked)} />;
