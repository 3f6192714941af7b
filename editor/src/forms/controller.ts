/** A form at work: fills it from the node, shows and hides, offers what is optional, judges, and reads it back. */
import type { FlowEntry } from "../document/flow";
import type { FieldDescriptor, TypeDescriptor } from "../server/descriptors";
import { t } from "../shell/words";
import { Code } from "./code";
import { holds } from "./conditions";
import { type Control, controlsIn, fill, namesOf, readAll, showParts, type Values } from "./controls";
import { FieldElement, make } from "./field";
import { difference, valueIn } from "./formData";
import { List } from "./list";
import { Methods } from "./methods";
import { broken } from "./rules";
import { TypedInput } from "./typedInput";

interface Options {
  form: HTMLFormElement;
  entry: FlowEntry;
  descriptor: TypeDescriptor | undefined;
  /** Credentials: typed in this session first, then text ones of the server. */
  credentials: Values;
  loadMethod(method: string): Promise<string>;
  onChange(problems: number): void;
}

/** Chips shown before "more". */
const CHIPS = 6;

export class FormController {
  /** Everything typed in this session by field name, across method changes. */
  private readonly typed: Values = {};
  /** What each field said before anything was typed. */
  private readonly initial: Values = {};
  private readonly shown = new Set<string>();
  private readonly touched = new Set<string>();
  private readonly stop = new AbortController();
  private method: string | null = null;

  constructor(private readonly options: Options) {
    const { form } = options;
    const { signal } = this.stop;
    form.addEventListener("input", (event) => this.changed(event), { signal });
    form.addEventListener("change", (event) => this.changed(event), { signal });
    form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.take(form);
    const picker = form.querySelector<Methods>("fe-methods");
    if (picker) void this.showMethod(picker);
    this.update();
  }

  close() {
    this.stop.abort();
  }

  /** Changed keys of the node, with undefined for those that go; credentials apart. */
  result(): { changes: Values; secrets: Record<string, string>; outputs: (number | null)[] | null } {
    const values = readAll(this.options.form);
    const secrets: Record<string, string> = {};
    for (const name of Object.keys(this.options.descriptor?.credentials ?? {})) {
      this.shown.delete(name);
      if (name in values && values[name] !== this.secretBefore(name)) secrets[name] = String(values[name]);
      delete values[name];
    }
    const list = [...this.options.form.querySelectorAll<List>("fe-list[counts=outputs]")][0];
    return { changes: difference(this.options.entry, values, this.shown, this.initial), secrets, outputs: list?.origins ?? null };
  }

  /** Undefined for one that the server keeps and the form does not know: nothing in its place removes it. */
  private secretBefore(name: string): unknown {
    if (name in this.initial) return this.initial[name];
    return this.options.credentials[name] ?? (this.options.credentials[`has_${name}`] ? undefined : "");
  }

  get dirty(): boolean {
    const { changes, secrets } = this.result();
    return Object.keys(changes).length + Object.keys(secrets).length > 0;
  }

  /** Takes new controls in: remembers their names, fills them, prepares what is optional. */
  private take(root: HTMLElement) {
    for (const control of controlsIn(root)) {
      namesOf(control).forEach((name) => this.shown.add(name));
      fill(control, this.read);
      if (control instanceof HTMLTextAreaElement && this.options.credentials[`has_${control.name}`]) control.placeholder = t("secret.stored");
    }
    this.showParts(false);
    for (const [name, value] of Object.entries(readAll(root))) if (!(name in this.typed)) this.initial[name] = structuredClone(value);
    this.prepareOptional(root);
    prepareRanges(root);
  }

  /** What is offered but unset says nothing yet, whatever its control shows. */
  private forgetInitial(row: HTMLElement) {
    for (const control of controlsIn(row)) namesOf(control).forEach((name) => delete this.initial[name]);
  }

  private readonly read = (name: string): unknown => {
    if (name in this.typed) return this.typed[name];
    if (name in (this.options.descriptor?.credentials ?? {})) return this.options.credentials[name];
    return valueIn(this.options.entry, name) ?? this.options.descriptor?.defaults[name]?.value;
  };

  private changed(event: Event) {
    const target = (event.target as HTMLElement).closest<HTMLElement>("[name]");
    const name = target?.getAttribute("name");
    if (name) this.touched.add(name);
    this.remember();
    if (target instanceof Methods && event.type === "change") void this.showMethod(target);
    this.update();
  }

  /** A field that an element has and does not submit is meant to be unset, whatever the node says. */
  private remember() {
    const values = readAll(this.options.form);
    const silent = controlsIn(this.options.form).filter((control) => control instanceof FieldElement && !control.disabled).flatMap(namesOf).filter((name) => !(name in values));
    for (const name of silent) this.typed[name] = undefined;
    Object.assign(this.typed, values);
  }

  private async showMethod(picker: Methods) {
    const method = String(picker.read()[picker.name] ?? "");
    const home = this.options.form.querySelector<HTMLElement>(`#${CSS.escape(picker.getAttribute("into") ?? "method-form")}`);
    if (!home || method === this.method) return;
    this.method = method;
    const html = method ? await this.options.loadMethod(method).catch(() => "") : "";
    if (this.method !== method || this.stop.signal.aborted) return; // a later choice was faster
    home.innerHTML = html;
    this.take(home);
    this.update();
  }

