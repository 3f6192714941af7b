/** `<fe-config>`, `<fe-nodes>`, `<fe-scope>`, `<fe-secret>` and `<fe-tabs>`: choosing what is elsewhere, and keeping what is secret. */
import type { ReadField } from "./conditions";
import { FieldElement, make } from "./field";
import { glyph } from "./glyph";
import { hostOf } from "./host";
import { t } from "../shell/words";

export class Config extends FieldElement {
  private value = "";
  /** Whether what is chosen is there. */
  private known = false;
  private stopWatching: (() => void) | undefined;
  private readonly select = make("select", { class: "field grow" });
  private readonly edit = make("button", { type: "button", class: "ib" }, glyph("pencil", ""));
  private readonly result = make("p", { class: "hint", "aria-live": "polite" });

  get type() {
    return this.getAttribute("type") ?? "";
  }

  read() {
    return { [this.name]: this.value };
  }

  fill(read: ReadField) {
    this.value = String(read(this.name) ?? "");
    this.show();
    this.submit();
  }

  protected build() {
    const line = make("div", { class: "line" }, this.select, this.edit);
    if (this.hasAttribute("test")) line.append(make("button", { type: "button", class: "btn", onclick: () => void this.test() }, t("config.test")));
    this.append(line, this.result);
    this.select.addEventListener("change", () => (this.select.value === NEW ? this.open(null) : this.take(this.select.value)));
    this.edit.addEventListener("click", () => this.open(this.value || null));
    this.show();
  }

  override connectedCallback() {
    super.connectedCallback();
    this.stopWatching = hostOf(this)?.watchConfigs?.(() => this.follow());
  }

  disconnectedCallback() {
    this.stopWatching?.();
  }

  /** A config node that is deleted while it is chosen here is chosen no more. */
  private follow() {
    const { known } = this;
    this.show();
    if (known && !this.known) this.take("");
  }

  private show() {
    const host = hostOf(this);
    const entries = host?.configs(this.type) ?? [];
    const known = (this.known = entries.some((entry) => entry.id === this.value));
    const option = (value: string, label: string) => make("option", { value, selected: value === this.value }, label);
    this.select.replaceChildren(
      option("", t("config.choose")), ...entries.map((entry) => option(entry.id, host!.labelOf(entry))),
      ...(this.value && !known ? [option(this.value, t("config.missing", { id: this.value }))] : []), option(NEW, t("config.addNew")));
    this.select.value = this.value;
    this.select.setAttribute("aria-label", this.name);
    this.select.classList.toggle("bad", (this.required && !this.value) || (Boolean(this.value) && !known));
    this.edit.title = t(this.value ? "common.edit" : "config.addNew");
    this.edit.setAttribute("aria-label", this.edit.title);
    this.edit.replaceChildren(glyph(this.value ? "pencil" : "plus", ""));
  }

  private open(id: string | null) {
    hostOf(this)?.editConfig(this.type, id, (made) => {
      if (made === null) this.show();
      else this.take(made);
    });
  }

  private take(id: string) {
    this.value = id;
    this.result.replaceChildren();
    this.show();
    this.changed();
  }

  private async test() {
    if (!this.value) return;
    this.result.className = "hint";
    this.result.replaceChildren(make("i", { class: "st live" }), t("config.testing"));
    const { ok, message } = await (hostOf(this)?.testConfig(this.value) ?? Promise.resolve({ ok: false, message: "" })).catch((error: Error) => ({ ok: false, message: error.message }));
    this.result.className = ok ? "hint ok" : "hint err";
    this.result.replaceChildren(ok ? glyph("check", "xs") : make("i", { class: "st err" }), message);
  }
}

const NEW = "+";

export class Nodes extends FieldElement {
  protected chosen: string[] = [];
  protected readonly filter = make("input", { type: "search", class: "field", placeholder: t("nodes.filter"), "aria-label": t("nodes.filter") });
  protected readonly list = make("div", { class: "node-list", role: "group" });

  read(): Record<string, unknown> {
    const single = this.hasAttribute("single") && this.getAttribute("single") !== "list";
    return { [this.name]: single ? (this.chosen[0] ?? "") : this.chosen };
  }

  fill(read: ReadField) {
    const value = read(this.name);
    this.chosen = Array.isArray(value) ? value.map(String) : value ? [String(value)] : [];
    this.show();
    this.submit();
  }

  protected build() {
    this.classList.add("nodes-picker");
    this.filter.addEventListener("input", (event) => {
      event.stopPropagation();
      this.show();
    });
    this.list.setAttribute("aria-label", labelOf(this));
    this.append(this.filter, this.list);
    this.show();
  }

