/** Actions that look, choose and go somewhere, and those that open a part of the shell. */
import { nearest, connected, type Direction } from "../canvas/select";
import { canvas, useView } from "../canvas/view";
import { centreOn, currentScene, fit, scroll, zoomBy, zoomTo } from "../canvas/viewport";
import { addTab, newTab, removeFlow } from "../document/actions/flows";
import { update } from "../document/actions/nodes";
import { addSubflow, newSubflow } from "../document/actions/subflows";
import { isTab } from "../document/flow";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { clearDebug, notify } from "../server/runtime";
import { copyText } from "./copyText";
import { deploy, setRunning } from "./deploy";
import { hideFlow, showEnd, turnTab, visibleTabs } from "./openFlows";
import { confirm, openDialog, openTray, type Panel, showPanel, useUi } from "./ui";
import { t } from "./words";

const flow = () => useSelection.getState().flow;
const tab = () => currentDoc().entries[flow()];
const isOnTab = () => Boolean(tab() && isTab(tab()!));
const some = () => useSelection.getState().nodes.size > 0;

function addFlow() {
  const doc = currentDoc();
  const made = newTab(t("flow.newName", { number: indexOf(doc).tabs.length + 1 }));
  act("history.addFlow", addTab(made, isOnTab() ? flow() : undefined));
  useSelection.getState().show(made.id);
}

/** There is always a flow to draw on. */
const isLastTab = (id: string) => indexOf(currentDoc()).tabs.every((entry) => entry.id === id);

export function deleteFlow(id = flow()) {
  const doc = currentDoc();
  const entry = doc.entries[id];
  if (!entry || entry.locked || isLastTab(id)) return;
  const inside = indexOf(doc).on(id).length + (entry.type === "subflow" ? indexOf(doc).users(id).length : 0);
  const proceed = () => {
    turnTab(-1);
    act("history.deleteFlow", removeFlow(currentDoc(), id));
    if (flow() === id || !currentDoc().entries[flow()]) useSelection.getState().show(visibleTabs()[0] ?? "");
  };
  if (inside) confirm(t("flow.deleteTitle", { name: String(entry.label ?? entry.name) }), t("flow.deleteText", { count: inside }), t("common.delete"), proceed);
  else proceed();
}

function showLastHidden() {
  const last = [...useSelection.getState().hidden].at(-1);
  if (!last) return;
  useSelection.getState().hide(last, false);
  useSelection.getState().show(last);
}

function createSubflow() {
  const made = newSubflow(t("subflow.newName"));
  act("history.subflow", addSubflow(made));
  useSelection.getState().openSubflow(made.id);
}

function spreadSelection(...ways: ("upstream" | "downstream")[]) {
  const { nodes, select } = useSelection.getState();
  select(connected(currentDoc(), currentScene(), nodes, ways));
}

function goTo(direction: Direction) {
  const { nodes, select } = useSelection.getState();
  const scene = currentScene();
  const from = [...nodes].at(-1) ?? scene.items.keys().next().value;
  if (!from) return;
  const next = nodes.size ? nearest(scene, from, direction) : from;
  if (!next) return;
  select([next]);
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
}

function copyLink() {
  const [id = flow()] = useSelection.getState().nodes;
  const kind = currentDoc().entries[id]?.type;
  const url = new URL(location.href);
  url.hash = kind === "tab" || kind === "subflow" ? `flow/${id}` : kind === "group" ? `group/${id}` : `node/${id}`;
  void copyText(url.href).then((done) => done && notify("info", t("notify.linkCopied"), { id: "copied" }));
}

const setFlow = (key: string, value: boolean) => act(`history.${key}`, update(flow(), { [key]: value ? true : key === "locked" ? undefined : false }));
const panel = (name: Panel) => ({ run: () => showPanel(name) });
const go = (direction: Direction) => ({ run: () => goTo(direction) });
const pan = (dx: number, dy: number) => ({ run: () => scroll(dx, dy) });

