/** Starts the page: words and types first, then the flows, then what is running. */
// First of all: it says which layer of styles wins over which.
import "./styles/index.css";
import { createRoot } from "react-dom/client";
import { reveal } from "./canvas/viewport";
import { autosave, leaveGuard, pendingDraft } from "./document/draft";
import { load } from "./document/flow";
import { useDocument } from "./document/store";
import { readFlows } from "./server/admin";
import { readTypes } from "./server/api";
import { arrive } from "./server/arrival";
import { Comms, commsAddress } from "./server/comms";
import { ServerError, whenLoginNeeded } from "./server/http";
import { setTypes } from "./server/registry";
import { connectionChanged, dismiss, heard, notify, useRuntime } from "./server/runtime";
import { App } from "./shell/App";
import { hearDeploy, open } from "./shell/deploy";
import { applyTheme, openDialog, useUi } from "./shell/ui";
import { fetchAhead, laterComponent } from "./shell/later";
import { chosenLanguage, loadLanguage, t, useLanguage } from "./shell/words";

/** The event of the page by which an open dialog of packages hears the server. */
const PACKAGES = "flowengine:packages";
/** The page of the debug messages alone edits nothing. */
const ALONE = new URLSearchParams(location.search).get("panel") === "debug";
const DebugWindow = laterComponent(() => import("./shell/DebugWindow"));

applyTheme(useUi.getState().theme);
whenLoginNeeded(() => openDialog({ kind: "login" }));
const begun = arrive();
const dressed = dress();

const [, flows] = await Promise.all([loadWords(), begun.then(readFlows).catch((error: unknown) => error)]);
await readTypes(useLanguage.getState().language).then(setTypes, complain);
await dressed;
createRoot(document.getElementById("page")!).render(ALONE ? <DebugWindow /> : <App />);
if (!(await begun)) notify("warning", t("login.again"));
if (flows instanceof Error) complain(flows);
else await begin(flows as Awaited<ReturnType<typeof readFlows>>);
shown();

/** What comes after this mark was not needed to see the flow. */
function shown() {
  requestAnimationFrame(() => requestAnimationFrame(() => {
    performance.mark("shown");
    void fetchAhead();
  }));
}

/** Styles that a mouse on a wide screen never needs, before the first paint where they are needed. */
async function dress() {
  const other = matchMedia("(max-width: 880px), (pointer: coarse), (forced-colors: active)");
  const fetch = () => import("./styles/mobile.css");
  if (other.matches) await fetch().catch(() => undefined);
  else other.addEventListener("change", () => void fetch(), { once: true });
}

async function loadWords() {
  await loadLanguage(chosenLanguage()).catch(() => loadLanguage("en-US"));
  // Labels of types are words too.
  useLanguage.subscribe(({ language }) => void readTypes(language).then(setTypes, complain));
}

async function begin({ flows: list, rev }: { flows: Parameters<typeof load>[0]; rev: string }) {
  open(load(list), rev);
  if (!ALONE) await beginEditing(rev);
  new Comms(commsAddress(), hear, connectionChanged).open();
}

async function beginEditing(rev: string) {
  const draft = await pendingDraft(useDocument.getState().deployed);
  if (draft && draft.draft.rev === rev) {
    useDocument.getState().restore(draft.doc, "history.draft");
    notify("info", t("notify.draft"), { id: "draft" });
  } else if (draft) void import("./shell/lateDraft").then(({ bringBack }) => bringBack(draft.doc, draft.draft.rev));
  autosave();
  leaveGuard();
  showAddressed();
  addEventListener("hashchange", showAddressed);
}

/** `#node/<id>`, `#group/<id>`, `#flow/<id>`, as copied links and Node-RED have them. */
function showAddressed() {
  const id = /^#(?:node|group|flow)\/([^/]+)/.exec(location.hash)?.[1];
  if (id) reveal(id);
}

function hear(topic: string, data: unknown) {
  if (topic === "notification/runtime-deploy") void hearDeploy((data as { revision: string }).revision);
  else if (topic === "notification/runtime-state") hearState(data as { state?: string; error?: string; text?: string });
  else if (topic.startsWith("notification/node/")) hearPackages();
  else if (topic === "event-log/nodes") dispatchEvent(new CustomEvent(PACKAGES, { detail: data }));
  else if (topic.startsWith("notification/")) hearNotification(data as { text?: string; type?: string });
  else heard(topic, data);
}

/** Types have come, gone or been switched. */
function hearPackages() {
  void readTypes(useLanguage.getState().language).then(setTypes, complain);
  dispatchEvent(new CustomEvent(PACKAGES));
}

function hearState({ state, error, text, types, reasons }: { state?: string; error?: string; text?: string; types?: string[]; reasons?: Record<string, string> }) {
  if (state) useRuntime.setState({ running: state === "start" });
  if (types) notify("warning", t("notify.missingTypes", { types: types.map((type) => (reasons?.[type] ? `${type} (${reasons[type]})` : type)).join(", ") }), { id: "runtime-state" });
  else if (error) notify("warning", text ?? error, { id: "runtime-state" });
  else dismiss("runtime-state");
}

function hearNotification({ text, type }: { text?: string; type?: string }) {
  if (text) notify(type === "error" ? "error" : type === "warning" ? "warning" : "info", text);
}

function complain(error: Error) {
  if (error instanceof ServerError && error.status === 401) return;
  notify("error", useLanguage.getState().language && t("notify.loadFailed", { reason: error.message }), { id: "load" });
}
