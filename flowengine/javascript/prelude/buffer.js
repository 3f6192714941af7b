// Node.js's Buffer: bytes with encodings.
(function (flow) {
    'use strict';
    const { TextEncoder, TextDecoder } = flow.native;
    const encoder = TextEncoder ? new TextEncoder() : null;
    const decoder = TextDecoder ? new TextDecoder('utf-8', { ignoreBOM: true }) : null;

    function encodingOf(name) {
        if (name === undefined || name === null || name === '') return 'utf8';
        switch (String(name).toLowerCase()) {
            case 'utf8': case 'utf-8': return 'utf8';
            case 'hex': return 'hex';
            case 'base64': return 'base64';
            case 'base64url': return 'base64url';
            case 'latin1': case 'binary': return 'latin1';
            case 'ascii': return 'ascii';
            case 'ucs2': case 'ucs-2': case 'utf16le': case 'utf-16le': return 'utf16le';
        }
        const error = new TypeError('Unknown encoding: ' + name);
        error.code = 'ERR_UNKNOWN_ENCODING';
        throw error;
    }

    // --- text to bytes and back -------------------------------------------------------------------------

    function utf8Bytes(text) {
        if (encoder) return encoder.encode(text.toWellFormed());
        const out = [];
        for (const char of text) {
            let code = char.codePointAt(0);
            if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
            if (code < 0x80) out.push(code);
            else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
            else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
            else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        }
        return Uint8Array.from(out);
    }

    function utf8Text(bytes) {
        if (decoder) return decoder.decode(bytes);
        const pieces = [];
        let text = '';
        for (let i = 0; i < bytes.length;) {
            const [code, used] = codeAt(bytes, i);
            text += String.fromCodePoint(code);
            i += used;
            if (text.length > 8192) { pieces.push(text); text = ''; }
        }
        return pieces.join('') + text;
    }

    // One code point and the bytes it takes; what is malformed is one U+FFFD for the longest valid beginning.
    function codeAt(bytes, at) {
        const first = bytes[at];
        if (first < 0x80) return [first, 1];
        const size = first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
        if (!size) return [0xfffd, 1];
        let code = first & (0xff >> (size + 1));
        for (let i = 1; i < size; i++) {
            const next = bytes[at + i];
            let low = 0x80, high = 0xbf;
            if (i === 1) {
                if (first === 0xe0) low = 0xa0;
                else if (first === 0xed) high = 0x9f;
                else if (first === 0xf0) low = 0x90;
                else if (first === 0xf4) high = 0x8f;
            }
            if (!(next >= low && next <= high)) return [0xfffd, i];
            code = (code << 6) | (next & 63);
        }
        return [code, size];
    }

    function latin1Text(bytes, mask) {
        let text = '';
        for (let i = 0; i < bytes.length; i += 4096) {
            const some = bytes.subarray(i, i + 4096);
            text += String.fromCharCode.apply(null, mask === 255 ? some : Uint8Array.prototype.map.call(some, (byte) => byte & mask));
        }
        return text;
    }

    function hexBytes(text) {
        const end = /^(?:[0-9a-fA-F]{2})*/.exec(text)[0].length;
        return Uint8Array.fromHex(text.slice(0, end));
    }

    function base64Bytes(text) {
        text = text.replace(/=[^]*$/, '').replace(/-/g, '+').replace(/_/g, '/').replace(/[^A-Za-z0-9+/]/g, '');
        if (text.length % 4 === 1) text = text.slice(0, -1);
        return Uint8Array.fromBase64(text);
    }

    function utf16Bytes(text) {
        const bytes = new Uint8Array(text.length * 2);
        for (let i = 0; i < text.length; i++) {
            const code = text.charCodeAt(i);
            bytes[2 * i] = code & 255;
            bytes[2 * i + 1] = code >> 8;
        }
        return bytes;
    }

    function utf16Text(bytes) {
        const codes = [];
        for (let i = 0; i + 1 < bytes.length; i += 2) codes.push(String.fromCharCode(bytes[i] | (bytes[i + 1] << 8)));
        return codes.join('');
    }

    function bytesOf(text, encoding) {
        switch (encodingOf(encoding)) {
            case 'utf8': return utf8Bytes(text);
            case 'hex': return hexBytes(text);
            case 'base64': case 'base64url': return base64Bytes(text);
            case 'utf16le': return utf16Bytes(text);
            default: return Uint8Array.from(text, (char) => char.charCodeAt(0) & 255);
        }
    }

    function textOf(bytes, encoding) {
        switch (encodingOf(encoding)) {
            case 'utf8': return utf8Text(bytes);
            case 'hex': return bytes.toHex();
            case 'base64': return bytes.toBase64();
            case 'base64url': return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
            case 'utf16le': return utf16Text(bytes);
            case 'ascii': return latin1Text(bytes, 127);
            default: return latin1Text(bytes, 255);
        }
    }

    // --- making -----------------------------------------------------------------------------------------

    function Buffer(value, encodingOrOffset, length) {
        if (typeof value === 'number') return Buffer.alloc(value);
        return Buffer.from(value, encodingOrOffset, length);
    }
    Object.setPrototypeOf(Buffer, Uint8Array);
    Buffer.prototype = Object.create(Uint8Array.prototype, {
        constructor: { value: Buffer, writable: true, configurable: true },
        _isBuffer: { value: true },
    });
    Object.defineProperty(Buffer, Symbol.species, { get: () => Buffer });

    const make = (bytes) => Object.setPrototypeOf(bytes, Buffer.prototype);
    const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

    function wrongType(name, expected, value) {
        const got = value === null || value === undefined ? String(value) : typeof value === 'object' ? 'an instance of ' + (value.constructor ? value.constructor.name : 'Object') : `type ${typeof value} (${String(value)})`;
        const error = new TypeError(`The ${name} must be ${expected}. Received ${got}`);
        error.code = 'ERR_INVALID_ARG_TYPE';
        return error;
    }

    function outOfRange(name, range, value) {
        const error = new RangeError(`The value of "${name}" is out of range. It must be ${range}. Received ${value}`);
        error.code = 'ERR_OUT_OF_RANGE';
        return error;
    }

    Buffer.from = function (value, encodingOrOffset, length) {
        if (typeof value === 'string') return make(bytesOf(value, encodingOrOffset));
        if (typeof value === 'object' && value !== null) {
            if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return make(new Uint8Array(value, encodingOrOffset, length));
            if (ArrayBuffer.isView(value) || Array.isArray(value)) return make(Uint8Array.from(value, byteOf));
            if (value.type === 'Buffer' && Array.isArray(value.data)) return make(Uint8Array.from(value.data, byteOf));
            const inner = value.valueOf && value.valueOf();
            if (inner !== value && (typeof inner === 'string' || (typeof inner === 'object' && inner !== null))) return Buffer.from(inner, encodingOrOffset, length);
            if (typeof value.length === 'number') return make(Uint8Array.from(value, byteOf));
        }
        throw wrongType('first argument', 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object', value);
    };

    const byteOf = (item) => Number(item) & 255;

    Buffer.alloc = function (size, fill, encoding) {
        if (typeof size !== 'number') throw wrongType('"size" argument', 'of type number', size);
        if (!(size >= 0 && size <= 2 ** 53 - 1)) throw outOfRange('size', '>= 0 && <= 9007199254740991', size);
        const buffer = make(new Uint8Array(size));
        return fill === undefined || fill === 0 ? buffer : buffer.fill(fill, encoding);
    };
    Buffer.allocUnsafe = Buffer.allocUnsafeSlow = (size) => Buffer.alloc(size);
    Buffer.of = (...bytes) => Buffer.from(bytes);
    Buffer.isBuffer = (value) => value instanceof Uint8Array && value._isBuffer === true;
    Buffer.isEncoding = (name) => {
        try { return typeof name === 'string' && name !== '' && !!encodingOf(name); } catch { return false; }
    };
    Buffer.byteLength = (value, encoding) => (typeof value === 'string' ? bytesOf(value, encoding).length : value.byteLength);
    Buffer.compare = (a, b) => {
        for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
        return Math.sign(a.length - b.length);
    };
    Buffer.concat = (list, total) => {
        if (!Array.isArray(list)) throw wrongType('"list" argument', 'an instance of Array', list);
        if (total === undefined) total = list.reduce((sum, bytes) => sum + bytes.length, 0);
        const buffer = Buffer.alloc(total);
        let at = 0;
        for (const bytes of list) {
            if (at >= total) break;
            buffer.set(bytes.length > total - at ? bytes.subarray(0, total - at) : bytes, at);
            at += bytes.length;
        }
        return buffer;
    };
    Buffer.poolSize = 8192;

    // --- methods ----------------------------------------------------------------------------------------

    function bounds(start, end, length) {
        start = start === undefined ? 0 : Math.max(0, Math.trunc(start) || 0);
        end = end === undefined ? length : Math.min(length, Math.trunc(end) || 0);
        return [start, Math.max(start, end)];
    }

    function find(bytes, value, at, encoding, backwards) {
        if (typeof at === 'string') [at, encoding] = [undefined, at];
        if (typeof value === 'number') value = [value & 255];
        else if (typeof value === 'string') value = bytesOf(value, encoding);
        const last = bytes.length - value.length;
        at = at === undefined || Number.isNaN(Number(at)) ? (backwards ? last : 0) : Math.trunc(at);
        if (at < 0) at = Math.max(backwards ? -1 : 0, bytes.length + at);
        if (value.length === 0) return Math.min(at, bytes.length);
        for (let i = backwards ? Math.min(at, last) : at; i >= 0 && i <= last; i += backwards ? -1 : 1) {
            let j = 0;
            while (j < value.length && bytes[i + j] === value[j]) j++;
            if (j === value.length) return i;
        }
        return -1;
    }

    const methods = {
        toString(encoding, start, end) {
            const [from, to] = bounds(start, end, this.length);
            return textOf(from === 0 && to === this.length ? this : this.subarray(from, to), encoding);
        },
        toJSON() { return { type: 'Buffer', data: Array.from(this) }; },
        toLocaleString(encoding) { return this.toString(encoding); },
        equals(other) {
            if (!(other instanceof Uint8Array)) throw wrongType('"otherBuffer" argument', 'an instance of Buffer or Uint8Array', other);
            return Buffer.compare(this, other) === 0;
        },
        compare(other, start, end, ownStart, ownEnd) {
            return Buffer.compare(this.subarray(...bounds(ownStart, ownEnd, this.length)), other.subarray(...bounds(start, end, other.length)));
        },
        slice(start, end) { return this.subarray(start, end); },
        subarray(start, end) { return make(Uint8Array.prototype.subarray.call(new Uint8Array(this.buffer, this.byteOffset, this.length), start, end)); },
        copy(target, at = 0, start, end) {
            const [from, to] = bounds(start, end, this.length);
            const count = Math.max(0, Math.min(to - from, target.length - at));
            target.set(Uint8Array.prototype.subarray.call(this, from, from + count), at);
            return count;
        },
        fill(value, start, end, encoding) {
            if (typeof start === 'string') [encoding, start] = [start, undefined];
            else if (typeof end === 'string') [encoding, end] = [end, undefined];
            const [from, to] = bounds(start, end, this.length);
            if (typeof value === 'string') value = bytesOf(value, encoding);
            if (typeof value !== 'object') Uint8Array.prototype.fill.call(this, value & 255, from, to);
            else if (value.length) for (let i = from; i < to; i++) this[i] = value[(i - from) % value.length];
            else Uint8Array.prototype.fill.call(this, 0, from, to);
            return this;
        },
        write(text, at, length, encoding) {
            if (typeof at === 'string') [encoding, at, length] = [at, 0, undefined];
            else if (typeof length === 'string') [encoding, length] = [length, undefined];
            at = at || 0;
            const room = Math.min(length === undefined ? Infinity : length, this.length - at);
            let bytes = bytesOf(text, encoding);
            if (bytes.length > room) {
                let fit = room;
                // Half a character is not written.
                if (encodingOf(encoding) === 'utf8') while (fit > 0 && (bytes[fit] & 0xc0) === 0x80) fit--;
                bytes = bytes.subarray(0, fit);
            }
            this.set(bytes, at);
            return bytes.length;
        },
        indexOf(value, at, encoding) { return find(this, value, at, encoding, false); },
        lastIndexOf(value, at, encoding) { return find(this, value, at, encoding, true); },
        includes(value, at, encoding) { return this.indexOf(value, at, encoding) !== -1; },
        swap16() { return swap(this, 2); },
        swap32() { return swap(this, 4); },
        swap64() { return swap(this, 8); },
    };

    function swap(bytes, size) {
        if (bytes.length % size) throw new RangeError(`Buffer size must be a multiple of ${size * 8}-bits`);
        for (let i = 0; i < bytes.length; i += size) Uint8Array.prototype.subarray.call(bytes, i, i + size).reverse();
        return bytes;
    }

    function checkOffset(bytes, at, size) {
        if (typeof at !== 'number') throw wrongType('"offset" argument', 'of type number', at);
        if (!Number.isInteger(at)) throw outOfRange('offset', 'an integer', at);
        if (at >= 0 && at + size <= bytes.length) return;
        if (bytes.length < size) {
            const error = new RangeError('Attempt to access memory outside buffer bounds');
            error.code = 'ERR_BUFFER_OUT_OF_BOUNDS';
            throw error;
        }
        throw outOfRange('offset', `>= 0 and <= ${bytes.length - size}`, at);
    }

    const kinds = [
        ['UInt8', 'Uint8', 1, 0, 255], ['Int8', 'Int8', 1, -128, 127],
        ['UInt16', 'Uint16', 2, 0, 65535], ['Int16', 'Int16', 2, -32768, 32767],
        ['UInt32', 'Uint32', 4, 0, 4294967295], ['Int32', 'Int32', 4, -2147483648, 2147483647],
        ['Float', 'Float32', 4], ['Double', 'Float64', 8], ['BigInt64', 'BigInt64', 8], ['BigUInt64', 'BigUint64', 8],
    ];
    for (const [name, type, size, low, high] of kinds) {
        for (const order of size === 1 ? [''] : ['LE', 'BE']) {
            const little = order === 'LE';
            const read = function (at = 0) {
                checkOffset(this, at, size);
                return view(this)['get' + type](at, little);
            };
            const write = function (value, at = 0) {
                if (low !== undefined && (value < low || value > high)) throw outOfRange('value', `>= ${low} and <= ${high}`, value);
                checkOffset(this, at, size);
                view(this)['set' + type](at, value, little);
                return at + size;
            };
            for (const alias of new Set([name, name.replace('UInt', 'Uint')])) {
                methods['read' + alias + order] = read;
                methods['write' + alias + order] = write;
            }
        }
    }

    // Integers of one to six bytes.
    for (const order of ['LE', 'BE']) {
        const little = order === 'LE';
        const readUnsigned = (bytes, at, size) => {
            checkOffset(bytes, at, size);
            let value = 0;
            for (let i = 0; i < size; i++) value = value * 256 + bytes[little ? at + size - 1 - i : at + i];
            return value;
        };
        const write = function (value, at, size) {
            checkOffset(this, at, size);
            if (value < 0) value += 2 ** (8 * size);
            for (let i = 0; i < size; i++) {
                this[little ? at + i : at + size - 1 - i] = value % 256;
                value = Math.floor(value / 256);
            }
            return at + size;
        };
        methods['readUInt' + order] = methods['readUint' + order] = function (at, size) { return readUnsigned(this, at, size); };
        methods['readInt' + order] = function (at, size) {
            const value = readUnsigned(this, at, size);
            return value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
        };
        methods['writeUInt' + order] = methods['writeUint' + order] = methods['writeInt' + order] = write;
    }
    for (const [name, value] of Object.entries(methods)) {
        Object.defineProperty(Buffer.prototype, name, { value, writable: true, configurable: true });
    }
    Object.defineProperty(Buffer.prototype, 'parent', { get() { return this.buffer; } });
    Object.defineProperty(Buffer.prototype, 'offset', { get() { return this.byteOffset; } });

    return { Buffer, fromBase64: (text) => make(Uint8Array.fromBase64(text)), utf8Bytes, utf8Text };
})
