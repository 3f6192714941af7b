/** `<fe-list>`: rows of controls, added, removed and reordered by drag or keys. */
import { type ReadField, holds } from "./conditions";
import { controlsIn, fill, namesOf, readOne, type Values } from "./controls";
import { FieldElement, make } from "./field";
import { glyph } from "./glyph";
import { t } from "../shell/words";

/** `kept`: what the row began with; keys without a control that is shown stay as they were. */
type Row = HTMLElement & { origin: number | null; kept: Values };

export class List extends FieldElement {
  private template: HTMLTemplateElement | null = null;
  private readonly rows = make("div", { class: "lst-rows", role: "list" });

  /** For each row the place it had when the form opened; null for a new one. */
  get origins(): (number | null)[] {
    return this.all().map((row) => row.origin);
  }

  override names() {
    return [this.name, this.getAttribute("counts") ?? ""].filter(Boolean);
  }

  read(): Record<string, unknown> {
    if (!this.template) return {};
    const items = this.all().map((row) => ({ ...row.kept, ...valuesIn(row, true) }));
    const counts = this.getAttribute("counts");
    return { ...(this.name && { [this.name]: this.packed(items) }), ...(counts && { [counts]: items.length }) };
  }

  fill(read: ReadField) {
    const value = read(this.name);
    if (value === undefined) return;
    this.rows.replaceChildren();
    this.unpacked(value).forEach((item, at) => this.add(item, at));
    this.submit();
  }

  protected build() {
    this.template = this.querySelector("template");
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
    for (const control of controlsIn(cells)) {
      fill(control, (name) => item[name]);
      if (!control.hasAttribute("aria-label") && !("labels" in control && control.labels?.length)) control.setAttribute("aria-label", `${control.getAttribute("placeholder") ?? namesOf(control)[0]} ${this.all().length}`);
    }
    row.kept = item;
    remove.addEventListener("click", () => this.removeRow(row));
    grip.addEventListener("pointerdown", (event) => this.drag(event, row, grip));
    grip.addEventListener("keydown", (event) => this.moveByKey(event, row, grip));
    this.showRow(row);
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
    this.all().forEach((row) => this.showRow(row));
    this.submit();
  }

  /** `data-show-if` inside a row means the row's own fields; the second round sees which of two namesakes is shown now. */
  private showRow(row: Row) {
    for (let round = 0; round < 2; round++) {
      const values = valuesIn(row, false);
      for (const part of row.querySelectorAll<HTMLElement>("[data-show-if]")) part.hidden = !holds(part.dataset.showIf!, (name) => values[name]);
    }
  }
}

/** Values of a row. Of two controls with one name the one that is shown counts. */
function valuesIn(row: HTMLElement, shownOnly: boolean): Values {
  const cells = row.querySelector<HTMLElement>(".lst-cells")!;
  const hidden = (control: HTMLElement) => {
    const part = control.closest("[hidden]");
    return part !== null && cells.contains(part);
  };
  const controls = controlsIn(cells).filter((control) => !control.disabled);
  const before = shownOnly ? [] : controls.filter(hidden);
  return Object.assign({}, ...[...before, ...controls.filter((control) => !hidden(control))].map(readOne));
}
