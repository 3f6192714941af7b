/** Starts the page: words and types first, then the flows, then what is running. */
import { createRoot } from "react-dom/client";
import { reveal } from "./canvas/viewport";
import { autosave, leaveGuard, pendingDraft } from "./document/draft";
import { load } from "./document/flow";
import { useDocument } from "./document/store";
import { readFlows } from "./server/admin";
import { readTypes } from "./server/api";
import { Comms, commsAddress } from "./server/comms";
import { ServerError, whenLoginNeeded } from "./server/http";
import { setTypes } from "./server/registry";
import { heard, notify, useRuntime } from "./server/runtime";
import { App } from "./shell/App";
import { hearDeploy, open } from "./shell/deploy";
import { applyTheme, openDialog, useUi } from "./shell/ui";
import { chosenLanguage, loadLanguage, t, useLanguage } from "./shell/words";
import "./styles/index.css";

applyTheme(useUi.getState().theme);
whenLoginNeeded(() => openDialog({ kind: "login" }));

const [, flows] = await Promise.all([loadWords(), readFlows().catch((error: unknown) => error)]);
await readTypes(useLanguage.getState().language).then(setTypes, complain);
createRoot(document.getElementById("page")!).render(<App />);
if (flows instanceof Error) complain(flows);
else await begin(flows as Awaited<ReturnType<typeof readFlows>>);

async function loadWords() {
  await loadLanguage(chosenLanguage()).catch(() => loadLanguage("en-US"));
  // Labels of types are words too.
  useLanguage.subscribe(({ language }) => void readTypes(language).then(setTypes, complain));
}

async function begin({ flows: list, rev }: { flows: Parameters<typeof load>[0]; rev: string }) {
  open(load(list), rev);
  const draft = await pendingDraft(useDocument.getState().deployed);
  if (draft && draft.draft.rev === rev) {
    useDocument.getState().restore(draft.doc, "history.draft");
    notify("info", t("notify.draft"), { id: "draft" });
  }
  autosave();
  leaveGuard();
  showAddressed();
  addEventListener("hashchange", showAddressed);
  new Comms(commsAddress(), hear, (connection) => useRuntime.setState({ connection })).open();
}

/** `#node/<id>`, `#group/<id>`, `#flow/<id>`, as copied links and Node-RED have them. */
function showAddressed() {
  const id = /^#(?:node|group|flow)\/([^/]+)/.exec(location.hash)?.[1];
  if (id) reveal(id);
}

function hear(topic: string, data: unknown) {
  if (topic === "notification/runtime-deploy") void hearDeploy((data as { revision: string }).revision);
  else if (topic === "notification/runtime-state") hearState(data as { state?: string; error?: string; text?: string });
  else if (topic === "notification/node/added" || topic === "notification/node/removed") void readTypes(useLanguage.getState().language).then(setTypes, complain);
  else if (topic.startsWith("notification/")) hearNotification(data as { text?: string; type?: string });
  else heard(topic, data);
}

function hearState({ state, error, text }: { state?: string; error?: string; text?: string }) {
  if (state) useRuntime.setState({ running: state === "start" });
  if (error) notify("warning", text ?? error, { id: "runtime-state" });
}

function hearNotification({ text, type }: { text?: string; type?: string }) {
  if (text) notify(type === "error" ? "error" : type === "warning" ? "warning" : "info", text);
}

function complain(error: Error) {
  if (error instanceof ServerError && error.status === 401) return;
  notify("error", useLanguage.getState().language && t("notify.loadFailed", { reason: error.message }), { id: "load" });
}
