/** Junctions in wires: those that begin or end together share one. */
import { putInto } from "../document/actions/groups";
import { add } from "../document/actions/nodes";
import { splice } from "../document/actions/wires";
import { type FlowEntry, textOf } from "../document/flow";
import type { Wire } from "../document/index";
import { useSelection } from "../document/selection";
import { act, currentDoc } from "../document/store";
import { sizeOf } from "./anatomy";
import type { Point } from "./curve";
import { createJunction, onGrid } from "./insert";

/** Each wire comes with the place where it wants its junction. One step, and the junctions are chosen. */
export function addJunctions(places: ReadonlyMap<Wire, Point>) {
  if (!places.size) return;
  const { flow, select } = useSelection.getState();
  const made = bundles([...places.keys()]).map((wires) => ({ wires, junction: createJunction(flow, onGrid(middle(wires.map((wire) => places.get(wire)!)))) }));
  act("history.junction", (draft) => {
    for (const { wires, junction } of made) {
      add([junction])(draft);
      wires.forEach((wire) => splice(wire, junction.id)(draft));
      const home = commonGroup(wires);
      if (home) putInto(home, [junction.id], sizeOf)(draft);
    }
  });
  select(made.map(({ junction }) => junction.id));
}

/** Wires with the same source port or the same target, the largest bundles first; each wire is in one. */
function bundles(wires: readonly Wire[]): Wire[][] {
  const byEnd = [...Map.groupBy(wires, ({ source, port }) => `${source}:${port}`).values(), ...Map.groupBy(wires, ({ target }) => target).values()];
  const taken = new Set<Wire>();
  return byEnd.sort((one, other) => other.length - one.length).flatMap((bundle) => {
    const left = bundle.filter((wire) => !taken.has(wire));
    left.forEach((wire) => taken.add(wire));
    return left.length ? [left] : [];
  });
}

const middle = (points: readonly Point[]): Point => ({ x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) });
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The group that holds all ends, or nothing. */
function commonGroup(wires: readonly Wire[]): string {
  const { entries } = currentDoc();
  const groupOf = (entry: FlowEntry | undefined) => (entry ? textOf(entry, "g") : "");
  const homes = new Set(wires.flatMap(({ source, target }) => [groupOf(entries[source]), groupOf(entries[target])]));
  return homes.size === 1 ? [...homes][0]! : "";
}
