/** Debug messages as they come: filtered by flow, node, level and text; paused, cleared, each leading to its node. */
import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../canvas/Icon";
import { money, number } from "../canvas/Live";
import { categoryOf, glyphOf } from "../canvas/look";
import { anatomyOf } from "../canvas/anatomy";
import { type FlowDocument, type FlowEntry, subflowOf } from "../document/flow";
import { useDocument } from "../document/store";
import { typeOf } from "../server/registry";
import { clearDebug, type DebugMessage, lengthIn, pauseDebug, useRuntime } from "../server/runtime";
import type { Stream } from "../server/streams";
import { copyText } from "./copyText";
import { inWindow, openWindow, pointAt, showNode, usePlace } from "./debugPlace";
import { Menu } from "./Menu";
import { copied, isShort } from "./seenValue";
import { ValueTree } from "./ValueTree";
import { t, useLanguage } from "./words";

const ERROR = 20;
/** As many as a person scrolls through; as many more are shown when asked for. */
const SHOWN = 120;

export function DebugPanel() {
  const messages = useRuntime((state) => state.debug);
  const paused = useRuntime((state) => state.debugPaused);
  const live = useRuntime((state) => state.connection === "connected");
  const { flow, nodes } = usePlace();
  const doc = useDocument((state) => state.doc);
  const [scope, setScope] = useState<Scope>("allFlows");
  const [node, setNode] = useState<string | null>(null);
  const [errors, setErrors] = useState(false);
  const [text, setText] = useState("");
  const [menu, setMenu] = useState<{ x: number; y: number; of: "scope" | "node" } | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [most, setMost] = useState(SHOWN);
  const found = messages.filter((one) => within(one, scope, flow, nodes, doc) && (!node || one.id === node) && (!errors || one.level === ERROR) && contains(one, text));
  const shown = found.slice(-most);
  const errorCount = messages.filter((one) => one.level === ERROR).length;

  useEffect(() => useRuntime.setState({ unseenErrors: 0 }), [messages]);
  useLayoutEffect(() => {
    if (atEnd.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [shown.length, messages]);

  const senders = [...new Set(messages.map((one) => one.id))].map((id) => doc.entries[id]).filter((entry): entry is FlowEntry => entry !== undefined);
  return (
    <>
      <div className="side-h">{t("panel.debug")}{live && !paused && <span className="pill live"><i className="st live" />{t("debug.live")}</span>}<span className="grow" />
        <button type="button" className={paused ? "ib on" : "ib"} aria-pressed={paused} title={t(paused ? "debug.resume" : "debug.pause")} aria-label={t(paused ? "debug.resume" : "debug.pause")} onClick={() => pauseDebug(!paused)}><Icon name={paused ? "play" : "pause"} /></button>
        {!inWindow && <button type="button" className="ib desk-only" title={t("debug.window")} aria-label={t("debug.window")} onClick={openWindow}><Icon name="ext" /></button>}
        <button type="button" className="ib" title={t("action.clear-debug-messages")} aria-label={t("action.clear-debug-messages")} onClick={clearDebug}><Icon name="trash" /></button>
      </div>
      <div className="side-f">
        <button type="button" className={scope === "allFlows" ? "chk" : "chk on"} aria-haspopup="menu" onClick={(event) => setMenu({ x: event.clientX, y: event.clientY, of: "scope" })}>{t(`debug.${scope}`)} <Icon name="down" size="xs" /></button>
        <button type="button" className={node ? "chk on" : "chk"} aria-haspopup="menu" onClick={(event) => setMenu({ x: event.clientX, y: event.clientY, of: "node" })}>{node ? labelOf(doc, node) : t("debug.allNodes")} <Icon name="down" size="xs" /></button>
        <button type="button" className={errors ? "chk on" : "chk"} aria-pressed={errors} onClick={() => setErrors(!errors)}><i className="st err" />{t("debug.errors", { count: errorCount })}</button>
        <label className="field soft grow small"><Icon name="search" size="xs" /><input type="search" value={text} placeholder={t("debug.filter")} aria-label={t("debug.filter")} onChange={(event) => setText(event.target.value)} /></label>
      </div>
      <div className="msgs" ref={list} role="log" aria-label={t("panel.debug")} onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => (atEnd.current = scrollHeight - scrollTop - clientHeight < 30)}>
        {found.length > shown.length && <button type="button" className="link" onClick={() => setMost(most + SHOWN)}>{t("debug.earlier", { count: found.length - shown.length })}</button>}
        {shown.map((one) => <Message key={one.key} message={one} doc={doc} />)}
        {!shown.length && <p className="none">{t(messages.length ? "debug.noMatch" : "debug.none")}</p>}
      </div>
      {menu?.of === "scope" && <Menu at={menu} label={t("debug.scope")} close={() => setMenu(null)} entries={SCOPES.map((name) => ({ label: t(`debug.${name}`), checked: scope === name, run: () => setScope(name) }))} />}
      {menu?.of === "node" && <Menu at={menu} label={t("debug.allNodes")} close={() => setMenu(null)} entries={[{ label: t("debug.allNodes"), checked: !node, run: () => setNode(null) }, ...senders.map((entry) => ({ label: anatomyOf(entry).label, checked: node === entry.id, run: () => setNode(entry.id) }))]} />}
    </>
  );
}

const SCOPES = ["allFlows", "thisFlow", "selected"] as const;
type Scope = (typeof SCOPES)[number];

/** A chosen subflow instance or group stands for what is inside it. */
function within(message: DebugMessage, scope: Scope, flow: string, nodes: ReadonlySet<string>, doc: FlowDocument): boolean {
  if (scope === "allFlows") return true;
  if (scope === "thisFlow") return message.z === flow || Boolean(message.path?.split("/").includes(flow));
  const sender = senderOf(doc, message) ?? message.id;
  return nodes.has(sender) || nodes.has(message.id) || nodes.has(String(doc.entries[sender]?.g));
}

/** Only what has changed is drawn again: a stream brings many messages a second. */
const Message = memo(function Message({ message, doc }: { message: DebugMessage; doc: FlowDocument }) {
  useLanguage((state) => state.language);
  const target = senderOf(doc, message);
  const entry = target ? doc.entries[target] : undefined;
  const failed = message.level === ERROR;
  const descriptor = entry && typeOf(entry.type);
  const image = imageOf(message);
  const stream = grows(message);
  return (
    <article onPointerEnter={() => target && pointAt(target)} onPointerLeave={() => pointAt(null)} className={failed ? "msg err" : stream && !stream.done ? "msg live" : "msg"}>
      <header className="msg-h">
        {entry && <span className={`tile cat-${categoryOf(entry.type, descriptor)}`}><Icon name={glyphOf(entry, descriptor)} /></span>}
        <button type="button" className="from" title={t("debug.show")} onClick={() => target && showNode(target)}><b>{entry ? anatomyOf(entry).label : (message.name ?? message.id)}</b></button>
        <span className="path">{message.property ? `msg.${message.property}` : failed ? t("debug.error") : "msg"}</span>
        <span className="grow" />{message.topic && <span className="pill">{message.topic}</span>}{stream ? !stream.done && <span className="pill live">{t("debug.streaming")}</span> : <span>{formatOf(message)}</span>}<time>{new Date(message.timestamp).toLocaleTimeString()}</time>
        <button type="button" className="copy" title={t("tree.copyPath")} aria-label={t("tree.copyPath")} onClick={() => copy(pathOf(message))}><Icon name="tree" size="xs" /></button>
        <button type="button" className="copy" title={t("tree.copyValue")} aria-label={t("tree.copyValue")} onClick={() => copy(stream?.text || copied(message.value))}><Icon name="copy" size="xs" /></button>
      </header>
      {stream ? <Joined stream={stream} message={message} /> : image ? <img className="debug-image" src={image} alt="" /> : typeof message.value === "string" ? <p className={failed ? "text err" : "text"}>{message.value}</p> : <ValueTree value={message.value} path={pathOf(message)} source={message.id} open={isShort(message.value)} />}
    </article>
  );
});

/** The stream that a message belongs to, where more than it has come or will. */
const grows = ({ stream }: DebugMessage) => (stream && !(stream.done && stream.chunks === 1) ? stream : undefined);

/** A streamed answer: its text as it grows, what it took, and the last message on demand. */
function Joined({ stream, message }: { stream: Stream; message: DebugMessage }) {
  const [open, setOpen] = useState(false);
  const { text, chunks, done, tokens, cost, currency, seconds } = stream;
  const tree = <ValueTree value={message.value} path={pathOf(message)} source={message.id} open />;
  return (
    <>
      {text && <p className="text">{text}{!done && <i className="caret" />}</p>}
      <div className="count">
        <b>{done ? <i className={`st ${stream.failed ? "err" : "ok"}`} /> : <i className="st live" />}{t("debug.chunks", { count: chunks })}</b>
        {tokens !== undefined && <span>{t("live.tokens", { tokens: number(tokens) })}</span>}
        {tokens !== undefined && seconds ? <span>{t("debug.speed", { tokens: Math.round(tokens / seconds) })}</span> : null}
        {cost !== undefined && <span>{money(cost, currency)}</span>}
        {text && <i className="acts"><button type="button" className="ib small" title={t("tree.copyValue")} aria-label={t("tree.copyValue")} onClick={() => copy(text)}><Icon name="copy" size="xs" /></button>
          <button type="button" className="ib small" aria-expanded={open} title={t("debug.lastChunk")} aria-label={t("debug.lastChunk")} onClick={() => setOpen(!open)}><Icon name={open ? "down" : "right"} size="xs" /></button></i>}
      </div>
      {(open || !text) && tree}
    </>
  );
}

/** A message from inside a subflow names the instances on its way; the first one that is a node here is shown. */
function senderOf(doc: FlowDocument, { id, path, z }: DebugMessage): string | null {
  if (doc.entries[id]) return id;
  const parts = [...(path?.split("/") ?? []), z ?? ""];
  return parts.find((part) => doc.entries[part] && subflowOf(doc.entries[part]!)) ?? null;
}

const pathOf = ({ property }: DebugMessage) => (property ? `msg.${property}` : "msg");
const copy = (text: string) => void copyText(text);
const labelOf = (doc: FlowDocument, id: string) => (doc.entries[id] ? anatomyOf(doc.entries[id]!).label : id);

/** A picture that was cut shows nothing. */
function imageOf({ value, format }: DebugMessage): string | null {
  const whole = typeof value === "string" && value.length === (lengthIn(format) ?? value.length);
  return whole && /^data:image\/(png|jpeg|gif|webp);base64,/.test(value) ? value : null;
}

function formatOf({ format, value }: DebugMessage): string {
  if (typeof value === "string" && /^string/.test(format)) return t("tree.string", { count: lengthIn(format) ?? value.length });
  return format.replace(/^\w/, (letter) => letter.toUpperCase()).replace(/\[(\d+)\]$/, " ($1)");
}

function contains({ value, property, topic, stream }: DebugMessage, text: string): boolean {
  if (!text) return true;
  const wanted = text.toLowerCase();
  return `${property} ${topic} ${stream?.text ?? ""} ${typeof value === "string" ? value : JSON.stringify(value)}`.toLowerCase().includes(wanted);
}

