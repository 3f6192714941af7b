/** `<fe-typed-input>`: a value and what it means. Two fields, one control; a plain control inside it is one more type. */
import type { ReadField } from "./conditions";
import { fillPlain, type PlainControl, valueOf } from "./controls";
import { expand } from "./expand";
import { FieldElement, make } from "./field";
import { glyph } from "./glyph";
import { hostOf } from "./host";
import { popup } from "./popup";
import { broken, typedValid } from "./rules";
import { known, plainType, typesFrom, type ValueType } from "./types";
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
  private readonly inside = make("span", { class: "typed-value typed-plain" });
  private plain: PlainControl | null = null;
  /** Whether the node holds an empty text, which then stays. */
  private filledEmpty = false;
  /** The rule that the value breaks. */
  fault: string | null = null;
  private readonly paths = make("datalist", { id: `fe-paths-${++count}` });

  get typeName() {
    return this.getAttribute("type-name") ?? "";
  }

  override names() {
    return [this.name, this.typeName].filter(Boolean);
  }

  read(): Record<string, unknown> {
    if (!this.type) return {};
    if (this.type.plain) return this.saysNothing() ? {} : { [this.name]: valueOf(this.plain!) };
    return this.typeName ? { [this.name]: this.value, [this.typeName]: this.type.value } : { [this.name]: this.value };
  }

  /** A number or JSON of which nothing has been typed is no value; an empty text is one. */
  private saysNothing(): boolean {
    const { value, dataset } = this.plain!;
    return value === "" && !this.filledEmpty && (dataset.type === "number" || dataset.type === "json");
  }

  fill(read: ReadField) {
    const type = this.typeName ? read(this.typeName) : undefined;
    const value = read(this.name);
    if (this.plain && !type) {
      this.use(this.types[0]!);
      this.filledEmpty = value === "";
      fillPlain(this.plain, value);
    } else if (type !== undefined) this.use(this.find(String(type)));
    if (this.type.plain) return this.filled();
    if (value !== undefined && value !== null) this.value = typeof value === "object" ? JSON.stringify(value) : String(value);
    if (this.type.options?.length === 1) this.value = this.type.options[0]![0];
    this.kept.set(this.type.value, this.value);
    this.filled();
  }

  private filled() {
    this.show();
    this.submit();
  }

  /** Where a label leads. */
  override focus() {
    (this.type.plain ? this.plain! : (this.slot_.querySelector<HTMLElement>("input, select") ?? this.button)).focus();
  }

  private takeInside() {
    this.plain = this.querySelector<PlainControl>("input:not([type=range]), select, textarea");
    if (!this.plain) return;
    this.plain.setAttribute("aria-label", this.label());
    this.inside.append(...this.childNodes);
    this.types.unshift(plainType(this.getAttribute("literal") ?? "str"));
    this.inside.addEventListener("input", () => this.check());
    this.inside.addEventListener("input", () => this.submit());
    this.append(this.inside);
  }

  protected build() {
    this.types = typesFrom(this.getAttribute("types"));
    this.takeInside();
    this.addEventListener("click", (event) => {
      if (event.target !== this) return;
      if (this.type.plain && this.plain instanceof HTMLInputElement && this.plain.type === "checkbox") this.plain.click();
      else this.focus();
    });
    this.value = this.getAttribute("value") ?? "";
    this.type = this.find(this.getAttribute("default-type") ?? this.types[0]!.value);
    this.classList.add("field", "typed");
    this.button.addEventListener("click", () => this.openTypes());
    this.button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      this.openTypes();
    });
    this.prepend(this.button);
    this.append(this.slot_, this.paths);
    this.show();
  }

  /** A type the element does not offer is shown by its name rather than lost. */
  private find(name: string): ValueType {
    return this.types.find((type) => type.value === name) ?? known(name);
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
    this.focus();
  }

  private openTypes() {
    this.button.classList.add("open");
    popup(this.button, t("typed.kind"), this.types.map((type) => ({ symbol: type.symbol, label: type.label, on: type.value === this.type.value, run: () => this.choose(type) })), () => this.button.classList.remove("open"));
  }

  private show() {
    this.button.replaceChildren(this.type.symbol, ...(this.types.length > 1 ? [glyph("down", "xs")] : []));
    this.button.disabled = this.types.length < 2;
    this.button.title = this.type.label;
    this.button.setAttribute("aria-label", `${this.type.symbol} ${this.type.label}`);
    this.classList.toggle("literal", this.type.plain ?? false);
    this.inside.hidden = !this.type.plain;
    this.slot_.hidden = this.type.plain ?? false;
    this.slot_.replaceChildren(...this.editor());
    this.check();
  }

  private editor(): Node[] {
    if (!this.type.hasValue || this.type.plain || this.type.options?.length === 1) return [];
    if (this.type.config) return [this.select(this.configs())];
    if (this.type.options) return [this.select(this.type.options)];
    const secret = this.type.value === "cred";
    const input = make("input", { value: this.value, type: secret ? "password" : "text", placeholder: this.getAttribute("placeholder") ?? undefined, spellcheck: "false", autocomplete: "off", "aria-label": this.label(), list: this.isPath() ? this.paths.id : undefined });
    input.addEventListener("input", () => this.typed(input.value));
    if (this.isPath()) input.addEventListener("focus", () => void this.offerPaths(), { once: true });
    return this.type.language ? [input, this.expander(input)] : [input];
  }

  private isPath() {
    return ["msg", "flow", "global", "env"].includes(this.type.value);
  }

  private async offerPaths() {
    const paths = (await hostOf(this)?.paths(this.type.value)) ?? [];
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
    this.fault = this.type.plain ? broken(valueOf(this.plain!), { required: this.required, validate: this.plain!.dataset.validate }, () => undefined) : this.broken();
    this.plain?.classList.toggle("bad", this.type.plain === true && this.fault !== null);
    this.classList.toggle("bad", !this.type.plain && this.fault !== null);
  }

  /** What is evaluated in place of a plain value has to say something. */
  private broken(): string | null {
    if (this.value === "") return (this.required || this.plain) && this.type.hasValue && !this.type.options ? "required" : null;
    return /\$\{/.test(this.value) || typedValid(this.value, this.type.value) ? null : "typed";
  }

  private label(): string {
    return this.getAttribute("aria-label") ?? (document.querySelector(`label[for="${CSS.escape(this.id)}"]`)?.textContent?.replace("*", "").trim() || this.name);
  }
}
