// context, flow and global. Memory stores hand out references, so an object that was fetched or stored is looked at
// again when the function has ended, and stored anew where it has changed.
(function (flow, host) {
    'use strict';
    const { encode, decode } = flow;
    const { isArray } = Array;
    const SCOPES = { context: 0, flow: 1, global: 2 };
    const live = new Map();

    // Stores what the function has changed in place.
    function storeChanges() {
        for (const [place, entry] of live) {
            const text = encode(entry.value);
            if (text !== entry.text) {
                entry.text = text;
                const [scope, key, store] = place.split('\n');
                host.setContext(Number(scope), key, store, text, flow.originalOf(entry.value));
            }
        }
    }

    function unpack(text) {
        if (text.charCodeAt(0) === 33) throw decode(text.slice(1));
        return text === '' ? undefined : decode(text);
    }

    function checked(key, callback) {
        if (callback !== undefined && callback !== null && typeof callback !== 'function') throw new Error('Callback must be a function');
        const all = isArray(key) ? key : [key];
        if (all.length && all.every((one) => typeof one === 'string' && one !== '')) return true;
        const error = new Error('Invalid context key');
        if (!callback) throw error;
        callback(error);
        return false;
    }

    function placed(scope, key, store) {
        const found = /^#:\((\S+?)\)::(.*)$/s.exec(key);
        return [scope, found ? found[2] : key, store || (found ? found[1] : '')];
    }

    function isObject(value) {
        return typeof value === 'object' && value !== null;
    }

    function getOne(scope, key, store) {
        const place = placed(scope, key, store);
        const text = host.getContext(...place);
        const first = text.charCodeAt(0);
        // Numbers, texts and the like are copies anyway.
        if (first !== 123 && first !== 91 && first !== 35) return unpack(text);
        const name = place.join('\n');
        const known = live.get(name);
        if (known !== undefined && known.text === text) return known.value;
        const value = unpack(text);
        if (isObject(value)) keep(name, value, text);
        return value;
    }

    function setOne(scope, key, value, store) {
        const place = placed(scope, key, store);
        const text = value === undefined ? '' : encode(value);
        const answer = host.setContext(...place, text, flow.originalOf(value));
        if (answer) unpack(answer);
        if (isObject(value)) keep(place.join('\n'), value, text);
        else if (live.size) live.delete(place.join('\n'));
    }

    function keep(name, value, text) {
        live.set(name, { value, text });
        host.later();
    }

    function makeContext(scope) {
        return {
            get(key, store, callback) {
                if (!callback && typeof store === 'function') [callback, store] = [store, undefined];
                if (!checked(key, callback)) return undefined;
                if (!isArray(key)) return answer(callback, () => [getOne(scope, key, store)]);
                const values = answer(callback, () => key.map((one) => getOne(scope, one, store)), true);
                return values;
            },
            set(key, value, store, callback) {
                if (!callback && typeof store === 'function') [callback, store] = [store, undefined];
                if (!checked(key, callback)) return;
                const values = isArray(key) ? (isArray(value) ? value : [value]) : null;
                answer(callback, () => {
                    if (values) key.forEach((one, i) => setOne(scope, one, i < values.length ? values[i] : null, store));
                    else setOne(scope, key, value, store);
                    return [];
                });
            },
            keys(store, callback) {
                if (!callback && typeof store === 'function') [callback, store] = [store, undefined];
                if (callback && typeof callback !== 'function') throw new Error('Callback must be a function');
                return answer(callback, () => [unpack(host.contextKeys(scope, store || ''))]);
            },
        };
    }

    function answer(callback, ask, many) {
        if (!callback) {
            const values = ask();
            return many ? values : values[0];
        }
        let values;
        try {
            values = ask();
        } catch (error) {
            callback(error);
            return undefined;
        }
        callback(undefined, ...values);
        return undefined;
    }

    const contexts = { context: makeContext(SCOPES.context), flow: makeContext(SCOPES.flow), global: makeContext(SCOPES.global) };
    contexts.context.flow = contexts.flow;
    contexts.context.global = contexts.global;

    const environment = new Map();
    const env = {
        get(name) {
            name = String(name);
            if (!environment.has(name)) environment.set(name, unpack(host.env(name)));
            return environment.get(name);
        },
    };

    flow.live = live;
    flow.storeChanges = storeChanges;
    flow.contexts = contexts;
    flow.env = env;
    flow.unpack = unpack;
})
