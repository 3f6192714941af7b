/** Sending the flows: the checks before, the conflict after, the start and stop of everything. */
import { deployProblems } from "../canvas/problems";
import { flowsOf, indexOf } from "../document/index";
import { firstFlowIsDeployed, withFirstFlow } from "../document/firstFlow";
import { type FlowDocument, load, saveForDeploy } from "../document/flow";
import { changesOf, currentDoc, useDocument } from "../document/store";
import { useSelection } from "../document/selection";
import { type DeployKind, readFlows, writeFlows, writeFlowState } from "../server/admin";
import { ServerError } from "../server/http";
import { clearLive, dismiss, notify, useRuntime } from "../server/runtime";
import { openDialog } from "./ui";
import { t } from "./words";

/** The news that somebody else has deployed. */
export const ELSEWHERE = "elsewhere";
let sending = false;

export async function deploy(kind: DeployKind, { force = false, checked = false } = {}) {
  if (sending) return;
  if (!checked && kind !== "reload" && hasProblems()) return openDialog({ kind: "deploy-problems", proceed: () => void deploy(kind, { force, checked: true }) });
  sending = true;
  try {
    if (kind === "reload") await restart();
    else await send(kind, force);
  } catch (error) {
    if (error instanceof ServerError && error.status === 409) await askAboutConflict(kind).catch(complain);
    else complain(error as Error);
  } finally {
    sending = false;
  }
}

const complain = (error: Error) => void notify("error", t("notify.deployFailed", { reason: error.message }));
const askAboutConflict = async (kind: DeployKind) => (await import("./conflicts")).askAboutConflict(kind);

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
  dismiss(ELSEWHERE);
  notify("success", t("notify.deployed"), { id: "deploy" });
}

function hasProblems(): boolean {
  const doc = currentDoc();
  return Object.values(deployProblems(doc, (id) => indexOf(doc).users(id))).some((list) => list.length > 0);
}

export function open(deployed: FlowDocument, rev: string | null) {
  const doc = withFirst(deployed);
  useDocument.getState().open(doc, rev);
  showSome(doc);
}

export const withFirst = (doc: FlowDocument) => withFirstFlow(doc, t("flow.newName", { number: 1 }));

/** Stays on the flow that is looked at where it is still there. */
export function showSome(doc: FlowDocument) {
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
  if (changesOf(state).count) return void notify("warning", t("notify.deployedElsewhere"), { sticky: true, id: ELSEWHERE });
  const answer = await readFlows();
  open(load(answer.flows), answer.rev);
}
