/** A value as a tree of keys: types shown, parts opened on demand, path and value copied with one click. */
import { type MouseEvent, useState } from "react";
import { Icon } from "../canvas/Icon";
import { copyText } from "./copyText";
import { isPinned, opensFor, togglePin, usePins } from "./debugPins";
import { copied, preview, seen, type Seen } from "./seenValue";
import { t } from "./words";

/** `source`: the node that sends such values; parts of them can be pinned open then. */
interface ValueTreeProps { value: unknown; path?: string; open?: boolean; source?: string }

export function ValueTree({ value, path = "", open = false, source }: ValueTreeProps) {
  const it = seen(value);
  if (it.kind === "bytes") return <Hex {...it} />;
  return <div className="tree" role="tree"><Branch name={null} value={value} path={path} depth={0} startsOpen={open} source={source} /></div>;
}

interface BranchProps { name: string | null; value: unknown; path: string; depth: number; startsOpen?: boolean; source: string | undefined }

/** Longer lists open in part. */
const PART = 100;

function Branch({ name, value, path, depth, startsOpen = false, source }: BranchProps) {
  const [open, setOpen] = useState(() => startsOpen || opensFor(source, path));
  const [shown, setShown] = useState(PART);
  const it = seen(value);
  const nested = it.kind !== "leaf";
  const parts = (nested && "parts" in it ? it.parts : {}) as Record<string, unknown>;
  const keys = open ? Object.keys(parts) : [];
  const missing = open && "length" in it && it.kind !== "bytes" ? it.length - keys.length : 0;
  return (
    <>
      <div data-d={Math.min(depth, 8)} style={{ paddingLeft: depth * 14 }} role="treeitem" aria-expanded={nested ? open : undefined} onClick={nested ? () => setOpen(!open) : undefined} className={nested ? "nest" : undefined}>
        {nested && <Icon name={open ? "down" : "right"} size="xs" />}
        {name !== null && <span className="k">{name}</span>}
        <Plain it={it} value={value} open={open} />
        {name !== null && nested && source && <Pin source={source} path={path} opened={() => setOpen(true)} />}
        {name !== null && <Acts path={path} value={value} />}
      </div>
      {keys.slice(0, shown).map((key) => <Branch key={key} name={key} value={parts[key]} path={join(path, key, Array.isArray(parts))} depth={depth + 1} source={source} />)}
      {keys.length > shown && <button type="button" className="link" style={{ marginLeft: (depth + 1) * 14 }} onClick={() => setShown(shown + PART)}>{t("tree.more", { count: keys.length - shown })}</button>}
      {missing > 0 && keys.length <= shown && <div style={{ paddingLeft: (depth + 1) * 14 }}><span className="t">{t("tree.cut", { count: missing })}</span></div>}
      {open && it.kind === "bytes" && <Hex {...it} />}
    </>
  );
}

function Plain({ it, value, open }: { it: Seen; value: unknown; open: boolean }) {
  switch (it.kind) {
    case "leaf": return <span className={it.look}>{it.text}</span>;
    case "error": return <span className="s">{it.text}</span>;
    case "bytes": return <span className="t">{t("tree.buffer", { count: it.length })}</span>;
    case "set": return <span className="t">{t("tree.set", { count: it.length })}</span>;
    case "array": return <span className="t">{open || it.length > 6 ? t("tree.array", { count: it.length }) : preview(value)}</span>;
    default: return <span className="t">{open ? t("tree.object", { count: it.length }) : preview(value)}</span>;
  }
}

/** Seen while it holds; otherwise when the pointer or the focus is on the line. */
function Pin({ source, path, opened }: { source: string; path: string; opened: () => void }) {
  const pinned = usePins(() => isPinned(source, path));
  const press = (event: MouseEvent) => {
    event.stopPropagation();
    togglePin(source, path);
    if (!pinned) opened();
  };
  return <button type="button" className={pinned ? "pin on" : "pin"} aria-pressed={pinned} title={t(pinned ? "tree.unpin" : "tree.pin")} aria-label={t(pinned ? "tree.unpin" : "tree.pin")} onClick={press}><Icon name="pin" size="xs" /></button>;
}

function Acts({ path, value }: { path: string; value: unknown }) {
  const copy = (text: string) => void copyText(text);
  return (
    <span className="acts" onClick={(event) => event.stopPropagation()}>
      <button type="button" title={t("tree.copyPath")} aria-label={t("tree.copyPath")} onClick={() => copy(path)}><Icon name="tree" size="xs" /></button>
      <button type="button" title={t("tree.copyValue")} aria-label={t("tree.copyValue")} onClick={() => copy(copied(value))}><Icon name="copy" size="xs" /></button>
    </span>
  );
}

export function join(path: string, key: string, index: boolean): string {
  if (index) return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? (path ? `${path}.${key}` : key) : `${path}[${JSON.stringify(key)}]`;
}

function Hex({ bytes, length }: { bytes: number[]; length: number }) {
  const rows = Array.from({ length: Math.min(16, Math.ceil(bytes.length / 10)) }, (_, at) => bytes.slice(at * 10, at * 10 + 10));
  const hex = (byte: number, width = 2) => byte.toString(16).padStart(width, "0");
  return (
    <pre className="hex">
      {rows.map((row, at) => <span key={at}><b>{hex(at * 10, 4)}</b>  {row.map((byte) => hex(byte)).join(" ").padEnd(29)}  <em>{row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("")}</em>{"\n"}</span>)}
      {length > 160 && <b>{t("tree.bytes", { count: length })}</b>}
    </pre>
  );
}
