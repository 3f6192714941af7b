/** The page: bars around the canvas, everything that floats above it. */
import { type DragEvent, useEffect, useMemo, useSyncExternalStore } from "react";
import { Canvas } from "../canvas/Canvas";
import { listenForPinch } from "../canvas/pinch";
import { useView } from "../canvas/view";
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { clipboard, loadActions, run } from "./actions";
import { followKeyboard } from "./keyboardSpace";
import { handleKey, isTyping } from "./keys";
import { laterComponent, sayMissing } from "./later";
import { listenForLongPress } from "./longPress";
import { LostConnection, Notifications } from "./Notifications";
import { Palette } from "./Palette";
import { Rail, Side } from "./Rail";
import { Strip } from "./Strip";
import { TopBar } from "./TopBar";
import { openDialog, useUi } from "./ui";
import { t, useLanguage } from "./words";

/** The page shows the flow sooner without them. */
const Trays = laterComponent(() => import("./Trays"), () => useUi.setState({ trays: [] }));
const CommandBox = laterComponent(() => import("./CommandBox"), () => useUi.setState({ command: null }));
const Empty = laterComponent(() => import("./Empty"));
const ContextMenu = laterComponent(() => import("./ContextMenu"), () => useView.setState({ menu: null }));
const QuickAdd = laterComponent(() => import("./QuickAdd"), () => useView.setState({ quickAdd: null }));
const Dialogs = laterComponent(() => import("./Dialogs"), () => openDialog(null));
const SubflowTools = laterComponent(() => import("./SubflowTools"));
const WireMessage = laterComponent(() => import("./WireMessage"), () => useView.setState({ openWire: null }));
const Reading = laterComponent(() => import("./Reading"), () => useView.setState({ reading: null }));
const Mobile = laterComponent(() => import("./Mobile"));

export function App() {
  useLanguage();
  const palette = useUi((state) => state.palette);
  const panel = useUi((state) => state.panel);
  const mobile = useUi((state) => state.mobile);
  const editing = useUi((state) => state.trays.length > 0);
  const dialog = useUi((state) => state.dialog !== null);
  const command = useUi((state) => state.command !== null);
  const narrow = useNarrow();
  const quickAdd = useView((state) => state.quickAdd !== null);
  const menu = useView((state) => state.menu !== null);
  const wire = useView((state) => state.openWire !== null);
  const reading = useView((state) => state.reading !== null);
  const flow = useSelection((state) => state.flow);
  const subflow = useDocument((state) => state.doc.entries[flow]?.type === "subflow");
  const empty = useDocument((state) => state.doc.entries[flow]?.type === "tab" && !indexOf(state.doc).on(flow).length);
  useEffect(listen, []);
  return (
    <div className="app" data-palette={palette || undefined} data-panel={panel ?? undefined} data-mobile={mobile} data-editing={editing || undefined} onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()} onDrop={dropFile}>
      <TopBar />
      <LostConnection />
      <Palette />
      <main className="canvas" aria-label={t("canvas.label")}>
        <Canvas />
        {subflow && <SubflowTools id={flow} />}
        {empty && <Empty />}{wire && <WireMessage />}
        <div className="canvas-scrim" />
        {quickAdd && <QuickAdd />}{menu && <ContextMenu />}
        <Announcer />
      </main>
      <Side />
      <Rail />
      <Strip />
      {editing && <Trays />}{dialog && <Dialogs />}{command && <CommandBox />}{reading && <Reading />}{narrow && <Mobile />}
      <Notifications />
    </div>
  );
}

function useNarrow(): boolean {
  const query = useMemo(() => matchMedia("(max-width: 640px), (max-height: 500px) and (pointer: coarse)"), []);
  return useSyncExternalStore((changed) => {
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, () => query.matches);
}

/** Keys, clipboard and what else the whole page hears. */
function listen(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  followKeyboard(signal);
  listenForLongPress(signal);
  listenForPinch(signal);
  const canvasActive = () => {
    const { dialog, trays, command } = useUi.getState();
    return !dialog && !trays.length && command === null && !useView.getState().quickAdd;
  };
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !isTyping(event.target) && canvasActive()) {
      event.preventDefault();
      document.getElementById("palette-filter")?.focus();
      return;
    }
    focusBecomesSelection(event);
    handleKey(event, canvasActive());
  }, { signal });
  addEventListener("copy", (event) => onCopy(event, canvasActive()), { signal });
  addEventListener("cut", (event) => onCopy(event, canvasActive()) && clipboard()?.removeSelection(), { signal });
  addEventListener("paste", (event) => {
    if (isTyping(event.target) || !canvasActive()) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!clipboard()) void loadActions().then(({ clipboard: late }) => late.paste(text), sayMissing);
    else if (clipboard()!.paste(text)) event.preventDefault();
  }, { signal });
  return () => stop.abort();
}

function onCopy(event: ClipboardEvent, active: boolean): boolean {
  if (isTyping(event.target) || !active || getSelection()?.toString() || !event.clipboardData) return false;
  const early = !clipboard();
  if (early) run(event.type === "cut" ? "cut-selection" : "copy-selection");
  else if (!clipboard()!.copyTo(event.clipboardData)) return false;
  event.preventDefault();
  return !early;
}

/** Enter and Space act on the node that has the focus, chosen or not. */
function focusBecomesSelection(event: KeyboardEvent) {
  const id = (event.target as HTMLElement).closest?.<HTMLElement>(".react-flow__node")?.dataset.id;
  if (!id || (event.key !== "Enter" && event.key !== " ")) return;
  if (!useSelection.getState().nodes.has(id)) useSelection.getState().select([id]);
  if (event.key === " ") event.preventDefault();
}

function dropFile(event: DragEvent) {
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  void file.text().then((text) => openDialog({ kind: "import", text }));
}

/** Says what is chosen, for those who do not see it. */
function Announcer() {
  const nodes = useSelection((state) => state.nodes);
  return <p className="sr" aria-live="polite">{nodes.size > 1 ? t("canvas.chosen", { count: nodes.size }) : ""}</p>;
}
