// Puts the world of a function node together and takes away what Node-RED's functions do not have.
(function (parts, info) {
    'use strict';
    const PREFIX = '__flowhost_';
    const { TextEncoder, TextDecoder } = globalThis;
    const native = { TextEncoder, TextDecoder, dateText: Date.prototype.toString, timeText: Date.prototype.toTimeString, toPrimitive: Date.prototype[Symbol.toPrimitive] };
    const host = {};
    for (const name of Object.getOwnPropertyNames(globalThis)) {
        if (name.startsWith(PREFIX)) {
            host[name.slice(PREFIX.length)] = globalThis[name];
            delete globalThis[name];
        }
    }
    const surplus = ['TextEncoder', 'TextDecoder', 'performance', 'btoa', 'atob', 'DOMException', 'queueMicrotask', 'Temporal', 'ReadableStream'];
    for (const name of surplus) delete globalThis[name];
    for (const name of Object.getOwnPropertyNames(globalThis)) {
        if (name.startsWith('__')) Object.defineProperty(globalThis, name, { enumerable: false });
    }

    const loaded = new Map();
    const objects = new Map();
    const evaluate = eval;
    const liveProto = Object.create(Object.prototype);
    const flow = {
        native,
        handles: new WeakMap(),
        // Parts that few functions need are compiled at their first use.
        part(name) {
            if (!loaded.has(name)) loaded.set(name, evaluate(host.part(name))(flow, host));
            return loaded.get(name);
        },
        // An object that stays in Python (msg.req): what it shows is fetched when somebody looks.
        handle(id) {
            const known = objects.get(id) && objects.get(id).deref();
            if (known) return known;
            const proxy = new Proxy(Object.create(liveProto), lazily(id));
            flow.handles.set(proxy, id);
            objects.set(id, new WeakRef(proxy));
            return proxy;
        },
    };

    function lazily(id) {
        let seen = false;
        const look = (target) => {
            if (!seen) {
                seen = true;
                Object.assign(target, flow.decode(host.view(id)));
            }
            return target;
        };
        return {
            get: (target, key) => (typeof key === 'symbol' ? target[key] : look(target)[key]),
            has: (target, key) => key in look(target),
            set: (target, key, value) => { look(target)[key] = value; return true; },
            ownKeys: (target) => Reflect.ownKeys(look(target)),
            getOwnPropertyDescriptor: (target, key) => Reflect.getOwnPropertyDescriptor(look(target), key),
        };
    }

    // What depends on language and time zone is compiled when somebody asks for it.
    function speakLater() {
        const methods = [
            [Number, 'toLocaleString'], [BigInt, 'toLocaleString'], [String, 'localeCompare'], [Date, 'toLocaleDateString'],
            [Date, 'toLocaleTimeString'], [Date, 'toLocaleString'], [Date, 'toString'], [Date, 'toTimeString'], [Date, Symbol.toPrimitive],
        ];
        for (const [{ prototype }, name] of methods) {
            const value = function (...values) {
                flow.part('locale');
                return prototype[name].apply(this, values);
            };
            Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
        }
        Object.defineProperty(globalThis, 'Intl', { get() { flow.part('locale'); return globalThis.Intl; }, configurable: true });
    }

    flow.host = host;
    for (const text of parts) evaluate(text)(flow, host, info);
    if (typeof Intl === 'undefined') speakLater();
    Object.defineProperty(globalThis, '__flow__', { value: Object.freeze(flow.entry) });
})
