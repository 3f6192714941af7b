/** A draft of an older version than the one that is deployed now: merged where that version is still known, offered otherwise. */
import { type FlowDocument, load } from "../document/flow";
import { mergeDocuments } from "../document/merge";
import { useDocument } from "../document/store";
import { readVersion, readVersions } from "../server/history";
import { notify } from "../server/runtime";
import { t } from "./words";

const LOOKED_THROUGH = 100;

export async function bringBack(draft: FlowDocument, rev: string | null) {
  const base = await deployedAs(rev).catch(() => null);
  const { deployed, restore } = useDocument.getState();
  if (!base) return void notify("warning", t("notify.draftLate"), { sticky: true, id: "draft", action: { label: t("notify.draftTake"), run: () => restore(draft, "history.draft") } });
  const { doc, conflicts } = mergeDocuments(base, draft, deployed);
  restore(doc, "history.draft");
  if (conflicts.length) notify("warning", t("notify.draftMerged", { count: conflicts.length }), { id: "draft", sticky: true });
  else notify("info", t("notify.draftJoined"), { id: "draft" });
}

async function deployedAs(rev: string | null): Promise<FlowDocument | null> {
  const version = (await readVersions(LOOKED_THROUGH)).find((one) => one.rev === rev);
  return version ? load((await readVersion(version.id)).flows) : null;
}
