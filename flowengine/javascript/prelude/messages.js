// The way of a message through the function: what it gets, what it sends, how it ends.
(function (flow, host, info) {
    'use strict';
    const { encode, decode, live } = flow;
    const { isArray } = Array;

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

    // Sends what a function returned or gave to node.send: a message, or a list of messages per output.
    function sendResults(call, id, sent, cloneFirst) {
        if (sent === null || sent === undefined) return;
        if (!isArray(sent)) {
            if (isMessage(sent)) {
                sent._msgid = id;
                sendOne(call, sent, cloneFirst);
                return;
            }
            if (!sent) return;
            sent = [sent];
        }
        let count = 0;
        for (let output = 0; output < sent.length; output++) {
            if (!sent[output]) continue;
            if (!isArray(sent[output])) sent[output] = [sent[output]];
            const messages = sent[output];
            for (let i = 0; i < messages.length; i++) {
                const message = messages[i];
                if (message === null || message === undefined) continue;
                if (!isMessage(message)) {
                    report('nonMessage', nameOf(message));
                    continue;
                }
                if (count++ === 0 && cloneFirst) messages[i] = red().cloneMessage(message);
                messages[i]._msgid = id;
            }
        }
        if (count > 0) sendMany(call, sent, cloneFirst && count === 1);
    }

    function sendOne(call, message, copy) {
        if (copy) {
            const text = encode(message);
            emit(() => host.send(0, 1, text));
        } else if (call.ended) {
            host.send(originalOf(message), 1, encode(message));
        } else {
            hold(() => host.send(originalOf(message), 1, encode(message)));
        }
    }

    function sendMany(call, sent, copied) {
        const act = () => host.send(firstOriginal(sent), 2, encode(sent));
        if (copied || call.ended) emit(act);
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

    const red = () => flow.part('red');

    function report(kind, ...values) {
        emit(() => host.report(kind, ...values));
    }

    function reportError(error, message) {
        const text = encode(error);
        const about = message ? encode(message) : '';
        const number = originalOf(message);
        emit(() => host.report('error', text, about, number));
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

    function makeNode(call, id) {
        const node = Object.create(base);
        node.send = (sent, copy) => sendResults(call, id, sent, copy !== false);
        node.done = (error) => {
            const text = error ? encode(error) : '';
            const about = encode(call.message);
            emit(() => host.done(call.number, text, about));
        };
        return node;
    }

    let main = null;
    let waits = true;
    let running = 0;

    function input(number, tells) {
        const message = decode(host.take());
        const call = { number, message, tells, ended: false };
        calls.set(message, call);
        running++;
        if (!waits) {
            runNow(call);
            return;
        }
        main(message, makeNode(call, message._msgid)).then(
            (result) => finish(call, result),
            (error) => fail(call, error),
        );
    }

    // A function without promises needs none around it either.
    function runNow(call) {
        let result;
        try {
            result = main(call.message, makeNode(call, call.message._msgid));
        } catch (error) {
            fail(call, error);
            return;
        }
        finish(call, result);
    }

    function finish(call, result) {
        settle(call);
        if (result === call.message) {
            host.finish(call.number, 1, encode(result), '');
        } else {
            sendResults(call, call.message._msgid, result, false);
            host.finish(call.number, 0, '', call.tells ? encode(call.message) : '');
        }
    }

    function settle(call) {
        if (held.length || live.size) flush();
        call.ended = true;
        running--;
        // Nobody is left who could change them.
        if (live.size && running === 0 && flow.timers.size() === 0) live.clear();
    }

    function fail(call, error) {
        settle(call);
        const { message } = call;
        if (error instanceof Error || (typeof error === 'object' && error !== null && Object.hasOwn(error, 'stack'))) {
            message.error = error;
            placeReferenceError(error);
        } else if (error === null && !hasRoom()) {
            // Not even an error object did fit any more.
            error = Object.assign(Object.create(Error.prototype), { name: 'InternalError', message: 'out of memory', stack: '' });
        } else if (typeof error !== 'string') {
            error = JSON.stringify(error);
        }
        host.fail(call.number, error ? encode(error) : '', encode(message));
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

    flow.isBuffer = isBuffer;
    flow.originalOf = originalOf;
    flow.reportError = reportError;
    flow.node = shared;
    flow.messages = {
        flush,
        input,
        makeNode,
        sendResults,
        report,
        closers,
        load(body, mayWait) { main = body; waits = mayWait; },
        waits: () => waits,
        abandon() { flush(); running = 0; live.clear(); },
    };
    flow.generateId = () => {
        let id = '';
        for (let i = 0; i < 8; i++) id += Math.round(255 * Math.random()).toString(16).padStart(2, '0');
        return id;
    };
})
