/** `<fe-list>`: rows of controls, added, removed and reordered by drag or keys. */
import { type ReadField, holds } from "./conditions";
import { controlsIn, fill, namesOf, readAll, showParts, type Values } from "./controls";
import { FieldElement, make } from "./field";
import { glyph } from "./glyph";
import { hostOf } from "./host";
import { Inherited } from "./inherited";
import { t } from "../shell/words";

/** `kept`: the row in the file; keys without a control that is shown stay as they were. `began`: what its controls said first. */
type Row = HTMLElement & { origin: number | null; kept: Values; began: Values };

export class List extends FieldElement {
  private template: HTMLTemplateElement | null = null;
  private inherited: Inherited | null = null;
  private readonly rows = make("div", { class: "lst-rows", role: "list" });

  /** For each row the place it had when the form opened; null for a new one. */
  get origins(): (number | null)[] {
    return this.all().map((row) => row.origin);
  }

  override names() {
    return [this.name, this.getAttribute("counts") ?? "", ...(this.inherited?.submitted() ?? [])].filter(Boolean);
  }

  read(): Record<string, unknown> {
    if (!this.template) return {};
    const states = this.all().map((row) => ({ raw: row.kept, began: row.began, now: readAll(cellsOf(row), true) }));
    const { items, fields } = this.inherited?.written(states) ?? { items: states.map(({ raw, now }) => ({ ...raw, ...now })), fields: {} };
    const counts = this.getAttribute("counts");
    return { ...(this.name && { [this.name]: this.packed(items) }), ...(counts && { [counts]: items.length }), ...fields };
  }

  fill(read: ReadField) {
    const value = this.inherited?.rowsWithout(this.name, hostOf(this)?.entry) ?? read(this.name);
    if (value === undefined) return;
    const items = this.unpacked(value);
    this.inherited?.begin(items, read);
    this.rows.replaceChildren();
    items.forEach((item, at) => this.add(item, at));
    this.submit();
  }

  protected build() {
    this.template = this.querySelector("template");
    const inherits = this.getAttribute("inherits");
    if (inherits) this.inherited = new Inherited(inherits);
    this.classList.add("lst");
    const add = make("button", { type: "button", class: "lst-add", onclick: () => this.addNew() }, glyph("plus"), this.getAttribute("add-label") ?? t("list.add"));
    this.append(this.rows, add);
    this.addEventListener("input", () => this.showRows());
    for (let at = 0; at < Number(this.getAttribute("min") ?? 0); at++) this.add(this.fresh(), null);
  }

  private all(): Row[] {
    return [...this.rows.children] as Row[];
  }

  private fresh(): Values {
    return this.json<Values>("default", {});
  }

  private packed(items: Values[]): unknown {
    if (this.hasAttribute("scalar")) return items.map((item) => item.value);
    if (this.hasAttribute("object")) return Object.fromEntries(items.filter((item) => item.key !== "").map((item) => [String(item.key), item.value]));
    return items;
  }

  private unpacked(value: unknown): Values[] {
    if (this.hasAttribute("object")) return Object.entries((value as object) ?? {}).map(([key, one]) => ({ key, value: one }));
    const list = Array.isArray(value) ? value : [];
    return this.hasAttribute("scalar") ? list.map((one) => ({ value: one })) : list;
  }

  private addNew() {
    if (this.all().length >= Number(this.getAttribute("max") ?? Infinity)) return;
    const row = this.add(this.fresh(), null);
    this.changed();
    row.querySelector<HTMLElement>("input, select, .ty")?.focus();
  }

  private add(item: Values, origin: number | null): Row {
    const cells = make("div", { class: "lst-cells" });
    const grip = make("button", { type: "button", class: "grip", title: t("list.move"), "aria-label": t("list.move") }, glyph("grip"));
    const remove = make("button", { type: "button", class: "ib", title: t("list.remove"), "aria-label": t("list.remove") }, glyph("x"));
    const row = make("div", { class: "lst-row", role: "listitem" }, grip, cells, remove) as unknown as Row;
    cells.append(this.template!.content.cloneNode(true));
    this.rows.append(row);
    row.origin = origin;
    const shown = this.inherited?.shown(item) ?? item;
    for (const control of controlsIn(cells)) {
      fill(control, (name) => shown[name]);
      if (!control.hasAttribute("aria-label") && !("labels" in control && control.labels?.length)) control.setAttribute("aria-label", `${control.getAttribute("placeholder") ?? namesOf(control)[0]} ${this.all().length}`);
    }
    row.kept = item;
    remove.addEventListener("click", () => this.removeRow(row));
    grip.addEventListener("pointerdown", (event) => this.drag(event, row, grip));
    grip.addEventListener("keydown", (event) => this.moveByKey(event, row, grip));
    this.showRow(row, false);
    row.began = readAll(cells, true);
    return row;
  }

  private removeRow(row: Row) {
    if (this.all().length <= Number(this.getAttribute("min") ?? 0)) return;
    row.remove();
    this.changed();
  }

  private drag(event: PointerEvent, row: Row, grip: HTMLElement) {
    grip.setPointerCapture(event.pointerId);
    row.classList.add("dragged");
    grip.onpointermove = ({ clientY }) => {
      const other = this.all().find((one) => one !== row && clientY >= one.getBoundingClientRect().top && clientY <= one.getBoundingClientRect().bottom);
      if (!other) return;
      const { top, height } = other.getBoundingClientRect();
      if (clientY < top + height / 2) other.before(row);
      else other.after(row);
    };
    grip.onpointerup = grip.onpointercancel = () => {
      grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
      row.classList.remove("dragged");
      this.changed();
    };
  }

  private moveByKey(event: KeyboardEvent, row: Row, grip: HTMLElement) {
    if (event.key === "ArrowUp" && row.previousElementSibling) row.previousElementSibling.before(row);
    else if (event.key === "ArrowDown" && row.nextElementSibling) row.nextElementSibling.after(row);
    else return;
    event.preventDefault();
    grip.focus();
    this.changed();
  }

  private showRows() {
    this.all().forEach((row) => this.showRow(row, true));
    this.submit();
  }

  /** `data-show-if` inside a row means the row's own fields; the second round sees which of two namesakes is shown now. */
  private showRow(row: Row, edited: boolean) {
    for (let round = 0; round < 2; round++) {
      const cells = cellsOf(row);
      const values = readAll(cells);
      showParts(cells, [...cells.querySelectorAll<HTMLElement>("[data-show-if]")], (condition) => holds(condition, (name) => values[name]), edited);
    }
  }
}

const cellsOf = (row: HTMLElement) => row.querySelector<HTMLElement>(".lst-cells")!;
