// The way of a message through the function: what it gets, what it sends, how it ends.
(function (flow, host, info) {
    'use strict';
    const { encode, decode, live } = flow;
    const { isArray } = Array;

    // What functions return is told together where several messages are gone through, but before anything that
    // comes after it.
    const finished = [];
    let firstFinished = 0;

    function tellFinished() {
        const texts = finished.join('\0');
        finished.length = 0;
        host.finishAll(firstFinished, texts);
    }

    function inTurn(deed) {
        return (...values) => {
            if (finished.length) tellFinished();
            deed(...values);
        };
    }

    const deeds = { send: inTurn(host.send), sendAll: inTurn(host.sendAll), report: inTurn(host.report), done: inTurn(host.done), fail: inTurn(host.fail), finish: inTurn(host.finish) };

    // What was sent without a copy shows later changes of the function, so it is put into words only when the
    // function has ended; what comes after it has to wait in line.
    const held = [];

    function emit(act) {
        if (held.length) held.push(act);
        else act();
    }

    function flush() {
        while (held.length) held.shift()();
        flow.storeChanges();
    }

    const calls = new WeakMap();

    function originalOf(value) {
        const call = typeof value === 'object' && value !== null ? calls.get(value) : undefined;
        return call === undefined ? 0 : call.number;
    }

    function nameOf(value) {
        return typeof value === 'object' ? (isBuffer(value) ? 'Buffer' : isArray(value) ? 'Array' : 'Date') : typeof value;
    }

    function isBuffer(value) {
        return value instanceof Uint8Array && value._isBuffer === true;
    }

    function isMessage(value) {
        return typeof value === 'object' && !isArray(value) && !isBuffer(value);
    }

    // --- a message and its text -------------------------------------------------------------------------

    // Large members arrive as texts of their own, a line each, and are read when somebody looks at them. What nobody
    // has looked at goes back by name only.
    function readMessage(call, text) {
        if (text.charCodeAt(0) !== 64) return decode(text);
        const at = text.indexOf('\n');
        const names = namesOf(text.slice(1, at));
        call.unread = names;
        // The function cannot ask for anything but what is there; the rest has stayed in Python.
        if (names.length === 0) return decode(text.slice(at + 1));
        const message = JSON.parse(text.slice(at + 1, text.indexOf('\n', at + 1)));
        call.text = text;
        for (let i = 0; i < names.length; i++) defineProperty(message, names[i], readers[names[i]] || makeReader(names[i]));
        return message;
    }

    // One message after the other has the same members.
    let lastNames = [];
    let lastNamesText = '[]';

    function namesOf(text) {
        if (text !== lastNamesText) {
            lastNames = JSON.parse(text);
            lastNamesText = text;
        }
        return lastNames;
    }

    function textOf(call, name) {
        if (call.lines === null) call.lines = call.text.split('\n');
        return call.lines[call.unread.indexOf(name) + 2];
    }

    // One for each name, whatever message it is on: they are made for every message.
    const { defineProperty, getOwnPropertyDescriptor, keys } = Object;
    const readers = Object.create(null);

    function makeReader(name) {
        function become(message, value) {
            defineProperty(message, name, { value, writable: true, enumerable: true, configurable: true });
            return value;
        }
        const reader = {
            get() { return become(this, decode(textOf(touch(this), name))); },
            set(value) { touch(this); become(this, value); },
            enumerable: true,
            configurable: true,
        };
        return (readers[name] = reader);
    }

    function touch(message) {
        const call = calls.get(message);
        call.touched = true;
        return call;
    }

    function isUnread(call, message, name) {
        if (!call.touched) return true;
        const own = getOwnPropertyDescriptor(message, name);
        return own !== undefined && own.get === readers[name].get;
    }

    function write(message) {
        const call = calls.get(message);
        if (call === undefined || call.unread === null || call.ended) return encode(message);
        if (call.unread.length === 0) return '@\n' + encode(message);
        const rest = {};
        const kept = [];
        for (const name of keys(message)) {
            if (call.unread.includes(name) && isUnread(call, message, name)) kept.push(name);
            else rest[name] = message[name];
        }
        if (!kept.length) return encode(message);
        return '@' + (kept.length === call.unread.length ? '' : JSON.stringify(kept)) + '\n' + encode(rest);
    }

    // --- sending ----------------------------------------------------------------------------------------

    // Sends what a function returned or gave to node.send: a message, or a list of messages per output.
    function sendResults(call, id, sent, cloneFirst) {
        if (sent === null || sent === undefined) return;
        if (!isArray(sent)) {
            if (isMessage(sent)) {
                sendOne(call, id, sent, 0, cloneFirst);
                return;
            }
            if (!sent) return;
            sent = [sent];
        }
        let count = 0;
        let refused = 0;
        let place = 0;
        for (let output = 0; output < sent.length; output++) {
            if (!sent[output]) continue;
            if (!isArray(sent[output])) sent[output] = [sent[output]];
            for (const message of sent[output]) {
                if (message === null || message === undefined) continue;
                if (isMessage(message)) {
                    count++;
                    place = output;
                } else {
                    refused++;
                    report('nonMessage', nameOf(message));
                }
            }
        }
        if (count === 1 && refused === 0 && sent[place].length === 1) sendOne(call, id, sent[place][0], place, cloneFirst);
        else if (count > 0) sendMany(call, id, sent, cloneFirst);
    }

    function sendOne(call, id, message, output, copy) {
        if (copy) {
            const own = message._msgid;
            message._msgid = id;
            const text = write(message);
            const number = originalOf(message);
            message._msgid = own;
            if (own === undefined) delete message._msgid;
            emit(() => deeds.send(number, true, text, output));
            return;
        }
        message._msgid = id;
        const act = () => deeds.send(originalOf(message), false, write(message), output);
        if (call.ended || call.returns) act();
        else hold(act);
    }

    function sendMany(call, id, sent, cloneFirst) {
        let isFirst = cloneFirst;
        for (const messages of sent) {
            if (!isArray(messages)) continue;
            for (let i = 0; i < messages.length; i++) {
                if (typeof messages[i] !== 'object' || messages[i] === null || !isMessage(messages[i])) continue;
                if (isFirst) messages[i] = flow.part('red').cloneMessage(messages[i]);
                isFirst = false;
                messages[i]._msgid = id;
            }
        }
        const act = () => deeds.sendAll(firstOriginal(sent), encode(sent));
        if (call.ended || call.returns) act();
        else hold(act);
    }

    function hold(act) {
        held.push(act);
        host.later();
    }

    function firstOriginal(sent) {
        for (const messages of sent) {
            if (!isArray(messages)) continue;
            for (const message of messages) {
                if (message !== null && message !== undefined) return originalOf(message);
            }
        }
        return 0;
    }

    function report(kind, ...values) {
        emit(() => deeds.report(kind, ...values));
    }

    function reportError(error, message) {
        const text = encode(error);
        const about = message ? write(message) : '';
        const number = originalOf(message);
        emit(() => deeds.report('error', text, about, number));
    }

    function say(kind, value) {
        report(kind, encode(value));
    }

    const shared = {
        log: (value) => say('log', value),
        warn: (value) => say('warn', value),
        debug: (value) => say('debug', value),
        trace: (value) => say('trace', value),
        error: (error, message) => reportError(error, message),
        status: (value) => report('status', encode(value)),
        on(event, handler) {
            if (event === 'input') throw new Error(host.words('input_listener'));
            if (event === 'close') closers.push(handler);
        },
        linkcall: flow.linkcall,
    };
    const closers = [];

    const base = Object.assign(Object.create(null), info, shared);

    // The call itself must not refer to its message, by which it is found: a circle would keep both until the engine
    // looks for such, through all that there is, and that again and again.
    function makeNode(call, id, message = null) {
        const node = Object.create(base);
        node[CALL] = call;
        node[ID] = id;
        node[MESSAGE] = message;
        return node;
    }

    // Most functions return what they send: what else a node can do with a message is made when it is asked for.
    const CALL = Symbol('call');
    const ID = Symbol('id');
    const MESSAGE = Symbol('message');

    function defineMethod(name, make) {
        const define = (node, value) => defineProperty(node, name, { value, writable: true, enumerable: true, configurable: true });
        defineProperty(base, name, {
            get() {
                if (!this[CALL]) return undefined;
                define(this, make(this[CALL], this[ID], this[MESSAGE]));
                return this[name];
            },
            set(value) { define(this, value); },
            enumerable: true,
        });
    }

    defineMethod('send', (call, id) => (sent, copy) => sendResults(call, id, sent, copy !== false));
    defineMethod('done', (call, id, message) => (error) => {
        const text = error ? encode(error) : '';
        const about = write(message);
        emit(() => deeds.done(call.number, text, about));
    });

    let main = null;
    let waits = true;
    let usesNode = true;
    let running = 0;

    // Goes through messages that wait together, until they have taken long enough for once.
    function inputAll(first, tells) {
        const texts = host.take().split('\0');
        const end = Date.now() + LONG;
        at = 0;
        do {
            collects = !tells;
            input(first + at, tells, texts[at]);
            at++;
        } while (at < texts.length && Date.now() < end);
        collects = false;
        if (finished.length) tellFinished();
        host.ran(at);
    }

    const LONG = 4; // milliseconds
    let at = 0;
    let collects = false;

    function input(number, tells, text) {
        const call = { number, unread: null, text: '', lines: null, touched: false, tells, returns: false, ended: false };
        const message = readMessage(call, text);
        calls.set(message, call);
        running++;
        if (!waits) {
            runNow(call, message);
            return;
        }
        main(message, makeNode(call, message._msgid, message)).then(
            (result) => finish(call, message, result),
            (error) => fail(call, message, error),
        );
    }

    // A function without promises needs none around it either.
    function runNow(call, message) {
        let result;
        try {
            result = main(message, usesNode ? makeNode(call, message._msgid, message) : undefined);
        } catch (error) {
            fail(call, message, error);
            return;
        }
        finish(call, message, result);
    }

    function finish(call, message, result) {
        settle(call);
        if (result === message) {
            const text = write(result);
            call.ended = true;
            if (collects) collect(call.number, text);
            else deeds.finish(call.number, true, text, '');
            return;
        }
        const about = call.tells ? write(message) : '';
        if (result !== null && result !== undefined) {
            // What is returned goes out at once: nobody is left who could change it.
            call.returns = true;
            sendResults(call, message._msgid, result, false);
        }
        call.ended = true;
        if (collects) collect(call.number, '');
        else deeds.finish(call.number, false, '', about);
    }

    function collect(number, text) {
        if (!finished.length) firstFinished = number;
        finished.push(text);
    }

    function settle(call) {
        if (held.length || live.size) flush();
        running--;
        // Nobody is left who could change them.
        if (live.size && running === 0 && flow.timers.size() === 0) live.clear();
    }

    function fail(call, message, error) {
        settle(call);
        if (error instanceof Error || (typeof error === 'object' && error !== null && Object.hasOwn(error, 'stack'))) {
            message.error = error;
            placeReferenceError(error);
        } else if (error === null && !hasRoom()) {
            // Not even an error object did fit any more.
            error = Object.assign(Object.create(Error.prototype), { name: 'InternalError', message: 'out of memory', stack: '' });
        } else if (typeof error !== 'string') {
            error = JSON.stringify(error);
        }
        const about = write(message);
        call.ended = true;
        deeds.fail(call.number, error ? encode(error) : '', about);
    }

    function hasRoom() {
        try {
            return new ArrayBuffer(1 << 20).byteLength > 0;
        } catch {
            return false;
        }
    }

    // Only a reference error tells where it happened: the name is usually misspelt there.
    function placeReferenceError(error) {
        const lines = String(error.stack).split(/\r?\n/);
        const first = lines.findIndex((line) => line.startsWith('ReferenceError'));
        if (first < 0) return;
        const found = /:(\d+):(\d+)$/.exec(lines[first + 1]);
        error.message = lines[first] + (found ? ` (line ${found[1] - 1}, col ${found[2]})` : '');
    }

    flow.source = () => main || '';
    flow.isBuffer = isBuffer;
    flow.originalOf = originalOf;
    flow.reportError = reportError;
    flow.node = shared;
    flow.messages = {
        flush,
        input: (number, tells) => input(number, tells, host.take()),
        inputAll,
        makeNode,
        sendResults,
        report,
        closers,
        load(body, mayWait) {
            main = body;
            waits = mayWait;
            const text = String(body);
            usesNode = /\b(node|arguments|eval)\b|\\u/.test(text.slice(text.indexOf('{')));
        },
        waits: () => waits,
        abandon() {
            collects = false;
            if (finished.length) tellFinished();
            host.ran(at);
            flush();
            running = 0;
            live.clear();
        },
    };
    flow.generateId = () => {
        let id = '';
        for (let i = 0; i < 8; i++) id += Math.round(255 * Math.random()).toString(16).padStart(2, '0');
        return id;
    };
})
