/** Sending the flows: the checks before, the conflict after, the start and stop of everything. */
import { deployProblems } from "../canvas/problems";
import { flowsOf, indexOf } from "../document/index";
import { firstFlowIsDeployed, withFirstFlow, withoutFirstFlow } from "../document/firstFlow";
import { type FlowDocument, load, saveForDeploy } from "../document/flow";
import { mergeDocuments } from "../document/merge";
import { changesOf, currentDoc, useDocument } from "../document/store";
import { useSelection } from "../document/selection";
import { type DeployKind, readFlows, writeFlows, writeFlowState } from "../server/admin";
import { readVersions } from "../server/history";
import { ServerError } from "../server/http";
import { clearLive, notify, useRuntime } from "../server/runtime";
import { openDialog } from "./ui";
import { t } from "./words";

let sending = false;

export async function deploy(kind: DeployKind, { force = false, checked = false } = {}) {
  if (sending) return;
  if (!checked && kind !== "reload" && hasProblems()) return openDialog({ kind: "deploy-problems", proceed: () => void deploy(kind, { force, checked: true }) });
  sending = true;
  try {
    if (kind === "reload") await restart();
    else await send(kind, force);
  } catch (error) {
    if (error instanceof ServerError && error.status === 409) await askAboutConflict(kind);
    else notify("error", t("notify.deployFailed", { reason: (error as Error).message }));
  } finally {
    sending = false;
  }
}

/** The server runs anew what it has; what is changed here is neither sent nor taken for deployed. */
async function restart() {
  const { rev } = await writeFlows([], null, "reload");
  sending = false;
  clearLive();
  notify("success", t("notify.restarted"), { id: "deploy" });
  await hearDeploy(rev);
}

async function send(kind: DeployKind, force: boolean) {
  const { doc, rev, deployedAs } = useDocument.getState();
  const answer = await writeFlows(saveForDeploy(doc), force ? null : rev, kind);
  deployedAs(doc, answer.rev);
  firstFlowIsDeployed();
  if (kind === "full") clearLive();
  notify("success", t("notify.deployed"), { id: "deploy" });
}

function hasProblems(): boolean {
  const doc = currentDoc();
  return Object.values(deployProblems(doc, (id) => indexOf(doc).users(id))).some((list) => list.length > 0);
}

async function askAboutConflict(kind: DeployKind) {
  const { flows, rev } = await readFlows();
  const theirs = load(flows);
  const { doc, deployed } = useDocument.getState();
  const base = withoutFirstFlow(deployed);
  const [newest] = await readVersions(1).catch(() => []);
  openDialog({
    kind: "conflict", base, mine: doc, theirs, by: newest?.rev === rev ? newest : null,
    proceed: (how, preferred) => {
      if (how === "overwrite") void deploy(kind, { force: true, checked: true });
      else if (how === "reload") open(theirs, rev);
      else takeMerge(mergeDocuments(base, doc, theirs, preferred).doc, theirs, rev);
    },
  });
}

/** The merge is one undoable step on top of what the others deployed. */
function takeMerge(merged: FlowDocument, theirs: FlowDocument, rev: string) {
  useDocument.getState().restore(merged, "history.merge");
  useDocument.setState({ deployed: theirs, rev });
}

export function open(deployed: FlowDocument, rev: string | null) {
  const doc = withFirstFlow(deployed, t("flow.newName", { number: 1 }));
  useDocument.getState().open(doc, rev);
  const { flow, show, hidden } = useSelection.getState();
  const flows = flowsOf(doc).filter((entry) => entry.type === "tab");
  if (!doc.entries[flow] || !flow) show((flows.find((entry) => !hidden.has(entry.id)) ?? flows[0])?.id ?? "");
}

export async function setRunning(running: boolean) {
  try {
    await writeFlowState(running ? "start" : "stop");
    useRuntime.setState({ running });
  } catch (error) {
    notify("error", (error as Error).message);
  }
}

/** Somebody else deployed: take it when nothing is changed here, otherwise say so. */
export async function hearDeploy(rev: string) {
  const state = useDocument.getState();
  if (state.rev === rev || sending) return;
  if (changesOf(state).count) return void notify("warning", t("notify.deployedElsewhere"), { sticky: true, id: "elsewhere" });
  const answer = await readFlows();
  open(load(answer.flows), answer.rev);
}
