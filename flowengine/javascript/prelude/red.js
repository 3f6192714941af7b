// RED.util as function nodes see it.
(function (flow) {
    'use strict';
    const isBuffer = (value) => flow.isBuffer(value);
    const Buffer = () => flow.part('buffer').Buffer;

    function ensureString(value) {
        if (isBuffer(value)) return value.toString();
        if (typeof value === 'object') return JSON.stringify(value);
        return '' + value;
    }

    function ensureBuffer(value) {
        if (isBuffer(value)) return value;
        return Buffer().from(typeof value === 'object' ? JSON.stringify(value) : '' + value);
    }

    // --- copies and comparisons -------------------------------------------------------------------------

    function cloneMessage(message) {
        if (message === undefined || message === null) return message;
        const seen = new Map();
        for (const name of ['req', 'res']) if (message[name]) seen.set(message[name], message[name]);
        return cloneDeep(message, seen);
    }

    function cloneDeep(value, seen) {
        if (typeof value !== 'object' || value === null) return value;
        const known = seen.get(value);
        if (known !== undefined) return known;
        if (flow.handles.has(value)) return value;
        const copy = emptyCopy(value);
        seen.set(value, copy);
        if (copy === value) return value;
        if (value instanceof Map) value.forEach((item, key) => copy.set(cloneDeep(key, seen), cloneDeep(item, seen)));
        else if (value instanceof Set) value.forEach((item) => copy.add(cloneDeep(item, seen)));
        if (!ArrayBuffer.isView(value)) for (const key of Object.keys(value)) copy[key] = cloneDeep(value[key], seen);
        return copy;
    }

    function emptyCopy(value) {
        if (Array.isArray(value)) return new Array(value.length);
        if (isBuffer(value)) return Buffer().from(value);
        if (ArrayBuffer.isView(value)) return value.slice ? value.slice() : new DataView(value.buffer.slice(0));
        if (value instanceof Date) return new Date(value.getTime());
        if (value instanceof RegExp) return new RegExp(value.source, value.flags);
        if (value instanceof Map) return new Map();
        if (value instanceof Set) return new Set();
        // Errors, promises and the like cannot be copied; lodash gives {} for them.
        if (value instanceof Error || value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return {};
        return Object.create(Object.getPrototypeOf(value));
    }

    function compareObjects(a, b) {
        if (a === b) return true;
        if (a === null || a === undefined || b === null || b === undefined) return false;
        if (Array.isArray(a) !== Array.isArray(b) || isBuffer(a) !== isBuffer(b)) return false;
        if (Array.isArray(a)) return a.length === b.length && a.every((item, i) => compareObjects(item, b[i]));
        if (isBuffer(a)) return a.equals(b);
        if (typeof a !== 'object' || typeof b !== 'object') return false;
        const keys = Object.keys(a);
        return keys.length === Object.keys(b).length && keys.every((key) => compareObjects(a[key], b[key]));
    }

    // --- property expressions ---------------------------------------------------------------------------

    function invalid(text) {
        const error = new Error(text);
        error.code = 'INVALID_EXPR';
        return error;
    }

    // a.b["c"][0] to ['a', 'b', 'c', 0]; a[msg.b] takes msg's value where a message is given.
    function normalisePropertyExpression(text, message, asText) {
        const answer = flow.decode(flow.host.path(text));
        if (answer.error) throw invalid(answer.error);
        const parts = answer.parts.map((part) => resolve(part, message));
        if (!asText) return parts;
        const [first, ...rest] = parts;
        return rest.reduce((path, part) => path + (typeof part === 'string' ? (part.includes('"') ? `['${part}']` : `["${part}"]`) : `[${part}]`), first);
    }

    function resolve(part, message) {
        if (!Array.isArray(part)) return part;
        const [position, path, inner] = part;
        if (!message) return ['msg', ...inner];
        const value = getMessageProperty(message, path);
        if (value === undefined) throw invalid(`Invalid expression started at position ${position}`);
        return value;
    }

    function getObjectProperty(object, expression) {
        let result = object;
        for (const key of normalisePropertyExpression(expression, object)) result = result[key];
        return result;
    }

    function withoutMsg(expression) {
        return expression.startsWith('msg.') ? expression.slice(4) : expression;
    }

    function getMessageProperty(message, expression) {
        return getObjectProperty(message, withoutMsg(expression));
    }

    function setObjectProperty(object, expression, value, createMissing = value !== undefined) {
        const parts = normalisePropertyExpression(expression, object);
        const last = parts.at(-1);
        for (let i = 0; i < parts.length - 1; i++) {
            const key = parts[i];
            const there = Array.isArray(object) && typeof key === 'number' ? object[key] !== undefined : Object.hasOwn(object, key);
            if (there) {
                const inner = object[key];
                if ((typeof inner !== 'object' && typeof inner !== 'function') || inner === null) return false;
            } else if (createMissing) {
                object[key] = typeof parts[i + 1] === 'string' ? {} : [];
            } else {
                return false;
            }
            object = object[key];
        }
        if (value === undefined) {
            if (typeof last === 'number' && Array.isArray(object)) object.splice(last, 1);
            else delete object[last];
            return true;
        }
        if (typeof object !== 'object' || object === null) return false;
        object[last] = value;
        return true;
    }

    function setMessageProperty(message, expression, value, createMissing) {
        return setObjectProperty(message, withoutMsg(expression), value, createMissing);
    }

    function parseContextStore(key) {
        const found = /^#:\((\S+?)\)::(.*)$/.exec(key);
        return found ? { store: found[1], key: found[2] } : { key };
    }

    // --- typed values -----------------------------------------------------------------------------------

    function evaluateEnv(text) {
        const only = /^\$\{([^}]+)\}$/.exec(text);
        const get = (name) => { const value = flow.env.get(name); return value === undefined ? '' : value; };
        if (only) return get(only[1]);
        return /\$\{\S+\}/.test(text) ? text.replace(/\$\{([^}]+)\}/g, (_, name) => get(name)) : get(text);
    }

    function evaluateDate(form) {
        if (!form) return Date.now();
        if (form === 'object') return new Date();
        return form === 'iso' ? new Date().toISOString() : flow.host.date(form);
    }

    function evaluateBinary(text) {
        const data = JSON.parse(text);
        if (Array.isArray(data) || typeof data === 'string') return Buffer().from(data);
        throw Object.assign(new Error('Not string or array'), { code: 'INVALID_BUFFER_DATA' });
    }

    function evaluateNow(value, type, message) {
        switch (type) {
            case 'str': return '' + value;
            case 'num': return Number(value);
            case 'json': return JSON.parse(value);
            case 're': return new RegExp(value);
            case 'date': return evaluateDate(value);
            case 'bin': return evaluateBinary(value);
            case 'bool': return /^true$/i.test(value);
            case 'env': return evaluateEnv(value);
            case 'msg': return message ? getMessageProperty(message, value) : value;
            default: return value;
        }
    }

    function evaluateNodeProperty(value, type, node, message, callback) {
        if ((type === 'flow' || type === 'global') && node) {
            const place = parseContextStore(value);
            if (/\[msg/.test(place.key)) place.key = normalisePropertyExpression(place.key, message, true);
            return flow.contexts[type].get(place.key, place.store, callback);
        }
        if (type === 'jsonata') return evaluateJSONataExpression(prepareJSONataExpression(value), message, callback);
        if (!callback) return evaluateNow(value, type, message);
        let result;
        try {
            result = evaluateNow(value, type, message);
        } catch (error) {
            if (type !== 'msg') throw error;
            callback(error);
            return undefined;
        }
        callback(null, result);
        return undefined;
    }

    function prepareJSONataExpression(text) {
        const answer = flow.host.jsonata(text);
        if (answer) throw flow.decode(answer);
        return { text };
    }

    function evaluateJSONataExpression(expression, message, callback) {
        if (!callback) throw new Error('Calls to RED.util.evaluateJSONataExpression must include a callback.');
        flow.ask('jsonata', expression.text, flow.encode(message)).then((value) => callback(null, value), (error) => callback(error));
    }

    function normaliseNodeTypeName(name) {
        const words = name.replace(/[^a-zA-Z0-9]/g, ' ').trim().replace(/ +./g, (part) => part.at(-1).toUpperCase());
        return words.charAt(0).toLowerCase() + words.slice(1);
    }

    function encodeObject(shown, options) {
        const answer = flow.decode(flow.host.debugForm(flow.encode(shown.msg), options && options.maxLength !== undefined ? Number(options.maxLength) : 1000));
        shown.format = answer.format;
        shown.msg = answer.msg;
        return shown;
    }

    return {
        encodeObject, ensureString, ensureBuffer, cloneMessage, compareObjects, generateId: flow.generateId,
        getMessageProperty, setMessageProperty, getObjectProperty, setObjectProperty, evaluateNodeProperty,
        normalisePropertyExpression, normaliseNodeTypeName, prepareJSONataExpression, evaluateJSONataExpression,
        parseContextStore,
    };
})
