/** A value as a tree of keys: types shown, parts opened on demand, path and value copied with one click. */
import { type MouseEvent, useState } from "react";
import { Icon } from "../canvas/Icon";
import { isPinned, opensFor, togglePin, usePins } from "./debugPins";
import { t } from "./words";

/** `source`: the node that sends such values; parts of them can be pinned open then. */
interface ValueTreeProps { value: unknown; path?: string; open?: boolean; source?: string }

export function ValueTree({ value, path = "", open = false, source }: ValueTreeProps) {
  const bytes = bytesOf(value);
  if (bytes) return <Hex bytes={bytes} />;
  return <div className="tree" role="tree"><Branch name={null} value={value} path={path} depth={0} startsOpen={open} source={source} /></div>;
}

interface BranchProps { name: string | null; value: unknown; path: string; depth: number; startsOpen?: boolean; source: string | undefined }

/** Longer lists open in part. */
const PART = 100;

function Branch({ name, value, path, depth, startsOpen = false, source }: BranchProps) {
  const [open, setOpen] = useState(() => startsOpen || opensFor(source, path));
  const [shown, setShown] = useState(PART);
  const nested = typeof value === "object" && value !== null;
  const keys = nested && open ? Object.keys(value) : [];
  return (
    <>
      <div data-d={Math.min(depth, 8)} style={{ paddingLeft: depth * 14 }} role="treeitem" aria-expanded={nested ? open : undefined} onClick={nested ? () => setOpen(!open) : undefined} className={nested ? "nest" : undefined}>
        {nested && <Icon name={open ? "down" : "right"} size="xs" />}
        {name !== null && <span className="k">{name}</span>}
        <Plain value={value} open={open} />
        {name !== null && nested && source && <Pin source={source} path={path} opened={() => setOpen(true)} />}
        {name !== null && <Acts path={path} value={value} />}
      </div>
      {keys.slice(0, shown).map((key) => <Branch key={key} name={key} value={(value as Record<string, unknown>)[key]} path={join(path, key, Array.isArray(value))} depth={depth + 1} source={source} />)}
      {keys.length > shown && <button type="button" className="link" style={{ marginLeft: (depth + 1) * 14 }} onClick={() => setShown(shown + PART)}>{t("tree.more", { count: keys.length - shown })}</button>}
    </>
  );
}

function Plain({ value, open }: { value: unknown; open: boolean }) {
  if (Array.isArray(value)) return <span className="t">{open || value.length > 6 ? t("tree.array", { count: value.length }) : preview(value)}</span>;
  if (typeof value === "object" && value) return <span className="t">{open ? t("tree.object", { count: Object.keys(value).length }) : preview(value)}</span>;
  if (typeof value === "string") return <span className="s">{JSON.stringify(value)}</span>;
  if (value === undefined || value === null) return <span className="t">{String(value)}</span>;
  return <span className="n">{String(value)}</span>;
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
  const copy = (text: string) => void navigator.clipboard.writeText(text);
  return (
    <span className="acts" onClick={(event) => event.stopPropagation()}>
      <button type="button" title={t("tree.copyPath")} aria-label={t("tree.copyPath")} onClick={() => copy(path)}><Icon name="tree" size="xs" /></button>
      <button type="button" title={t("tree.copyValue")} aria-label={t("tree.copyValue")} onClick={() => copy(typeof value === "string" ? value : JSON.stringify(value, null, 2))}><Icon name="copy" size="xs" /></button>
    </span>
  );
}

function preview(value: object): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > 60 ? `${text.slice(0, 58)}…` : text;
}

export function join(path: string, key: string, index: boolean): string {
  if (index) return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? (path ? `${path}.${key}` : key) : `${path}[${JSON.stringify(key)}]`;
}

/** A Buffer comes as hex digits or as a list of numbers. */
export function bytesOf(value: unknown): number[] | null {
  const buffer = value as { type?: string; hex?: string; data?: number[] } | null;
  if (buffer?.type !== "Buffer") return null;
  if (typeof buffer.hex === "string") return (buffer.hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  return Array.isArray(buffer.data) ? buffer.data : null;
}

function Hex({ bytes }: { bytes: number[] }) {
  const rows = Array.from({ length: Math.min(16, Math.ceil(bytes.length / 10)) }, (_, at) => bytes.slice(at * 10, at * 10 + 10));
  const hex = (byte: number, width = 2) => byte.toString(16).padStart(width, "0");
  return (
    <pre className="hex">
      {rows.map((row, at) => <span key={at}><b>{hex(at * 10, 4)}</b>  {row.map((byte) => hex(byte)).join(" ").padEnd(29)}  <em>{row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("")}</em>{"\n"}</span>)}
      {bytes.length > 160 && <b>{t("tree.bytes", { count: bytes.length })}</b>}
    </pre>
  );
}
