/** `<fe-typed-input>`: a value and what it means. Two fields, one control. */
import type { ReadField } from "./conditions";
import { expand } from "./expand";
import { FieldElement, make } from "./field";
import { glyph } from "./glyph";
import { hostOf } from "./host";
import { popup } from "./popup";
import { typedValid } from "./rules";
import { typesFrom, type ValueType } from "./types";
import { t } from "../shell/words";

let count = 0;

export class TypedInput extends FieldElement {
  private types: ValueType[] = [];
  private type!: ValueType;
  private value = "";
  /** What was typed for each type, so trying another loses nothing. */
  private readonly kept = new Map<string, string>();
  private readonly button = make("button", { type: "button", class: "ty", "aria-haspopup": "listbox" });
  private readonly slot_ = make("span", { class: "typed-value" });
  private readonly paths = make("datalist", { id: `fe-paths-${++count}` });

  get typeName() {
    return this.getAttribute("type-name") ?? "";
  }

  override names() {
    return [this.name, this.typeName].filter(Boolean);
  }

  read(): Record<string, unknown> {
    if (!this.type) return {};
    return this.typeName ? { [this.name]: this.value, [this.typeName]: this.type.value } : { [this.name]: this.value };
  }

  fill(read: ReadField) {
    const type = this.typeName ? read(this.typeName) : undefined;
    const value = read(this.name);
    if (type !== undefined) this.use(this.find(String(type)));
    if (value !== undefined && value !== null) this.value = typeof value === "object" ? JSON.stringify(value) : String(value);
    if (this.type.options?.length === 1) this.value = this.type.options[0]![0];
    this.kept.set(this.type.value, this.value);
    this.show();
    this.submit();
  }

  protected build() {
    this.types = typesFrom(this.getAttribute("types"));
    this.value = this.getAttribute("value") ?? "";
    this.type = this.find(this.getAttribute("default-type") ?? this.types[0]!.value);
    this.classList.add("field", "typed");
    this.button.addEventListener("click", () => this.openTypes());
    this.button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      this.openTypes();
    });
    this.append(this.button, this.slot_, this.paths);
    this.show();
  }

  /** A type the element does not offer is shown by its name rather than lost. */
  private find(name: string): ValueType {
    return this.types.find((type) => type.value === name) ?? { value: name, symbol: name, label: name, hasValue: true };
  }

  private use(type: ValueType) {
    this.kept.set(this.type.value, this.value);
    this.type = type;
  }

  /** A type that only the other control offers has no meaning here. */
  override takeOver() {
    if (this.types.includes(this.type)) return;
    this.turnInto(this.types[0]!);
    this.submit();
  }

  private turnInto(type: ValueType) {
    this.use(type);
    const options = type.options?.map(([value]) => value);
    const before = this.kept.get(type.value) ?? this.value;
    this.value = options && !options.includes(before) ? (options[0] ?? "") : type.hasValue ? before : "";
    this.show();
  }

  private choose(type: ValueType) {
    this.turnInto(type);
    this.changed();
    (this.slot_.querySelector("input, select") as HTMLElement | null)?.focus();
  }

  private openTypes() {
    this.button.classList.add("open");
    popup(this.button, this.types.map((type) => ({ symbol: type.symbol, label: type.label, on: type.value === this.type.value, run: () => this.choose(type) })), () => this.button.classList.remove("open"));
  }

  private show() {
    this.button.replaceChildren(this.type.symbol, ...(this.types.length > 1 ? [glyph("down", "xs")] : []));
    this.button.disabled = this.types.length < 2;
    this.button.title = this.type.label;
    this.button.setAttribute("aria-label", `${this.type.symbol} ${this.type.label}`);
    this.slot_.replaceChildren(...this.editor());
    this.check();
  }

  private editor(): Node[] {
    if (!this.type.hasValue || this.type.options?.length === 1) return [];
    if (this.type.config) return [this.select(this.configs())];
    if (this.type.options) return [this.select(this.type.options)];
    const secret = this.type.value === "cred";
    const input = make("input", { value: this.value, type: secret ? "password" : "text", placeholder: this.getAttribute("placeholder") ?? undefined, spellcheck: "false", autocomplete: "off", "aria-label": this.label(), list: this.isPath() ? this.paths.id : undefined });
    input.addEventListener("input", () => this.typed(input.value));
    if (this.isPath()) input.addEventListener("focus", () => void this.offerPaths(), { once: true });
    return this.type.language ? [input, this.expander(input)] : [input];
  }

  private isPath() {
    return this.type.value === "msg";
  }

  private async offerPaths() {
    const paths = (await hostOf(this)?.paths()) ?? [];
    this.paths.replaceChildren(...paths.map((path) => make("option", { value: path })));
  }

  private configs(): [string, string][] {
    const host = hostOf(this);
    return [["", t("config.choose")], ...(host?.configs(this.type.config!) ?? []).map((entry): [string, string] => [entry.id, host!.labelOf(entry)])];
  }

  private select(options: [string, string][]) {
    const select = make("select", { "aria-label": this.label() }, ...options.map(([value, label]) => make("option", { value, selected: value === this.value }, label)));
    select.value = this.value;
    select.addEventListener("change", () => this.typed(select.value));
    return select;
  }

  private expander(input: HTMLInputElement) {
    const open = async () => {
      const text = await expand(this.value, this.type.language!, this.type.label);
      if (text === null) return;
      input.value = text;
      this.typed(text);
    };
    return make("button", { type: "button", class: "expand", title: t("typed.expand"), "aria-label": t("typed.expand"), onclick: () => void open() }, glyph("ext", "xs"));
  }

  private typed(value: string) {
    this.value = value;
    this.check();
    this.changed();
  }

  private check() {
    const wrong = this.value !== "" && !/\$\{/.test(this.value) && !typedValid(this.value, this.type.value);
    this.classList.toggle("bad", wrong || (this.required && this.type.hasValue && this.value === "" && !this.type.options));
  }

  private label(): string {
    return this.getAttribute("aria-label") ?? (document.querySelector(`label[for="${CSS.escape(this.id)}"]`)?.textContent?.replace("*", "").trim() || this.name);
  }
}
