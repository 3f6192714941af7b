// Timers, and questions that Python answers later.
(function (flow, host) {
    'use strict';
    const { encode } = flow;

    let lastTimer = 0;
    const timers = new Map();

    class Timeout {
        constructor(id) {
            Object.defineProperty(this, 'id', { value: id });
        }
        ref() { return this; }
        unref() { return this; }
        hasRef() { return true; }
        refresh() {
            const timer = timers.get(this.id);
            if (timer) host.timer(this.id, timer.delay);
            return this;
        }
        close() { clear(this); return this; }
        [Symbol.toPrimitive]() { return this.id; }
    }

    function start(handler, delay, values, repeats) {
        delay = Number(delay);
        if (!(delay >= 1 && delay <= 2147483647)) delay = 1;
        const id = ++lastTimer;
        timers.set(id, { handler, delay, values, repeats });
        host.timer(id, delay);
        return new Timeout(id);
    }

    function clear(timer) {
        const id = Number(timer);
        if (timers.delete(id)) host.timer(id, -1);
    }

    function fire(id) {
        const timer = timers.get(id);
        if (!timer) return;
        if (!timer.repeats) timers.delete(id);
        try {
            // As in Node-RED the handler is looked at only now, and what is no function fails here.
            timer.handler.apply(flow.node, timer.values);
        } catch (error) {
            flow.reportError(error, {});
        }
        if (timer.repeats && timers.has(id)) host.timer(id, timer.delay);
    }

    const setTimer = (handler, delay, ...values) => start(handler, delay, values, false);
    const setRepeating = (handler, delay, ...values) => start(handler, delay, values, true);
    Object.defineProperty(setTimer, 'name', { value: 'setTimeout' });
    Object.defineProperty(setRepeating, 'name', { value: 'setInterval' });
    setTimer[Symbol.for('nodejs.util.promisify.custom')] = (delay, value) => new Promise((resolve) => setTimer(resolve, delay, value));

    // --- questions that Python answers later -----------------------------------------------------------

    let lastQuestion = 0;
    const questions = new Map();

    function ask(kind, ...values) {
        const number = ++lastQuestion;
        return new Promise((resolve, reject) => {
            questions.set(number, { resolve, reject });
            host.ask(number, kind, ...values);
        });
    }

    function reply(number) {
        const question = questions.get(number);
        questions.delete(number);
        try {
            question.resolve(flow.unpack(host.take()));
        } catch (error) {
            question.reject(error);
        }
    }

    async function linkcall(target, message, options) {
        if (typeof target !== 'string' || target.trim() === '') throw new Error(host.words('linkcall_target_invalid'));
        if (typeof message !== 'object' || message === null) throw new Error(host.words('linkcall_msg_invalid'));
        options = options || {};
        const answered = await ask('linkcall', target, options.timeout || 5000, encode(message));
        if (options.clone !== false) return answered;
        for (const key of Object.keys(message)) if (!(key in answered)) delete message[key];
        return Object.assign(message, answered);
    }

    flow.timers = { setTimer, setRepeating, clear, fire, size: () => timers.size };
    flow.ask = ask;
    flow.reply = reply;
    flow.linkcall = linkcall;
})
