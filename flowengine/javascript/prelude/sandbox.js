// What a function finds around it, and the doors by which Python enters.
(function (flow, host) {
    'use strict';
    const { encode, live, messages, timers } = flow;
    const { makeNode, sendResults, report } = messages;

    function define(name, value) {
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
    }

    function defineLazy(name, get) {
        Object.defineProperty(globalThis, name, {
            get() { define(name, get()); return globalThis[name]; },
            set(value) { define(name, value); },
            configurable: true,
            enumerable: true,
        });
    }

    const console = {};
    for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
        console[level] = (...values) => host.console(level, flow.part('util').format(...values));
    }
    console.dir = (value, options) => host.console('log', flow.part('util').inspect(value, options));
    for (const quiet of ['assert', 'clear', 'count', 'countReset', 'group', 'groupCollapsed', 'groupEnd', 'table', 'time', 'timeEnd', 'timeLog']) {
        console[quiet] = () => {};
    }

    define('console', console);
    for (const name of Object.keys(flow.contexts)) define(name, flow.contexts[name]);
    define('env', flow.env);
    define('setTimeout', timers.setTimer);
    define('clearTimeout', timers.clear);
    define('setInterval', timers.setRepeating);
    define('clearInterval', timers.clear);
    defineLazy('util', () => flow.part('util'));
    defineLazy('promisify', () => flow.part('util').promisify);
    defineLazy('Buffer', () => flow.part('buffer').Buffer);
    defineLazy('URL', () => flow.part('url').URL);
    defineLazy('URLSearchParams', () => flow.part('url').URLSearchParams);
    defineLazy('RED', () => ({ util: { ...flow.part('red'), getSetting() {} } }));

    function setupNode() {
        const call = { number: 0, message: {}, unread: null, ended: true };
        const node = makeNode(call, '');
        node.on = node.done = undefined;
        node.send = (sent, copy) => sendResults(call, flow.generateId(), sent, copy !== false);
        return node;
    }

    function closingNode() {
        const node = setupNode();
        node.send = () => report('error', encode('Cannot send from close function'), '', 0);
        return node;
    }

    function close(body) {
        try {
            if (body) body(closingNode());
            for (const closer of messages.closers) closer.call(flow.node, false, () => {});
        } catch (error) {
            flow.reportError(error);
        }
        messages.flush();
    }

    function setup(body) {
        const tell = (error) => { messages.flush(); host.started(error); };
        body(setupNode()).then(() => tell(''), (error) => tell(encode(error)));
    }

    // What Python evaluates ends in a promise that never settles: the engine then runs all jobs before it returns.
    const never = new Promise(() => {});
    const entering = (act) => (...values) => {
        if (live.size) host.later();
        act(...values);
        return never;
    };

    flow.entry = {
        load: entering(messages.load),
        addModule: entering((name, module) => define(name, flow.part('modules')[module])),
        check: entering(() => {}),
        setup: entering(setup),
        input(number, tells) {
            if (live.size) host.later();
            messages.input(number, tells);
            return messages.waits() ? never : undefined;
        },
        inputAll(first, tells) {
            if (live.size) host.later();
            messages.inputAll(first, tells);
            return undefined;
        },
        fire: entering(timers.fire),
        reply: entering(flow.reply),
        flush() { messages.flush(); return never; },
        abandon: entering(messages.abandon),
        close: entering(close),
    };
})
