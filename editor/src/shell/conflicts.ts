/** Somebody else was faster: what becomes of both sides' changes. */
import { withoutFirstFlow } from "../document/firstFlow";
import { type FlowDocument, load, withoutSecrets } from "../document/flow";
import { mergeDocuments } from "../document/merge";
import { useDocument } from "../document/store";
import { type DeployKind, readFlows } from "../server/admin";
import { readVersions } from "../server/history";
import { dismiss } from "../server/runtime";
import { deploy, ELSEWHERE, showSome, withFirst } from "./deploy";
import { openDialog } from "./ui";

export async function askAboutConflict(kind: DeployKind) {
  const { flows, rev } = await readFlows();
  const theirs = load(flows);
  const { doc, deployed } = useDocument.getState();
  const base = withoutFirstFlow(deployed);
  const [newest] = await readVersions(1).catch(() => []);
  openDialog({
    kind: "conflict", base, mine: doc, theirs, by: newest?.rev === rev ? newest : null,
    proceed: (how, preferred) => {
      if (how === "overwrite") void deploy(kind, { force: true, checked: true });
      else if (how === "reload") takeTheirs(theirs, rev);
      else takeMerge(mergeDocuments(base, doc, theirs, preferred).doc, theirs, rev);
    },
  });
}

/** The merge is one undoable step on top of what the others deployed. */
function takeMerge(merged: FlowDocument, theirs: FlowDocument, rev: string) {
  useDocument.getState().restore(merged, "history.merge");
  useDocument.setState({ deployed: theirs, rev });
  dismiss(ELSEWHERE);
}

/** What was changed here goes in one step too: whoever regrets it can undo it. */
function takeTheirs(theirs: FlowDocument, rev: string) {
  const doc = withFirst(theirs);
  useDocument.getState().restore(doc, "history.theirs");
  useDocument.setState((state) => ({ deployed: doc, rev, doc: withoutSecrets(state.doc) }));
  dismiss(ELSEWHERE);
  showSome(doc);
}
