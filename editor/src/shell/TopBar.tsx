/** The bar at the top: mark, tabs, command box, deploy, you. */
import { useState } from "react";
import { Icon } from "../canvas/Icon";
import { isTab } from "../document/flow";
import { useSelection } from "../document/selection";
import { useChanges, useDocument } from "../document/store";
import { keepToken, token } from "../server/http";
import { logout, readLogin } from "../server/admin";
import { useRuntime } from "../server/runtime";
import { run } from "./actions";
import { deploy } from "./deploy";
import { display } from "./keys";
import { actionItem, Menu, type MenuEntry } from "./Menu";
import { Tabs } from "./Tabs";
import { openDialog, useUi } from "./ui";
import { t } from "./words";

export function TopBar() {
  return (
    <header className="top">
      <h1 className="sr">{t("top.title")}</h1>
      <div className="brand"><Mark /><span>flow</span><b>engine</b></div>
      <MobileTitle />
      <Tabs />
      <div className="tools">
        <button type="button" className="cmd" onClick={() => run("search")}>
          <Icon name="search" size="sm" /><span className="grow">{t("top.command")}</span><kbd>{display("ctrl-k").join(" ")}</kbd>
        </button>
        <Deploy />
        <You />
      </div>
    </header>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <circle cx="5.5" cy="17" r="3.5" fill="var(--accent)" /><path d="M8 17c7 0 3-10 9-10" stroke="var(--ink-1)" strokeWidth="2.5" strokeLinecap="round" />
      <rect x="17.5" y="2" width="4" height="10" rx="1.6" fill="var(--ink-1)" />
    </svg>
  );
}

/** On a phone one tab is named at a time; the others are in its menu. */
function MobileTitle() {
  const [open, setOpen] = useState<{ x: number; y: number } | null>(null);
  const doc = useDocument((state) => state.doc);
  const { flow, show, hidden } = useSelection();
  const changes = useChanges();
  const entry = doc.entries[flow];
  const tabs = doc.order.map((id) => doc.entries[id]!).filter((one) => isTab(one) && !hidden.has(one.id));
  const entries: MenuEntry[] = [...tabs.map((one) => ({ label: String(one.label ?? one.id), checked: one.id === flow, run: () => show(one.id) })), "line", actionItem("add-flow", "plus"), actionItem("edit-flow", "pencil")];
  return (
    <>
      <button type="button" className="m-only m-title" onClick={(event) => setOpen({ x: event.clientX, y: 48 })}>
        <Mark /><span className="ell">{String(entry?.label ?? entry?.name ?? "flowengine")}</span>{changes.flows.has(flow) && <i className="dot" />}<Icon name="down" size="sm" />
      </button>
      {open && <Menu at={{ x: 14, y: open.y }} entries={entries} close={() => setOpen(null)} label={t("top.flows")} />}
    </>
  );
}

function Deploy() {
  const changes = useChanges();
  const tray = useUi((state) => state.trays.length > 0);
  const connection = useRuntime((state) => state.connection);
  const running = useRuntime((state) => state.running);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const lost = connection === "lost";
  const entries: MenuEntry[] = [
    actionItem("deploy-flows", "up"), actionItem("deploy-modified-flows"), actionItem("deploy-modified-nodes"), "line",
    actionItem("restart-flows", "retry"), running ? actionItem("stop-flows", "stop") : actionItem("start-flows", "play"), "line",
    actionItem("show-history", "runs"),
  ];
  const openMenu = (event: { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    setMenu({ x: box.right, y: box.bottom + 6 });
  };
  return (
    <>
      {changes.count || lost ? (
        <div className={tray || lost ? "deploy quiet" : "deploy"}>
          <button type="button" disabled={lost} title={lost ? t("top.lost") : t("action.deploy-flows")} onClick={() => void deploy("full")}>
            <Icon name="up" size="sm" />{t("top.deploy")}{changes.count > 0 && <span className="n" title={t("top.changes", { count: changes.count })}>{changes.count}</span>}
          </button>
          <button type="button" aria-label={t("top.deployOptions")} aria-haspopup="menu" disabled={lost} onClick={openMenu}><Icon name="down" size="sm" /></button>
        </div>
      ) : (
        <button type="button" className="btn upToDate" aria-haspopup="menu" onClick={openMenu}><Icon name="check" size="sm" />{t("top.upToDate")}</button>
      )}
      {menu && <Menu at={menu} entries={entries} alignRight close={() => setMenu(null)} label={t("top.deployOptions")} />}
    </>
  );
}

function You() {
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const theme = useUi((state) => state.theme);
  const connection = useRuntime((state) => state.connection);
  const [visitor, setVisitor] = useState(false);
  const themeItem = (name: "light" | "dark" | "auto") => ({ label: t(`action.theme-${name}`), checked: theme === name, run: () => run(`theme-${name}`) });
  const entries: MenuEntry[] = [
    actionItem("show-import-dialog", "download"), actionItem("show-export-dialog", "up"), actionItem("manage-palette", "plug"), "line",
    actionItem("show-history", "runs"), "line",
    { heading: t("settings.theme") }, themeItem("light"), themeItem("dark"), themeItem("auto"), "line",
    actionItem("show-keyboard-shortcuts", "keyboard"), actionItem("show-event-log", "bell"), actionItem("show-system-info", "pulse"), actionItem("show-user-settings", "gear"),
    ...(token() ? (["line", { label: t("login.logout"), run: signOut }] as MenuEntry[]) : []),
    ...(visitor ? (["line", { label: t("login.submit"), run: () => openDialog({ kind: "login", closable: true }) }] as MenuEntry[]) : []),
  ];
  return (
    <>
      <button type="button" className={`me ${connection}`} aria-label={t("top.menu")} aria-haspopup="menu" onClick={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        setMenu({ x: box.right, y: box.bottom + 8 });
        // Without a token somebody may be a visitor, or be where nobody has to log in at all.
        if (!token()) void readLogin().then(({ type }) => setVisitor(type !== undefined), () => undefined);
      }}><Icon name="menu" size="sm" /></button>
      {menu && <Menu at={menu} entries={entries} alignRight close={() => setMenu(null)} label={t("top.menu")} />}
    </>
  );
}

async function signOut() {
  const elsewhere = await logout(token()!).catch(() => undefined);
  keepToken(null);
  if (elsewhere) location.assign(elsewhere);
  else location.reload();
}
