/** What an entry is called in lists and titles. */
import { anatomyOf } from "../canvas/anatomy";
import { type FlowEntry, isFlow, isGroup } from "../document/flow";
import { t } from "./words";

export function nameOf(entry: FlowEntry): string {
  if (isFlow(entry)) return String(entry.label ?? entry.name ?? entry.id);
  if (isGroup(entry)) return String(entry.name || t("group.unnamed"));
  return anatomyOf(entry).label || entry.type;
}
