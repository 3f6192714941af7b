// Modules of Node.js that a function may import.
(function (flow, host) {
    'use strict';
    const { Buffer } = flow.part('buffer');
    const bytesOf = (value, encoding) => (typeof value === 'string' ? Buffer.from(value, encoding) : Buffer.from(value));

    // --- crypto -----------------------------------------------------------------------------------------

    class Hash {
        #parts = [];
        #algorithm;
        #key;
        constructor(algorithm, key) {
            this.#algorithm = String(algorithm);
            this.#key = key === undefined ? null : bytesOf(key).toString('base64');
        }
        update(data, encoding) {
            this.#parts.push(bytesOf(data, encoding));
            return this;
        }
        digest(encoding) {
            const text = host.digest(this.#algorithm, Buffer.concat(this.#parts).toString('base64'), this.#key);
            if (!text) throw new Error('Digest method not supported: ' + this.#algorithm);
            const bytes = Buffer.from(text, 'base64');
            return encoding ? bytes.toString(encoding) : bytes;
        }
    }

    function randomBytes(size, callback) {
        const bytes = Buffer.from(host.random(size), 'base64');
        if (callback) callback(null, bytes);
        return bytes;
    }

    function randomUUID() {
        const bytes = randomBytes(16);
        bytes[6] = (bytes[6] & 15) | 64;
        bytes[8] = (bytes[8] & 63) | 128;
        return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    }

    const crypto = {
        createHash: (algorithm) => new Hash(algorithm),
        createHmac: (algorithm, key) => new Hash(algorithm, key),
        hash: (algorithm, data, encoding = 'hex') => new Hash(algorithm).update(data).digest(encoding === 'buffer' ? undefined : encoding),
        randomBytes,
        randomUUID,
        randomInt: (low, high) => (high === undefined ? randomInt(0, low) : randomInt(low, high)),
        timingSafeEqual: (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0,
        getHashes: () => ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
    };

    function randomInt(low, high) {
        return low + Math.floor((randomBytes(6).readUIntBE(0, 6) / 2 ** 48) * (high - low));
    }

    // --- os ---------------------------------------------------------------------------------------------

    const system = () => flow.decode(host.system());
    const os = { EOL: '\n', endianness: () => 'LE', cpus: () => Array.from({ length: system().cpus }, () => ({ model: '', speed: 0 })) };
    for (const name of ['type', 'platform', 'release', 'hostname', 'arch', 'tmpdir', 'homedir']) os[name] = () => system()[name];

    // --- path -------------------------------------------------------------------------------------------

    function normalize(path) {
        const kept = [];
        const absolute = path.startsWith('/');
        for (const part of path.split('/')) {
            if (part === '' || part === '.') continue;
            if (part === '..' && kept.length && kept.at(-1) !== '..') kept.pop();
            else if (part !== '..' || !absolute) kept.push(part);
        }
        const text = (absolute ? '/' : '') + kept.join('/');
        return (text || '.') + (path.endsWith('/') && kept.length ? '/' : '');
    }

    function basename(path, suffix) {
        const name = path.replace(/\/+$/, '').replace(/^.*\//, '');
        return suffix && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name;
    }

    function dirname(path) {
        const trimmed = path.replace(/(.)\/+$/, '$1');
        const at = trimmed.lastIndexOf('/');
        return at < 0 ? '.' : trimmed.slice(0, at) || '/';
    }

    const extname = (path) => /[^/.][^/]*?(\.[^./]*)\/*$/.exec(path)?.[1] || '';

    function resolve(...parts) {
        let path = '';
        for (const part of parts.reverse()) {
            path = part + (path ? '/' + path : '');
            if (part.startsWith('/')) break;
        }
        return normalize(path.startsWith('/') ? path : '/' + path).replace(/(.)\/$/, '$1');
    }

    function relative(from, to) {
        const left = resolve(from).split('/').filter(Boolean), right = resolve(to).split('/').filter(Boolean);
        while (left.length && left[0] === right[0]) { left.shift(); right.shift(); }
        return [...left.map(() => '..'), ...right].join('/');
    }

    const path = {
        sep: '/', delimiter: ':', normalize, basename, dirname, extname, resolve, relative,
        join: (...parts) => normalize(parts.filter(Boolean).join('/') || '.'),
        isAbsolute: (text) => text.startsWith('/'),
        parse(text) {
            const base = basename(text), ext = extname(base);
            const dir = dirname(text);
            return { root: text.startsWith('/') ? '/' : '', dir: dir === '.' && !text.startsWith('.') ? '' : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base };
        },
        format: ({ dir, root = '', base, name = '', ext = '' }) => (dir ? dir + (dir === root ? '' : '/') : root) + (base || name + ext),
    };
    path.posix = path;

    // --- events, querystring, assert -------------------------------------------------------------------

    class EventEmitter {
        #handlers = new Map();
        on(name, handler) {
            this.#handlers.set(name, [...this.listeners(name), handler]);
            return this;
        }
        once(name, handler) {
            const once = (...values) => { this.off(name, once); handler.apply(this, values); };
            return this.on(name, once);
        }
        off(name, handler) {
            this.#handlers.set(name, this.listeners(name).filter((known) => known !== handler));
            return this;
        }
        emit(name, ...values) {
            const handlers = this.listeners(name);
            if (name === 'error' && !handlers.length) throw values[0];
            for (const handler of handlers) handler.apply(this, values);
            return handlers.length > 0;
        }
        listeners(name) { return this.#handlers.get(name) || []; }
        listenerCount(name) { return this.listeners(name).length; }
        removeAllListeners(name) {
            if (name === undefined) this.#handlers.clear();
            else this.#handlers.delete(name);
            return this;
        }
    }
    EventEmitter.prototype.addListener = EventEmitter.prototype.on;
    EventEmitter.prototype.removeListener = EventEmitter.prototype.off;
    EventEmitter.EventEmitter = EventEmitter;

    const querystring = {
        parse(text) {
            const result = {};
            for (const [name, value] of new (flow.part('url').URLSearchParams)(text)) {
                result[name] = name in result ? [].concat(result[name], value) : value;
            }
            return result;
        },
        stringify: (values) => Object.entries(values).flatMap(([name, value]) => [].concat(value).map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`)).join('&'),
        escape: encodeURIComponent,
        unescape: decodeURIComponent,
    };

    class AssertionError extends Error {
        get name() { return 'AssertionError'; }
    }
    const check = (good, message, usual) => { if (!good) throw message instanceof Error ? message : new AssertionError(message || usual); };
    const assert = (value, message) => check(value, message, 'The expression evaluated to a falsy value');
    assert.ok = assert;
    assert.strictEqual = (a, b, message) => check(Object.is(a, b), message, 'Expected values to be strictly equal');
    assert.equal = (a, b, message) => check(a == b, message, 'Expected values to be loosely equal');
    assert.deepStrictEqual = assert.deepEqual = (a, b, message) => check(flow.part('util').isDeepStrictEqual(a, b), message, 'Expected values to be deeply equal');
    assert.AssertionError = AssertionError;

    const { setTimer: setTimeout, setRepeating: setInterval, clear } = flow.timers;
    return {
        assert, crypto, os, path, querystring,
        buffer: { Buffer },
        events: EventEmitter,
        timers: { setTimeout, setInterval, clearTimeout: clear, clearInterval: clear },
        url: flow.part('url'),
        util: flow.part('util'),
    };
})
