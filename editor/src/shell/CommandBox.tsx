/** Go to anything, do anything: one box for nodes, flows and actions. */
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf } from "../canvas/look";
import { reveal } from "../canvas/viewport";
import { isConfig, isFlow, isGroup } from "../document/flow";
import { useDocument } from "../document/store";
import { useRegistry } from "../server/registry";
import { run } from "./actions";
import { display, keysOf } from "./keys";
import { find, type Hit } from "./search";
import { openTray, useUi } from "./ui";
import { t } from "./words";

const RECENT = "flowengine.searches";

export default function CommandBox() {
  const start = useUi((state) => state.command);
  return start === null ? null : <Box start={start} />;
}

function Box({ start }: { start: string }) {
  const [query, setQuery] = useState(start);
  const [at, setAt] = useState(0);
  const doc = useDocument((state) => state.doc);
  const deferred = useDeferredValue(query);
  const hits = useMemo(() => find(doc, deferred), [doc, deferred]);
  const list = useRef<HTMLUListElement>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => useUi.setState({ command: null });

  useEffect(() => void dialog.current?.showModal(), []);
  useEffect(() => void list.current?.children[at]?.scrollIntoView?.({ block: "nearest" }), [at]);

  const choose = (hit: Hit | undefined) => {
    if (!hit) return;
    if (hit.kind === "filter") return void (setQuery(`${hit.filter} `), setAt(0));
    close();
    if (hit.kind === "action") return void run(hit.action);
    remember(query);
    if (isConfig(hit.entry)) openTray({ kind: "config", type: hit.entry.type, id: hit.entry.id });
    else reveal(hit.entry.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") choose(hits[at]);
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else return;
    event.preventDefault();
  };

  return (
    <dialog ref={dialog} className="command" aria-label={t("top.command")} onClose={close} onClick={(event) => event.target === dialog.current && close()} onKeyDown={onKeyDown}>
      <label className="command-field"><Icon name="search" />
        <input autoFocus value={query} placeholder={t("search.placeholder")} role="combobox" aria-expanded="true" aria-controls="command-list" aria-activedescendant={`hit-${at}`} onChange={(event) => { setQuery(event.target.value); setAt(0); }} list={query ? undefined : "command-recent"} />
        <kbd>{display("escape")}</kbd>
      </label>
      <datalist id="command-recent">{recent().map((one) => <option key={one} value={one} />)}</datalist>
      <ul ref={list} id="command-list" role="listbox">
        {hits.map((hit, index) => (
          <li key={index} id={`hit-${index}`} role="option" aria-selected={index === at} className={index === at ? "on" : ""} onPointerMove={() => setAt(index)} onClick={() => choose(hit)}><Row hit={hit} /></li>
        ))}
        {!hits.length && <li className="none">{t("search.none", { query })}</li>}
      </ul>
    </dialog>
  );
}

function Row({ hit }: { hit: Hit }) {
  const descriptor = useRegistry((state) => (hit.kind === "entry" ? state.types.get(hit.entry.type) : undefined));
  if (hit.kind === "filter") return <><Icon name="filter" size="sm" /><span className="grow">{hit.name}</span><code className="muted">{hit.filter}</code></>;
  if (hit.kind === "action") {
    const keys = keysOf(hit.action);
    return <><Icon name="right" size="sm" /><span className="grow ell">{hit.name}</span>{keys && <span className="keys">{display(keys).map((key, at) => <kbd key={at}>{key}</kbd>)}</span>}</>;
  }
  const { entry } = hit;
  return (
    <>
      <span className={`tile cat-${isFlow(entry) ? "common" : isGroup(entry) ? "data" : categoryOf(entry.type, descriptor)}`}><Icon name={isFlow(entry) ? "nodes" : isGroup(entry) ? "group" : glyphOf(entry, descriptor)} /></span>
      <span className="ell">{hit.name}</span><span className="muted ell grow where">{hit.where}</span>
    </>
  );
}

function recent(): string[] {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
}

const remember = (query: string) => query.trim() && localStorage.setItem(RECENT, JSON.stringify([query, ...recent().filter((one) => one !== query)].slice(0, 10)));