  protected show() {
    const types = (this.getAttribute("types") ?? "").split(",").map((type) => type.trim()).filter(Boolean);
    const wanted = this.filter.value.toLowerCase();
    const offered = (hostOf(this)?.nodes(types, this.hasAttribute("everywhere")) ?? []).filter(({ label, where, entry }) => `${label} ${where} ${entry.type}`.toLowerCase().includes(wanted) || this.chosen.includes(entry.id));
    this.list.replaceChildren(...offered.map(({ entry, label, where }) => {
      const single = this.hasAttribute("single");
      const box = make("input", { type: single ? "radio" : "checkbox", checked: single ? this.chosen[0] === entry.id : this.chosen.includes(entry.id) });
      box.addEventListener("change", (event) => {
        event.stopPropagation();
        this.toggle(entry.id, box.checked);
      });
      return make("label", {}, box, make("span", { class: "ell grow", title: label }, label), make("span", { class: "muted ell" }, this.hasAttribute("everywhere") ? where : entry.type));
    }), ...(offered.length ? [] : [make("p", { class: "none" }, t("nodes.none"))]));
  }

  private toggle(id: string, on: boolean) {
    if (this.hasAttribute("single")) this.chosen = on ? [id] : [];
    else this.chosen = on ? [...this.chosen, id] : this.chosen.filter((other) => other !== id);
    if (this.hasAttribute("single")) this.show();
    this.changed();
  }
}

/** The words beside an element, for those who do not see them there. */
const labelOf = (element: Nodes) => document.getElementById(`${element.id}-label`)?.textContent?.trim() || element.name;

type Reach = "all" | "group" | "chosen";

/** All nodes (null), those of the node's group ("group"), or some (their ids). */
export class Scope extends Nodes {
  private reach: Reach = "all";
  private readonly select = make("select", { class: "field" });

  override read() {
    return { [this.name]: this.reach === "all" ? null : this.reach === "group" ? "group" : this.chosen };
  }

  override fill(read: ReadField) {
    const value = read(this.name);
    this.reach = Array.isArray(value) ? "chosen" : value === "group" ? "group" : "all";
    this.chosen = Array.isArray(value) ? value.map(String) : [];
    this.show();
    this.submit();
  }

  protected override build() {
    const labels = (["all", "group", "chosen"] as const).map((reach) => make("option", { value: reach }, this.getAttribute(reach) ?? reach));
    this.select.append(...labels);
    this.select.setAttribute("aria-label", labelOf(this));
    this.select.addEventListener("change", (event) => {
      event.stopPropagation();
      this.reach = this.select.value as Reach;
      this.show();
      this.changed();
    });
    this.select.addEventListener("input", (event) => event.stopPropagation());
    this.append(this.select);
    super.build();
  }

  protected override show() {
    this.select.value = this.reach;
    this.filter.hidden = this.list.hidden = this.reach !== "chosen";
    super.show();
  }
}

export class Secret extends FieldElement {
  private value: string | null = null;

  /** Nothing while the stored one stays. */
  read(): Record<string, unknown> {
    return this.value === null ? {} : { [this.name]: this.value };
  }

  fill(read: ReadField) {
    const typed = read(this.name);
    this.value = typeof typed === "string" ? typed : null;
    this.show();
    this.submit();
  }

  protected build() {
    this.classList.add("field", "secret");
    this.show();
  }

  private show() {
    const stored = Boolean(hostOf(this)?.credentials[`has_${this.name}`]);
    this.replaceChildren(glyph("lock"), ...(stored && this.value === null ? this.kept() : this.input(stored)));
  }

  private kept(): Node[] {
    const replace = () => {
      this.value = "";
      this.show();
      this.querySelector("input")?.focus();
      this.changed();
    };
    return [make("span", { class: "grow dots" }, "••••••••"), make("span", { class: "muted" }, t("secret.stored")), make("button", { type: "button", class: "link", onclick: replace }, t("secret.replace"))];
  }

  private input(stored: boolean): Node[] {
    const input = make("input", { type: "password", value: this.value ?? "", placeholder: stored ? t("secret.empty") : undefined, autocomplete: "new-password", class: "grow", "aria-label": this.name });
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      this.value = input.value;
      this.changed();
    });
    return [input];
  }
}

export class TabSet extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(":scope > [role=tablist]")) return;
    const sections = [...this.children].filter((child): child is HTMLElement => child instanceof HTMLElement && child.dataset.tab !== undefined);
    const tabs = sections.map((section) => make("button", { type: "button", role: "tab", onclick: () => show(section) }, section.dataset.tab!));
    const show = (chosen: HTMLElement) => sections.forEach((section, at) => {
      section.hidden = section !== chosen;
      tabs[at]!.setAttribute("aria-selected", String(section === chosen));
      tabs[at]!.className = section === chosen ? "on" : "";
    });
    this.prepend(make("div", { role: "tablist", class: "seg" }, ...tabs));
    const first = sections.find((section) => section.hasAttribute("data-first")) ?? sections[0];
    if (first) show(first);
  }
}
