/** Parts of the page that come when they are first wanted, or before that when the page has nothing else to do. */
import { type ComponentType, createElement, type FunctionComponent, useEffect, useReducer } from "react";
import { notify } from "../server/runtime";
import { t } from "./words";

export interface Later<Module> {
  /** Undefined until it is here. */
  readonly now: Module | undefined;
  /** Asks for it once; asks again after a failure. */
  load(): Promise<Module>;
}

const all: Later<unknown>[] = [];

export function later<Module>(fetch: () => Promise<Module>): Later<Module> {
  let coming: Promise<Module> | undefined;
  const take = (module: Module) => (part.now = module);
  const again = (error: unknown) => {
    coming = undefined;
    throw error;
  };
  const part = { now: undefined as Module | undefined, load: () => (coming ??= fetch().then(take, again)) };
  all.push(part);
  return part;
}

/** Resolves when the flow is shown. */
let shown: () => void;
const isShown = new Promise<void>((done) => (shown = done));

/** A component that the flow is shown before. */
export const afterwards = <Props extends object>(fetch: () => Promise<{ default: ComponentType<Props> }>) =>
  laterComponent(async () => {
    await isShown;
    return fetch();
  });

/** A component that draws nothing until it is here. `close` takes back what asked for it when it does not come. */
export function laterComponent<Props extends object>(fetch: () => Promise<{ default: ComponentType<Props> }>, close: () => void = () => undefined): FunctionComponent<Props> {
  const part = later(fetch);
  return function Later(props: Props) {
    const [, draw] = useReducer((count: number) => count + 1, 0);
    useEffect(() => {
      if (part.now) return;
      part.load().then(draw, () => {
        close();
        sayMissing();
      });
    }, []);
    return part.now ? createElement(part.now.default, props) : null;
  };
}

/**
 * Another version of the server has other files; a lost connection has none. A browser that could not fetch a module
 * may go on saying so until the page is loaded anew.
 */
export function sayMissing() {
  notify("error", t("notify.partMissing"), { id: "part", action: { label: t("notify.reload"), run: () => location.reload() } });
}

/** Fetches everything that may be wanted, what keys do at once and the rest one by one. What does not come is said when it is wanted. */
export async function fetchAhead() {
  shown();
  for (const part of all) {
    await part.load().catch(() => undefined);
    await idle();
  }
}

const idle = () => new Promise<unknown>((done) => ("requestIdleCallback" in window ? requestIdleCallback(done, { timeout: 1000 }) : setTimeout(done, 100)));
