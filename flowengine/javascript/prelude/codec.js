// Values on their way between Python and JavaScript, as text.
//
// Most are JSON. Where a value holds something that JSON lacks (a Buffer, a Date, undefined in a list, a circle),
// the text is "#" and [root, table]: the table has one entry for every object, and inside an entry [n] refers
// to the n-th one. So neither side ever recurses, however deep a message is nested.
(function (flow) {
    'use strict';
    const { stringify, parse } = JSON;
    const { getPrototypeOf, keys } = Object;
    const { isArray } = Array;
    const objectProto = Object.prototype;
    const arrayProto = Array.prototype;
    const DEEPEST = 60;

    function isPlain(value, depth) {
        switch (typeof value) {
            case 'string':
            case 'boolean':
                return true;
            case 'number':
                return value - value === 0 && (value !== 0 || 1 / value > 0);
            case 'object': {
                if (value === null) return true;
                if (depth > DEEPEST) return false;
                const proto = getPrototypeOf(value);
                if (proto === objectProto) {
                    for (const key in value) {
                        const item = value[key];
                        if (item !== undefined && !isPlain(item, depth + 1)) return false;
                    }
                    return true;
                }
                if (proto !== arrayProto) return false;
                for (let i = 0; i < value.length; i++) {
                    if (!isPlain(value[i], depth + 1)) return false;
                }
                return true;
            }
            default:
                return false;
        }
    }

    function encode(value) {
        return isPlain(value, 0) ? stringify(value) : encodeTable(value);
    }

    function encodeTable(value) {
        const table = [];
        const seen = new Map();
        const pending = [];
        function refer(item) {
            switch (typeof item) {
                case 'string':
                case 'boolean':
                    return item;
                case 'number':
                    if (item - item === 0 && (item !== 0 || 1 / item > 0)) return item;
                    return add(['N', item === 0 ? '-0' : String(item)]);
                case 'bigint':
                    return add(['I', String(item)]);
                case 'undefined':
                    return add(['U']);
                case 'symbol':
                    return add(['Y', item.description || '']);
                case 'function':
                    return add(['F', item.name]);
            }
            if (item === null) return null;
            let place = seen.get(item);
            if (place === undefined) {
                place = add(null)[0];
                seen.set(item, place);
                pending.push(item, place);
            }
            return [place];
        }
        function add(entry) {
            table.push(entry);
            return [table.length - 1];
        }
        const root = refer(value);
        while (pending.length) {
            const place = pending.pop();
            table[place] = describe(pending.pop(), refer);
        }
        return '#' + stringify([root, table]);
    }

    function describe(value, refer) {
        const handle = flow.handles.get(value);
        if (handle !== undefined) return ['H', handle];
        if (isArray(value)) return list('A', value, refer);
        if (ArrayBuffer.isView(value)) return describeBytes(value);
        const proto = getPrototypeOf(value);
        if (proto !== objectProto && proto !== null) {
            if (value instanceof Date) {
                const time = value.getTime();
                return ['D', time === time ? time : null];
            }
            if (value instanceof Error) return describeError(value, refer);
            if (value instanceof RegExp) return ['R', value.source, value.flags];
            if (value instanceof Set) return list('S', value, refer);
            if (value instanceof Map) {
                const entry = ['M'];
                for (const [key, item] of value) entry.push(refer(key), refer(item));
                return entry;
            }
            if (value instanceof ArrayBuffer) return ['B', new Uint8Array(value).toBase64()];
            if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                return ['V', refer(value.valueOf())];
            }
        }
        return members(value, refer);
    }

    function list(kind, values, refer) {
        const entry = [kind];
        for (const item of values) entry.push(refer(item));
        return entry;
    }

    function members(value, refer) {
        const entry = {};
        for (const key of keys(value)) {
            const item = value[key];
            if (item === undefined) continue;
            if (key === '__proto__') Object.defineProperty(entry, key, { value: refer(item), enumerable: true });
            else entry[key] = refer(item);
        }
        return entry;
    }

    function describeBytes(view) {
        if (view instanceof Uint8Array) return ['B', view.toBase64()];
        if (view instanceof DataView) return ['B', new Uint8Array(view.buffer, view.byteOffset, view.byteLength).toBase64()];
        const entry = ['T', view.constructor.name];
        for (const item of view) entry.push(typeof item === 'bigint' ? String(item) : item);
        return entry;
    }

    function describeError(error, refer) {
        const more = members(error, refer);
        if (error.cause !== undefined) more.cause = refer(error.cause);
        delete more.stack;
        delete more.message;
        return ['E', String(error.name), String(error.message), String(error.stack || ''), more];
    }

    function decode(text) {
        return text.charCodeAt(0) === 35 ? decodeTable(parse(text.slice(1))) : parse(text);
    }

    function decodeTable([root, table]) {
        const values = table.map(shell);
        const read = (item) => (isArray(item) ? values[item[0]] : item);
        for (let i = 0; i < table.length; i++) fill(values[i], table[i], read);
        return read(root);
    }

    function shell(entry) {
        if (!isArray(entry)) return {};
        switch (entry[0]) {
            case 'A': return new Array(entry.length - 1);
            case 'N': return Number(entry[1]);
            case 'I': return BigInt(entry[1]);
            case 'B': return flow.part('buffer').fromBase64(entry[1]);
            case 'D': return new Date(entry[1] === null ? NaN : entry[1]);
            case 'R': return makeRegExp(entry);
            case 'S': return new Set();
            case 'M': return new Map();
            case 'E': return makeError(entry);
            case 'H': return flow.handle(entry[1]);
            case 'F': return makeForeign(entry[1]);
            case 'Y': return Symbol(entry[1]);
            default: return undefined;
        }
    }

    function fill(value, entry, read) {
        if (!isArray(entry)) {
            for (const key of keys(entry)) {
                if (key === '__proto__') Object.defineProperty(value, key, { value: read(entry[key]), enumerable: true, writable: true, configurable: true });
                else value[key] = read(entry[key]);
            }
            return;
        }
        switch (entry[0]) {
            case 'A':
                for (let i = 1; i < entry.length; i++) value[i - 1] = read(entry[i]);
                break;
            case 'S':
                for (let i = 1; i < entry.length; i++) value.add(read(entry[i]));
                break;
            case 'M':
                for (let i = 1; i < entry.length; i += 2) value.set(read(entry[i]), read(entry[i + 1]));
                break;
            case 'E':
                for (const key of keys(entry[4])) {
                    Object.defineProperty(value, key, { value: read(entry[4][key]), enumerable: key !== 'cause', writable: true, configurable: true });
                }
        }
    }

    function makeRegExp([, source, flags]) {
        try {
            return new RegExp(source, flags);
        } catch {
            return new RegExp(source.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), flags);
        }
    }

    const errors = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

    function makeError([, name, message, stack]) {
        const error = new (errors[name] || Error)(message);
        if (error.name !== name) Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true });
        Object.defineProperty(error, 'stack', { value: stack || name + ': ' + message, writable: true, configurable: true });
        return error;
    }

    function makeForeign(name) {
        const foreign = () => {
            throw new Error('The function ' + (name || '') + ' belongs to another node and cannot be called here');
        };
        Object.defineProperty(foreign, 'name', { value: name });
        return foreign;
    }

    flow.encode = encode;
    flow.decode = decode;
    flow.isPlain = (value) => isPlain(value, 0);
})
