// Node.js's util module, as far as functions use it.
(function (flow) {
    'use strict';
    const WIDTH = 80;
    const INNER = 3;

    const identifier = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

    function quote(text) {
        const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') && !text.includes('${') ? '`' : "'";
        const plain = text.replace(/[\\\x00-\x1f\x7f-\x9f]/g, (char) => {
            const known = { '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r', '\b': '\\b', '\f': '\\f', '\v': '\\v' }[char];
            return known || '\\x' + char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
        });
        return mark + (mark === "'" ? plain.replace(/'/g, "\\'") : plain) + mark;
    }

    function inspect(value, options, ...old) {
        if (typeof options === 'boolean') options = { showHidden: options, depth: old[0] };
        const depth = options && options.depth !== undefined ? options.depth : 2;
        const state = { limit: depth === null ? Infinity : depth, width: (options && options.breakLength) || WIDTH, indent: 0, seen: [], circles: new Map(), deepest: 0, options: options || {} };
        return show(value, state, 0, false);
    }

    function show(value, state, level, typed) {
        switch (typeof value) {
            case 'string': return quote(value);
            case 'number': return Object.is(value, -0) ? '-0' : String(value);
            case 'bigint': return value + 'n';
            case 'boolean': case 'undefined': case 'symbol': return String(value);
        }
        if (value === null) return 'null';
        const custom = value[Symbol.for('nodejs.util.inspect.custom')];
        if (typeof custom === 'function' && custom !== inspect) {
            const shown = custom.call(value, state.limit - level, state.options, inspect);
            if (shown !== value) return typeof shown === 'object' ? show(shown, state, level) : String(shown);
        }
        if (state.seen.includes(value)) {
            if (!state.circles.has(value)) state.circles.set(value, state.circles.size + 1);
            return `[Circular *${state.circles.get(value)}]`;
        }
        return showObject(value, state, level, typed);
    }

    function nameOf(value) {
        const proto = Object.getPrototypeOf(value);
        if (proto === null) return '[Object: null prototype]';
        for (let at = proto; at; at = Object.getPrototypeOf(at)) {
            const own = Object.getOwnPropertyDescriptor(at, 'constructor');
            if (own && typeof own.value === 'function' && own.value.name) return own.value.name;
        }
        return 'Object';
    }

    // What comes before and inside the braces of an object.
    function anatomy(value, name) {
        if (Array.isArray(value)) return { open: name === 'Array' ? '[' : `${name}(${value.length}) [`, close: ']', items: value };
        if (flow.isBuffer(value)) return { whole: showBuffer(value) };
        if (ArrayBuffer.isView(value) && value.length !== undefined) return { open: `${name}(${value.length}) [`, close: ']', items: value };
        if (value instanceof Set) return { open: `Set(${value.size}) {`, close: '}', items: [...value], plain: true };
        if (value instanceof Map) return { open: `Map(${value.size}) {`, close: '}', pairs: [...value] };
        if (typeof value === 'function') return { base: showFunction(value) };
        if (value instanceof RegExp) return { base: String(value) };
        if (value instanceof Date) return { base: Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString() };
        if (value instanceof Error) return { base: value.stack && String(value.stack).includes('\n') ? value.stack : `[${String(value)}]` };
        if (value instanceof Promise) return { open: 'Promise {', close: '}', fixed: ['<pending>'] };
        if (value instanceof WeakSet || value instanceof WeakMap) return { open: `${name} {`, close: '}', fixed: ['<items unknown>'] };
        if (value instanceof String || value instanceof Number || value instanceof Boolean) return { base: `[${name}: ${show(value.valueOf(), { seen: [] }, 0)}]` };
        if (value instanceof ArrayBuffer) return { open: 'ArrayBuffer {', close: '}', fixed: [`[Uint8Contents]: <${hex(new Uint8Array(value))}>`, `byteLength: ${value.byteLength}`] };
        return { open: name === 'Object' ? '{' : `${name} {`, close: '}' };
    }

    function hex(bytes) {
        const shown = Array.from(bytes.subarray(0, 50), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
        return bytes.length > 50 ? `${shown} ... ${bytes.length - 50} more byte${bytes.length > 51 ? 's' : ''}` : shown;
    }

    const showBuffer = (value) => `<Buffer${value.length ? ' ' + hex(value) : ''}>`;

    function showFunction(value) {
        const source = Function.prototype.toString.call(value);
        if (/^class\b/.test(source)) return `[class ${value.name || '(anonymous)'}]`;
        const kind = nameOf(value);
        return value.name ? `[${kind}: ${value.name}]` : `[${kind} (anonymous)]`;
    }

    function showObject(value, state, level) {
        const name = nameOf(value);
        const form = anatomy(value, name);
        if (form.whole) return form.whole;
        const isList = form.items && !form.plain;
        const names = Object.keys(value).filter((key) => !(isList || value instanceof String) || !/^\d+$/.test(key));
        const symbols = Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
        const isEmpty = !names.length && !symbols.length;
        if (isEmpty && form.base) return form.base;
        if (isEmpty && !(form.items && form.items.length) && !form.pairs && !form.fixed) return form.open + form.close;
        if (level > state.limit) return Array.isArray(value) ? '[Array]' : `[${name}]`;
        state.seen.push(value);
        state.deepest = level;
        const output = form.fixed ? [...form.fixed] : [];
        if (form.items) output.push(...showItems(form, value, state, level));
        if (form.pairs) output.push(...form.pairs.map(([key, item]) => `${show(key, state, level + 1)} => ${inside(item, state, level)}`));
        for (const key of names.concat(symbols)) output.push(showMember(value, key, state, level));
        state.seen.pop();
        let prefix = '';
        if (state.circles.has(value)) prefix = `<ref *${state.circles.get(value)}> `;
        const base = form.base ? form.base + ' ' : '';
        return prefix + join(output, base, form.open || '{', form.close || '}', state, level, isList && output.length > 6);
    }

    function showItems(form, value, state, level) {
        const output = [];
        const shown = Math.min(100, form.items.length);
        for (let i = 0; i < shown; i++) {
            if (!form.plain && !(i in value)) {
                let gap = 1;
                while (i + gap < form.items.length && !(i + gap in value)) gap++;
                output.push(`<${gap} empty item${gap > 1 ? 's' : ''}>`);
                i += gap - 1;
            } else {
                output.push(inside(form.items[i], state, level));
            }
        }
        const rest = form.items.length - shown;
        if (rest > 0) output.push(`... ${rest} more item${rest > 1 ? 's' : ''}`);
        return output;
    }

    function inside(value, state, level) {
        state.indent += 2;
        const text = show(value, state, level + 1);
        state.indent -= 2;
        return text;
    }

    function showMember(value, key, state, level) {
        const own = Object.getOwnPropertyDescriptor(value, key) || { value: value[key] };
        const name = typeof key === 'symbol' ? `[${String(key)}]` : identifier.test(key) ? key : quote(key);
        if (own.get) return `${name}: ${own.set ? '[Getter/Setter]' : '[Getter]'}`;
        if (own.set) return `${name}: [Setter]`;
        return `${name}: ${inside(own.value, state, level)}`;
    }

    // On one line where it is short and not nested deeper than three levels, else one line each.
    function join(output, base, open, close, state, level, grouped) {
        const entries = output.length;
        if (grouped) output = group(output, state);
        if (state.deepest - level < INNER && entries === output.length) {
            const start = output.length + state.indent + open.length + base.length + 10;
            const length = output.reduce((sum, text) => sum + text.length, output.length + start);
            if (length <= state.width && !output.some((text) => text.includes('\n')) && !base.includes('\n')) {
                return `${base}${open} ${output.join(', ')} ${close}`;
            }
        }
        const indent = '\n' + ' '.repeat(state.indent);
        return `${base}${open}${indent}  ${output.join(`,${indent}  `)}${indent}${close}`;
    }

    // Long lists of short items stand in columns.
    function group(output, state) {
        const more = output.at(-1).startsWith('... ') ? 1 : 0;
        const count = output.length - more;
        const lengths = output.slice(0, count).map((text) => text.length + 2);
        const longest = Math.max(...lengths);
        const total = lengths.reduce((sum, length) => sum + length, 0);
        if (longest * 3 + state.indent >= state.width || !(total / longest > 5 || longest <= 8)) return output;
        const width = Math.max(longest - 3 - Math.sqrt(longest - total / output.length), 1);
        const columns = Math.min(Math.round(Math.sqrt(2.5 * width * count) / width), Math.floor((state.width - state.indent) / longest), 12, 15);
        if (columns <= 1) return output;
        const widths = [];
        for (let i = 0; i < columns; i++) {
            let width = 0;
            for (let j = i; j < count; j += columns) width = Math.max(width, lengths[j]);
            widths.push(width);
        }
        const numeric = output.slice(0, count).every((text) => /^-?[\d.]+n?$/.test(text));
        const rows = [];
        for (let i = 0; i < count; i += columns) {
            const row = output.slice(i, Math.min(i + columns, count));
            const cells = row.map((text, j) => {
                if (j === row.length - 1 && !numeric) return text;
                const cell = j === row.length - 1 ? text : text + ', ';
                const width = j === row.length - 1 ? widths[j] - 2 : widths[j];
                return numeric ? cell.padStart(width) : cell.padEnd(width);
            });
            rows.push(cells.join(''));
        }
        if (more) rows.push(output.at(-1));
        return rows;
    }
    inspect.custom = Symbol.for('nodejs.util.inspect.custom');

    function format(...values) {
        const [first, ...rest] = values;
        if (typeof first !== 'string') return values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ');
        if (!rest.length) return first;
        const text = first.replace(/%[sdifjoOc%]/g, (mark) => {
            if (mark === '%%') return '%';
            if (!rest.length) return mark;
            return substitute(mark, rest.shift());
        });
        return [text, ...rest.map((value) => (typeof value === 'string' ? value : inspect(value)))].join(' ');
    }

    function substitute(mark, value) {
        switch (mark) {
            case '%s':
                if (typeof value === 'bigint') return value + 'n';
                if (typeof value === 'object' && value !== null && !(value instanceof Error)) return inspect(value, { depth: 0 });
                return Object.is(value, -0) ? '-0' : String(value);
            case '%d': return typeof value === 'object' ? 'NaN' : typeof value === 'bigint' ? value + 'n' : String(Number(value));
            case '%i': return typeof value === 'object' ? 'NaN' : String(parseInt(value));
            case '%f': return String(parseFloat(value));
            case '%j': return JSON.stringify(value);
            case '%o': return inspect(value, { depth: 4, showHidden: true });
            case '%O': return inspect(value);
            default: return '';
        }
    }

    const customPromisify = Symbol.for('nodejs.util.promisify.custom');

    function promisify(original) {
        if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function');
        if (original[customPromisify]) return original[customPromisify];
        return function (...values) {
            return new Promise((resolve, reject) => {
                original.call(this, ...values, (error, value) => (error ? reject(error) : resolve(value)));
            });
        };
    }
    promisify.custom = customPromisify;

    const callbackify = (original) => function (...values) {
        const callback = values.pop();
        original.apply(this, values).then((value) => callback(null, value), (error) => callback(error));
    };

    function inherits(child, parent) {
        Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true });
        Object.setPrototypeOf(child.prototype, parent.prototype);
    }

    function isDeepStrictEqual(a, b) {
        if (Object.is(a, b)) return true;
        if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
        if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
        if (a instanceof Date) return a.getTime() === b.getTime();
        if (a instanceof RegExp) return String(a) === String(b);
        if (a instanceof Set || a instanceof Map) return a.size === b.size && isDeepStrictEqual([...a], [...b]);
        const keys = Object.keys(a);
        return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]));
    }

    const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
    const is = (kind) => (value) => kindOf(value) === kind;
    const types = {
        isDate: is('Date'), isRegExp: is('RegExp'), isMap: is('Map'), isSet: is('Set'), isPromise: is('Promise'),
        isNativeError: (value) => value instanceof Error, isUint8Array: (value) => value instanceof Uint8Array,
        isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView), isArrayBuffer: is('ArrayBuffer'),
        isAsyncFunction: is('AsyncFunction'), isGeneratorFunction: is('GeneratorFunction'), isWeakMap: is('WeakMap'),
        isWeakSet: is('WeakSet'), isDataView: is('DataView'), isSymbolObject: is('Symbol'),
        isBoxedPrimitive: (value) => value instanceof String || value instanceof Number || value instanceof Boolean,
    };

    class TextEncoder {
        get encoding() { return 'utf-8'; }
        encode(text = '') { return new Uint8Array(flow.part('buffer').utf8Bytes(String(text))); }
    }

    class TextDecoder {
        get encoding() { return 'utf-8'; }
        decode(bytes = new Uint8Array()) {
            const text = flow.part('buffer').utf8Text(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes);
            return text.startsWith('\ufeff') ? text.slice(1) : text;
        }
    }

    return {
        inspect, format, promisify, callbackify, inherits, isDeepStrictEqual, types, TextEncoder, TextDecoder,
        isArray: Array.isArray, deprecate: (original) => original,
        stripVTControlCharacters: (text) => text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, ''),
        toUSVString: (text) => String(text).toWellFormed(),
    };
})