  private update() {
    this.showParts(true);
    const read = this.reading();
    for (const code of this.options.form.querySelectorAll<Code>("fe-code[lang-from]")) code.followLanguage(read);
    this.options.onChange(this.judge(read));
  }

  /** What a field says now; what stands in no form says what the node does. */
  private reading(): (name: string) => unknown {
    const values = readAll(this.options.form);
    return (name) => (name in values ? values[name] : this.read(name));
  }

  /** The second round sees which of several namesakes is shown now. */
  private showParts(edited: boolean) {
    const parts = [...this.options.form.querySelectorAll<HTMLElement>("[data-show-if]")].filter((part) => !part.closest(".lst-cells"));
    for (let round = 0; round < 2; round++) {
      const read = this.reading();
      showParts(this.options.form, parts, (condition) => holds(condition, read), edited);
    }
  }

  /** Marks broken fields, says why below those that were touched, counts all. */
  private judge(read: (name: string) => unknown): number {
    let problems = 0;
    for (const control of controlsIn(this.options.form)) {
      const name = namesOf(control)[0] ?? "";
      const rule = control.disabled || control.closest("[hidden]") ? null : broken(read(name), this.ruleOf(control, name), read);
      const own = control instanceof FieldElement && !control.closest("[hidden]") && !control.disabled && (control.matches(".bad") || control.querySelector(":scope .bad") !== null);
      if (rule || own) problems += 1;
      if (!(control instanceof FieldElement)) control.classList.toggle("bad", rule !== null);
      const why = rule ?? (own && control instanceof TypedInput ? control.fault : null);
      explain(control, name, this.touched.has(name) ? why : null);
    }
    return problems;
  }

  private ruleOf(control: Control, name: string): Pick<FieldDescriptor, "required" | "validate"> {
    const declared = this.options.descriptor?.defaults[name];
    return { required: control.required || declared?.required, validate: control.dataset.validate ?? declared?.validate };
  }

  private prepareOptional(root: HTMLElement) {
    const rows = [...root.querySelectorAll<HTMLElement>("[data-optional]")];
    for (const parent of new Set(rows.map((row) => row.parentElement!))) {
      const home = make("div", { class: "more" });
      parent.append(home);
      const own = rows.filter((row) => row.parentElement === parent);
      for (const row of own) {
        const on = this.read(row.dataset.optional!) !== undefined;
        if (!on) this.forgetInitial(row);
        this.setOptional(row, on, false);
        const drop = make("button", { type: "button", class: "ib drop-optional", title: t("form.unset"), "aria-label": t("form.unset"), onclick: () => { this.setOptional(row, false, true); this.showChips(home, own); } });
        drop.textContent = "×";
        row.append(drop);
      }
      this.showChips(home, own);
    }
  }

  private setOptional(row: HTMLElement, on: boolean, byHand: boolean) {
    row.hidden = !on;
    for (const control of controlsIn(row)) control.disabled = !on;
    if (!byHand) return;
    if (!on) for (const control of controlsIn(row)) namesOf(control).forEach((name) => delete this.typed[name]);
    this.update();
    if (on) row.querySelector<HTMLElement>("fe-typed-input, input, select, textarea")?.focus();
  }

  private showChips(home: HTMLElement, rows: readonly HTMLElement[], all = false) {
    const off = rows.filter((row) => row.hidden);
    const add = (row: HTMLElement) => make("button", { type: "button", class: "chk", onclick: () => { this.setOptional(row, true, true); this.showChips(home, rows, all); } }, `+ ${row.querySelector("label")?.textContent?.trim() ?? row.dataset.optional!.split(".").at(-1)}`);
    const cut = all || off.length <= CHIPS + 1 ? off : off.slice(0, CHIPS);
    const rest = off.length - cut.length;
    home.replaceChildren(...cut.map(add), ...(rest ? [make("button", { type: "button", class: "chk", onclick: () => this.showChips(home, rows, true) }, t("form.more", { count: rest }))] : []));
  }
}

/** `input type=range data-for=<id>` follows the field of that id and moves it. */
function prepareRanges(root: HTMLElement) {
  for (const range of root.querySelectorAll<HTMLInputElement>("input[type=range][data-for]")) {
    const field = root.querySelector<HTMLInputElement>(`#${CSS.escape(range.dataset.for!)}`);
    if (!field) continue;
    range.setAttribute("aria-label", field.labels?.[0]?.textContent?.trim() ?? field.getAttribute("aria-label") ?? field.name);
    // Nothing set is nothing filled: the thumb then only waits in the middle.
    const paint = () => range.style.setProperty("--share", field.value === "" ? "0%" : `${(100 * (Number(range.value) - Number(range.min || 0))) / (Number(range.max || 100) - Number(range.min || 0))}%`);
    const follow = () => {
      range.value = field.value;
      paint();
    };
    range.addEventListener("input", (event) => {
      event.stopPropagation();
      field.value = range.value;
      paint();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", follow);
    follow();
  }
}

/** Says what is wrong below a field, or below the line it shares with others. */
function explain(control: Control, name: string, rule: string | null) {
  const place = control.closest(".line") ?? control;
  const old = place.parentElement!.querySelector<HTMLElement>(`:scope > .hint.err[data-about="${CSS.escape(name)}"]`);
  if (old?.dataset.rule === rule) return;
  old?.remove();
  if (rule) place.after(make("p", { class: "hint err", "data-about": name, "data-rule": rule, role: "alert" }, make("i", { class: "st err" }), t(`rule.${rule}`)));
}
