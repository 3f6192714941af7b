/** Debug messages as they come: filtered by flow, node, level and text; paused, cleared, each leading to its node. */
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../canvas/Icon";
import { categoryOf, glyphOf } from "../canvas/look";
import { reveal } from "../canvas/viewport";
import { anatomyOf } from "../canvas/anatomy";
import { type FlowDocument, type FlowEntry, subflowOf } from "../document/flow";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { typeOf } from "../server/registry";
import { clearDebug, type DebugMessage, useRuntime } from "../server/runtime";
import { Menu } from "./Menu";
import { ValueTree, bytesOf } from "./ValueTree";
import { t } from "./words";

const ERROR = 20;
/** As many as a person scrolls through; the rest is kept and can be filtered for. */
const SHOWN = 120;

export function DebugPanel() {
  const messages = useRuntime((state) => state.debug);
  const paused = useRuntime((state) => state.debugPaused);
  const live = useRuntime((state) => state.connection === "connected");
  const flow = useSelection((state) => state.flow);
  const doc = useDocument((state) => state.doc);
  const [thisFlow, setThisFlow] = useState(false);
  const [node, setNode] = useState<string | null>(null);
  const [errors, setErrors] = useState(false);
  const [text, setText] = useState("");
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const shown = messages.filter((one) => (!thisFlow || one.z === flow) && (!node || one.id === node) && (!errors || one.level === ERROR) && contains(one, text)).slice(-SHOWN);
  const errorCount = messages.filter((one) => one.level === ERROR).length;

  useEffect(() => useRuntime.setState({ unseenErrors: 0 }), [messages]);
  useLayoutEffect(() => {
    if (atEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [shown.length, messages]);

  const senders = [...new Set(messages.map((one) => one.id))].map((id) => doc.entries[id]).filter((entry): entry is FlowEntry => entry !== undefined);
  return (
    <>
      <div className="side-h">{t("panel.debug")}{live && !paused && <span className="pill live"><i className="st live" />{t("debug.live")}</span>}<span className="grow" />
        <button type="button" className={paused ? "ib on" : "ib"} aria-pressed={paused} title={t(paused ? "debug.resume" : "debug.pause")} aria-label={t(paused ? "debug.resume" : "debug.pause")} onClick={() => useRuntime.setState({ debugPaused: !paused })}><Icon name={paused ? "play" : "pause"} /></button>
        <button type="button" className="ib" title={t("action.clear-debug-messages")} aria-label={t("action.clear-debug-messages")} onClick={clearDebug}><Icon name="trash" /></button>
      </div>
      <div className="side-f">
        <button type="button" className={thisFlow ? "chk on" : "chk"} aria-pressed={thisFlow} onClick={() => setThisFlow(!thisFlow)}>{t(thisFlow ? "debug.thisFlow" : "debug.allFlows")}</button>
        <button type="button" className={node ? "chk on" : "chk"} aria-haspopup="menu" onClick={(event) => setMenu({ x: event.clientX, y: event.clientY })}>{node ? labelOf(doc, node) : t("debug.allNodes")} <Icon name="down" size="xs" /></button>
        <button type="button" className={errors ? "chk on" : "chk"} aria-pressed={errors} onClick={() => setErrors(!errors)}><i className="st err" />{t("debug.errors", { count: errorCount })}</button>
        <label className="field soft grow small"><Icon name="search" size="xs" /><input type="search" value={text} placeholder={t("debug.filter")} aria-label={t("debug.filter")} onChange={(event) => setText(event.target.value)} /></label>
      </div>
      <div className="msgs" ref={list} role="log" aria-label={t("panel.debug")} onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => (atEnd.current = scrollHeight - scrollTop - clientHeight < 30)}>
        {shown.map((one) => <Message key={one.key} message={one} doc={doc} />)}
        {!messages.length && <p className="none">{t("debug.none")}</p>}
      </div>
      {menu && <Menu at={menu} label={t("debug.allNodes")} close={() => setMenu(null)} entries={[{ label: t("debug.allNodes"), checked: !node, run: () => setNode(null) }, ...senders.map((entry) => ({ label: anatomyOf(entry).label, checked: node === entry.id, run: () => setNode(entry.id) }))]} />}
    </>
  );
}

function Message({ message, doc }: { message: DebugMessage; doc: FlowDocument }) {
  const target = senderOf(doc, message);
  const entry = target ? doc.entries[target] : undefined;
  const failed = message.level === ERROR;
  const descriptor = entry && typeOf(entry.type);
  const image = typeof message.value === "string" && /^data:image\/(png|jpeg|gif|webp);base64,/.test(message.value) ? message.value : null;
  return (
    <article className={failed ? "msg err" : "msg"}>
      <header className="msg-h">
        {entry && <span className={`tile cat-${categoryOf(entry.type, descriptor)}`}><Icon name={glyphOf(entry, descriptor)} /></span>}
        <button type="button" className="from" title={t("debug.show")} onClick={() => target && reveal(target)}><b>{entry ? anatomyOf(entry).label : (message.name ?? message.id)}</b></button>
        <span className="path">{message.property ? `msg.${message.property}` : failed ? t("debug.error") : "msg"}</span>
        <span className="grow" />{message.topic && <span className="pill">{message.topic}</span>}<span>{formatOf(message)}</span><time>{new Date(message.timestamp).toLocaleTimeString()}</time>
      </header>
      {image ? <img className="debug-image" src={image} alt="" /> : typeof message.value === "string" ? <p className={failed ? "text err" : "text"}>{message.value}</p> : <ValueTree value={message.value} path={message.property ? `msg.${message.property}` : "msg"} open={!bytesOf(message.value)} />}
    </article>
  );
}

/** A message from inside a subflow names the instances on its way; the first one that is a node here is shown. */
function senderOf(doc: FlowDocument, { id, path, z }: DebugMessage): string | null {
  if (doc.entries[id]) return id;
  const parts = [...(path?.split("/") ?? []), z ?? ""];
  return parts.find((part) => doc.entries[part] && subflowOf(doc.entries[part]!)) ?? null;
}

const labelOf = (doc: FlowDocument, id: string) => (doc.entries[id] ? anatomyOf(doc.entries[id]!).label : id);

function formatOf({ format, value }: DebugMessage): string {
  if (typeof value === "string" && /^string/.test(format)) return t("tree.string", { count: value.length });
  return format.replace(/^\w/, (letter) => letter.toUpperCase()).replace(/\[(\d+)\]$/, " ($1)");
}

function contains({ value, property, topic }: DebugMessage, text: string): boolean {
  if (!text) return true;
  const wanted = text.toLowerCase();
  return `${property} ${topic} ${typeof value === "string" ? value : JSON.stringify(value)}`.toLowerCase().includes(wanted);
}