export const viewActions = {
  "zoom-in": { run: () => zoomBy(1.25) }, "zoom-out": { run: () => zoomBy(0.8) }, "zoom-reset": { run: () => zoomTo(1) },
  "zoom-fit": { run: () => fit() },
  "zoom-selection": { run: () => fit(useSelection.getState().nodes), enabled: some },
  "go-to-selection": { run: goToSelection, enabled: some },
  "toggle-map": { run: () => useView.setState(({ map }) => ({ map: !map })) },
  "toggle-grid": { run: () => useView.setState(({ grid }) => ({ grid: !grid })) },
  "toggle-snap": { run: () => useView.setState(({ snap }) => ({ snap: !snap })) },
  "select-all-nodes": { run: () => useSelection.getState().select(currentScene().items.keys()) },
  "select-none": { run: () => useSelection.getState().select([]) },
  "select-upstream-nodes": { run: () => spreadSelection("upstream"), enabled: some },
  "select-downstream-nodes": { run: () => spreadSelection("downstream"), enabled: some },
  "select-connected-nodes": { run: () => spreadSelection("upstream", "downstream"), enabled: some },
  "go-to-nearest-node-above": go("up"), "go-to-nearest-node-below": go("down"), "go-to-nearest-node-on-left": go("left"), "go-to-nearest-node-on-right": go("right"),
  "scroll-view-up": pan(0, -20), "scroll-view-down": pan(0, 20), "scroll-view-left": pan(-20, 0), "scroll-view-right": pan(20, 0),
  "step-view-up": pan(0, -200), "step-view-down": pan(0, 200), "step-view-left": pan(-200, 0), "step-view-right": pan(200, 0),
  "quick-add": { run: quickAddHere },
  "copy-link": { run: copyLink },
  "add-flow": { run: addFlow },
  "edit-flow": { run: () => openTray({ kind: tab()?.type === "subflow" ? "subflow" : "flow", id: flow() }), enabled: () => Boolean(tab()) },
  "delete-flow": { run: () => deleteFlow(), enabled: () => Boolean(tab()) && !tab()!.locked && !isLastTab(flow()) },
  "hide-flow": { run: () => hideFlow() }, "show-last-hidden-flow": { run: showLastHidden, enabled: () => useSelection.getState().hidden.size > 0 },
  "show-next-tab": { run: () => turnTab(1) }, "show-previous-tab": { run: () => turnTab(-1) },
  "show-first-tab": { run: () => showEnd(0) }, "show-last-tab": { run: () => showEnd(-1) },
  "enable-flow": { run: () => setFlow("disabled", false), enabled: () => isOnTab() && Boolean(tab()!.disabled) },
  "disable-flow": { run: () => setFlow("disabled", true), enabled: () => isOnTab() && !tab()!.disabled },
  "lock-flow": { run: () => setFlow("locked", true), enabled: () => isOnTab() && !tab()!.locked },
  "unlock-flow": { run: () => setFlow("locked", false), enabled: () => isOnTab() && Boolean(tab()!.locked) },
  "create-subflow": { run: createSubflow },
  "deploy-flows": { run: () => void deploy("full") }, "deploy-modified-flows": { run: () => void deploy("flows") },
  "deploy-modified-nodes": { run: () => void deploy("nodes") }, "restart-flows": { run: () => void deploy("reload", { checked: true }) },
  "start-flows": { run: () => void setRunning(true) }, "stop-flows": { run: () => void setRunning(false) },
  search: { run: () => useUi.setState({ command: "" }) }, "show-action-list": { run: () => useUi.setState({ command: ">" }) },
  "list-flows": { run: () => useUi.setState({ command: "flow:" }) },
  "show-import-dialog": { run: () => openDialog({ kind: "import" }) }, "show-export-dialog": { run: () => openDialog({ kind: "export" }) },
  "show-keyboard-shortcuts": { run: () => openDialog({ kind: "keys" }) }, "show-user-settings": { run: () => openDialog({ kind: "settings" }) }, "show-event-log": { run: () => openDialog({ kind: "events" }) },
  "show-system-info": { run: () => openDialog({ kind: "system" }) },
  "show-history": { run: () => openDialog({ kind: "history" }) },
  "manage-palette": { run: () => openDialog({ kind: "packages" }) },
  "show-info-tab": panel("info"), "show-help-tab": panel("help"), "show-debug-tab": panel("debug"), "show-config-tab": panel("config"),
  "show-context-tab": panel("context"), "show-explorer-tab": panel("explorer"), "show-problems-tab": panel("problems"),
  "toggle-right-sidebar": { run: () => useUi.setState(({ panel: open }) => ({ panel: open ? null : "info" })) },
  "toggle-left-sidebar": { run: () => useUi.setState(({ palette }) => ({ palette: !palette })) },
  "clear-debug-messages": { run: clearDebug },
  "theme-light": { run: () => useUi.setState({ theme: "light" }) }, "theme-dark": { run: () => useUi.setState({ theme: "dark" }) }, "theme-auto": { run: () => useUi.setState({ theme: "auto" }) },
} satisfies Record<string, { run: () => unknown; enabled?: () => boolean }>;

function goToSelection() {
  const [id] = useSelection.getState().nodes;
  const box = id && currentScene().items.get(id)?.box;
  if (box) centreOn(box);
}

/** At the pointer, or in the middle when the pointer is elsewhere. */
function quickAddHere() {
  const view = canvas.element?.getBoundingClientRect();
  if (!view || !canvas.flow) return;
  const screen = canvas.lastPointer ?? { x: view.x + view.width / 2, y: view.y + view.height / 3 };
  useView.setState({ quickAdd: { screen, place: canvas.flow.screenToFlowPosition(screen) } });
}
