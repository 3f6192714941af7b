/** Links of the chosen link nodes: dotted wires on this flow, names of what lies on others. */
import { ViewportPortal } from "@xyflow/react";
import { useSelection } from "../document/selection";
import { useDocument } from "../document/store";
import { t } from "../shell/words";
import { anatomyOf } from "./anatomy";
import { curvePath } from "./curve";
import { farLinks, virtualLinks } from "./flowElements";
import { boxIn, type Dragged, type Scene } from "./scene";
import { reveal } from "./viewport";

export function VirtualLinks({ scene, dragged }: { scene: Scene; dragged: Dragged }) {
  const doc = useDocument((state) => state.doc);
  const selected = useSelection((state) => state.nodes);
  const links = virtualLinks(doc, scene, selected);
  const far = [...selected].flatMap((id) => (doc.entries[id] && scene.items.has(id) ? farLinks(doc, doc.entries[id]!).map((other) => ({ id, other })) : []));
  if (!links.length && !far.length) return null;
  return (
    <ViewportPortal>
      <svg className="links" aria-hidden="true">
        {links.map(({ id, source, target }) => {
          const [from, to] = [boxIn(scene, dragged, source), boxIn(scene, dragged, target)];
          return <path key={id} className="wire virtual" d={curvePath({ x: from.x + from.w, y: from.y + from.h / 2 }, { x: to.x, y: to.y + to.h / 2 })} />;
        })}
      </svg>
      {far.map(({ id, other }, at) => {
        const box = boxIn(scene, dragged, id);
        const before = other.type === "link out" || other.type === "link call";
        const home = doc.entries[String(other.z)];
        return (
          <button type="button" key={`${id}${other.id}`} className="link-far nopan" style={{ transform: `translate(${before ? box.x - 12 : box.x + box.w + 12}px, ${box.y + at * 24}px)${before ? " translateX(-100%)" : ""}` }}
            title={t("node.goToLink")} onClick={() => reveal(other.id)}>
            {String(home?.label ?? home?.name ?? "")} · {anatomyOf(other).label}
          </button>
        );
      })}
    </ViewportPortal>
  );
}
