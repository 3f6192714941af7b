/** What is shown and chosen is there: undo, a merge or another's deploy may take it away. */
import { indexOf } from "../document/index";
import { useSelection } from "../document/selection";
import { currentDoc, useDocument } from "../document/store";
import { currentScene } from "./viewport";

useDocument.subscribe(({ doc }, before) => {
  if (doc === before.doc) return;
  if (doc.entries[useSelection.getState().flow]) letGo();
  else showAnother();
});

function showAnother() {
  const { hidden, show, hide } = useSelection.getState();
  const { tabs } = indexOf(currentDoc());
  const next = tabs.find((entry) => !hidden.has(entry.id)) ?? tabs[0];
  if (!next) return;
  hide(next.id, false);
  show(next.id);
}

function letGo() {
  const { nodes, wires, select } = useSelection.getState();
  if (!nodes.size && !wires.size) return;
  const scene = currentScene();
  const drawn = new Set(wires.size ? scene.wires.map((wire) => wire.id) : []);
  const [here, wiresHere] = [[...nodes].filter((id) => scene.items.has(id)), [...wires].filter((id) => drawn.has(id))];
  if (here.length < nodes.size || wiresHere.length < wires.size) select(here, wiresHere);
}
