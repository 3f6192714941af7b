/** The menu at the pointer on the canvas. */
import { membersDeep } from "../document/actions/groups";
import { isGroup, subflowOf } from "../document/flow";
import { useSelection } from "../document/selection";
import { currentDoc } from "../document/store";
import { typeOf } from "../server/registry";
import { type MenuRequest, useView } from "../canvas/view";
import type { ActionName } from "./actions";
import { isEnabled } from "./actions";
import { actionItem, Menu, type MenuEntry } from "./Menu";
import { t } from "./words";

export default function ContextMenu() {
  const request = useView((state) => state.menu);
  if (!request) return null;
  return <Menu at={request.screen} entries={request.wire ? onWire(request) : request.node ? onNode() : onBlank(request)} close={() => useView.setState({ menu: null })} label={t("canvas.menu")} />;
}

function onBlank(request: MenuRequest): MenuEntry[] {
  return [
    { label: t("menu.insert"), glyph: "plus", keys: "n", disabled: !isEnabled("add-note"), run: () => useView.setState({ quickAdd: { screen: request.screen, place: request.place } }) },
    actionItem("add-note", "note"), actionItem("add-junction"), actionItem("create-subflow", "subflow"), "line",
    actionItem("paste", "paste"), actionItem("select-all-nodes"), actionItem("tidy-up", "layout"), "line",
    actionItem("undo", "undo"), actionItem("redo", "redo"), "line", actionItem("show-import-dialog", "download"), actionItem("show-export-dialog", "up"),
  ];
}

function onWire({ wire, place, screen }: MenuRequest): MenuEntry[] {
  const { nodes, wires, select } = useSelection.getState();
  if (!wires.has(wire!)) select(nodes.size ? [] : nodes, [wire!]);
  const [source, port, target] = wire!.split(":") as [string, string, string];
  return [
    { label: t("menu.insertInWire"), glyph: "plus", run: () => useView.setState({ quickAdd: { screen, place, wire: { source, port: Number(port), target } } }) },
    { label: t("wire.open"), glyph: "eye", run: () => useView.setState({ openWire: wire! }) }, "line",
    actionItem("split-wires-with-junctions"), actionItem("split-wire-with-link-nodes", "linkout"), "line", actionItem("delete-selection", "trash", true),
  ];
}

function onNode(): MenuEntry[] {
  const { nodes } = useSelection.getState();
  const entries = [...nodes].map((id) => currentDoc().entries[id]).filter((entry) => entry !== undefined);
  const button = entries.length === 1 && typeOf(entries[0]!.type)?.button === "inject";
  const offered = (names: ActionName[]) => names.filter(isEnabled).map((name) => actionItem(name));
  const groups = entries.some(isGroup);
  return [
    ...(button ? [actionItem("press-button", "play")] : []), actionItem("edit-selected-node", "pencil"),
    ...(entries.length === 1 && subflowOf(entries[0]!) ? [actionItem("edit-subflow-template", "subflow")] : []), "line",
    actionItem("copy-selection", "copy"), actionItem("cut-selection", "cut"), actionItem("duplicate-selection"), "line",
    ...(nodes.size > 1 ? [...offered(["wire-series-of-nodes", "wire-node-to-multiple", "wire-multiple-to-node", "align-selection-to-left", "align-selection-to-top", "distribute-selection-horizontally", "distribute-selection-vertically", "tidy-up"]), "line" as const] : []),
    actionItem("group-selection", "group"), ...offered(["ungroup-selection", "merge-selection-to-group", "add-selection-to-group", "remove-selection-from-group", ...(groups ? (["copy-group-style", "paste-group-style"] as const) : [])]), actionItem("convert-to-subflow", "subflow"), "line",
    [...membersDeep(currentDoc(), nodes)].every((id) => currentDoc().entries[id]?.d || currentDoc().entries[id]?.type === "group") ? actionItem("enable-selected-nodes", "power") : actionItem("disable-selected-nodes", "power"),
    ...offered(["show-selected-node-labels", "hide-selected-node-labels", "select-upstream-nodes", "select-downstream-nodes", "detach-selected-nodes"]), actionItem("copy-link", "ext"), "line",
    actionItem("delete-selection", "trash", true), actionItem("delete-selection-and-reconnect"),
  ];
}
