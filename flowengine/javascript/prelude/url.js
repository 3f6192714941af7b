// URL and URLSearchParams.
(function (flow) {
    'use strict';
    const PORTS = { 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' };

    // --- percent encoding -------------------------------------------------------------------------------

    function encodeSet(text, extra) {
        let out = '';
        for (const char of text) {
            const code = char.codePointAt(0);
            if (code > 32 && code < 127 && !extra.includes(char)) out += char;
            else for (const byte of flow.part('buffer').utf8Bytes(char)) out += '%' + byte.toString(16).toUpperCase().padStart(2, '0');
        }
        return out;
    }

    const QUERY = '"#<>';
    const FRAGMENT = '"<>`';
    const PATH = '"#<>?`{}^';
    const USERINFO = '"#<>?`{}/:;=@[\\]^|';

    function formEncode(text) {
        let out = '';
        for (const byte of flow.part('buffer').utf8Bytes(text)) {
            const char = String.fromCharCode(byte);
            if (byte === 32) out += '+';
            else if (/[A-Za-z0-9*\-._]/.test(char)) out += char;
            else out += '%' + byte.toString(16).toUpperCase().padStart(2, '0');
        }
        return out;
    }

    function formDecode(text) {
        const bytes = [];
        const source = flow.part('buffer').utf8Bytes(text.replace(/\+/g, ' '));
        for (let i = 0; i < source.length; i++) {
            const code = source[i] === 37 ? String.fromCharCode(source[i + 1], source[i + 2]) : '';
            if (/^[0-9a-fA-F]{2}$/.test(code)) {
                bytes.push(parseInt(code, 16));
                i += 2;
            } else {
                bytes.push(source[i]);
            }
        }
        return flow.part('buffer').utf8Text(Uint8Array.from(bytes));
    }

    // --- URLSearchParams --------------------------------------------------------------------------------

    class URLSearchParams {
        #pairs = [];
        #changed = null;

        constructor(init = '') {
            if (typeof init === 'object' && init !== null) {
                if (typeof init[Symbol.iterator] === 'function') for (const [name, value] of init) this.#pairs.push([String(name), String(value)]);
                else for (const name of Object.keys(init)) this.#pairs.push([name, String(init[name])]);
            } else {
                this.#parse(String(init).replace(/^\?/, ''));
            }
        }

        #parse(text) {
            this.#pairs = text.split('&').filter(Boolean).map((part) => {
                const at = part.indexOf('=');
                return at < 0 ? [formDecode(part), ''] : [formDecode(part.slice(0, at)), formDecode(part.slice(at + 1))];
            });
        }

        #tell() { if (this.#changed) this.#changed(this.toString()); }

        static of(text, changed) {
            const params = new URLSearchParams(text);
            params.#changed = changed;
            return params;
        }
        static refresh(params, text) { params.#parse(text); }

        get size() { return this.#pairs.length; }
        append(name, value) { this.#pairs.push([String(name), String(value)]); this.#tell(); }
        delete(name, value) {
            this.#pairs = this.#pairs.filter(([key, item]) => key !== String(name) || (value !== undefined && item !== String(value)));
            this.#tell();
        }
        get(name) { const pair = this.#pairs.find(([key]) => key === String(name)); return pair ? pair[1] : null; }
        getAll(name) { return this.#pairs.filter(([key]) => key === String(name)).map(([, value]) => value); }
        has(name, value) { return this.#pairs.some(([key, item]) => key === String(name) && (value === undefined || item === String(value))); }
        set(name, value) {
            const at = this.#pairs.findIndex(([key]) => key === String(name));
            if (at < 0) this.#pairs.push([String(name), String(value)]);
            else this.#pairs = this.#pairs.filter(([key], i) => i <= at || key !== String(name)).map((pair, i) => (i === at ? [pair[0], String(value)] : pair));
            this.#tell();
        }
        sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#tell(); }
        forEach(visit, self) { for (const [name, value] of this.#pairs) visit.call(self, value, name, this); }
        entries() { return this.#pairs.map((pair) => [...pair])[Symbol.iterator](); }
        keys() { return this.#pairs.map(([name]) => name)[Symbol.iterator](); }
        values() { return this.#pairs.map(([, value]) => value)[Symbol.iterator](); }
        [Symbol.iterator]() { return this.entries(); }
        [Symbol.for('nodejs.util.inspect.custom')]() {
            const pairs = this.#pairs.map(([name, value]) => `${flow.part('util').inspect(name)} => ${flow.part('util').inspect(value)}`);
            return pairs.length ? `URLSearchParams { ${pairs.join(', ')} }` : 'URLSearchParams {}';
        }
        toString() { return this.#pairs.map(([name, value]) => formEncode(name) + '=' + formEncode(value)).join('&'); }
    }
    const { of, refresh } = URLSearchParams;
    delete URLSearchParams.of;
    delete URLSearchParams.refresh;

    // --- URL --------------------------------------------------------------------------------------------

    function invalid(input) {
        const error = new TypeError('Invalid URL');
        error.code = 'ERR_INVALID_URL';
        error.input = input;
        return error;
    }

    function parseHost(host, special, input) {
        if (!special) return encodeSet(host, ' ');
        let text = host;
        try { text = decodeURIComponent(host); } catch { throw invalid(input); }
        text = text.toLowerCase();
        if (/^\[[0-9a-f:.]+\]$/.test(text)) return text;
        if (/[^\x00-\x7f]/.test(text)) text = flow.host.idna(text);
        if (text === '' || /[\s#%/:<>?@[\\\]^|]/.test(text)) throw invalid(input);
        return /^(0x[0-9a-f]*|\d+)$/.test(text.split('.').at(-1)) ? ipv4(text, input) : text;
    }

    function ipv4(text, input) {
        const parts = text.split('.').map((part) => (/^0x/i.test(part) ? parseInt(part.slice(2) || '0', 16) : /^0\d/.test(part) ? parseInt(part, 8) : /^\d+$/.test(part) ? Number(part) : NaN));
        const last = parts.pop();
        if (parts.length > 3 || parts.some((part) => !(part <= 255)) || !(last < 256 ** (4 - parts.length))) throw invalid(input);
        const number = parts.reduce((sum, part, i) => sum + part * 256 ** (3 - i), last);
        return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
    }

    function parsePath(path, special) {
        const kept = [];
        const parts = (special ? path.replace(/\\/g, '/') : path).split('/').slice(1);
        parts.forEach((part, i) => {
            const isLast = i === parts.length - 1;
            if (/^(\.|%2e){2}$/i.test(part)) {
                kept.pop();
                if (isLast) kept.push('');
            } else if (/^(\.|%2e)$/i.test(part)) {
                if (isLast) kept.push('');
            } else {
                kept.push(encodeSet(part, PATH));
            }
        });
        return '/' + kept.join('/');
    }

    function parse(input, base) {
        const text = input.trim().replace(/[\t\n\r]/g, '');
        const found = /^([a-zA-Z][a-zA-Z0-9+.-]*:)([^]*)$/.exec(text);
        if (!found) {
            if (!base) throw invalid(input);
            return relative(text, base, input);
        }
        const protocol = found[1].toLowerCase();
        const special = protocol in PORTS;
        if (special && base && base.protocol === protocol && !/^[/\\]/.test(found[2])) return relative(found[2], base, input);
        const [rest, hash] = cut(found[2], '#');
        const [before, search] = cut(rest, '?');
        const url = { protocol, username: '', password: '', hostname: '', port: '', search: query(search), hash: fragment(hash) };
        const authority = special ? /^[/\\]*([^/\\]*)([^]*)$/.exec(before) : /^\/\/([^/]*)([^]*)$/.exec(before);
        if (!authority) return { ...url, pathname: before.startsWith('/') ? parsePath(before, false) : encodeSet(before, ''), opaque: !before.startsWith('/') };
        if (protocol === 'file:' && !/^[/\\]{2}[^/\\]/.test(before)) return { ...url, pathname: parsePath(before.replace(/^[/\\]*/, '/'), true) };
        readAuthority(url, authority[1], special, input);
        url.pathname = authority[2] || special ? parsePath(authority[2] || '/', special) : '';
        return url;
    }

    function cut(text, mark) {
        const at = text.indexOf(mark);
        return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }

    const query = (text) => (text ? '?' + encodeSet(text, QUERY + "'") : '');
    const fragment = (text) => (text ? '#' + encodeSet(text, FRAGMENT) : '');

    function readAuthority(url, authority, special, input) {
        const at = authority.lastIndexOf('@');
        if (at >= 0) {
            const [user, password] = cut(authority.slice(0, at), ':');
            url.username = encodeSet(user, USERINFO);
            url.password = encodeSet(password || '', USERINFO);
        }
        const place = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(authority.slice(at + 1));
        if (!place || Number(place[2] || 0) > 65535) throw invalid(input);
        url.hostname = parseHost(place[1], special, input);
        const port = place[2] ? String(Number(place[2])) : '';
        url.port = port === PORTS[url.protocol] ? '' : port;
    }

    function relative(text, base, input) {
        if (base.opaque && !text.startsWith('#')) throw invalid(input);
        const special = base.protocol in PORTS;
        if (/^[/\\]{2}/.test(text) && (special || text.startsWith('//'))) return parse(base.protocol + text);
        const [rest, hash] = cut(text, '#');
        const [path, search] = cut(rest, '?');
        const url = { ...base, hash: fragment(hash) };
        if (path === '') return search === null ? url : { ...url, search: query(search) };
        url.search = query(search);
        const start = /^[/\\]/.test(path) ? path : base.pathname.replace(/[^/]*$/, '') + path;
        url.pathname = parsePath(start, special);
        return url;
    }

    class URL {
        #parts;
        #params = null;

        constructor(input, base) {
            this.#parts = parse(String(input), base === undefined ? null : parse(String(base), null));
        }

        static canParse(input, base) {
            try { return !!new URL(input, base); } catch { return false; }
        }
        static parse(input, base) {
            try { return new URL(input, base); } catch { return null; }
        }

        get protocol() { return this.#parts.protocol; }
        set protocol(value) {
            const found = /^([a-zA-Z][a-zA-Z0-9+.-]*)/.exec(value);
            if (found && (found[1].toLowerCase() + ':' in PORTS) === (this.protocol in PORTS)) this.#parts.protocol = found[1].toLowerCase() + ':';
            if (this.port === PORTS[this.protocol]) this.#parts.port = '';
        }
        get username() { return this.#parts.username; }
        set username(value) { this.#parts.username = encodeSet(String(value), USERINFO); }
        get password() { return this.#parts.password; }
        set password(value) { this.#parts.password = encodeSet(String(value), USERINFO); }
        get hostname() { return this.#parts.hostname; }
        set hostname(value) { this.#try(() => { this.#parts.hostname = parseHost(String(value), this.protocol in PORTS, value); }); }
        get port() { return this.#parts.port; }
        set port(value) {
            const text = String(value);
            if (text === '') this.#parts.port = '';
            else if (/^\d+/.test(text) && parseInt(text) < 65536) this.#parts.port = String(parseInt(text)) === PORTS[this.protocol] ? '' : String(parseInt(text));
        }
        get host() { return this.hostname + (this.port ? ':' + this.port : ''); }
        set host(value) {
            this.#try(() => {
                const [name, port] = cut(String(value), ':');
                this.#parts.hostname = parseHost(name, this.protocol in PORTS, value);
                if (port) this.port = port;
            });
        }
        get origin() { return this.protocol in PORTS && this.protocol !== 'file:' ? `${this.protocol}//${this.host}` : 'null'; }
        get pathname() { return this.#parts.pathname; }
        set pathname(value) { if (!this.#parts.opaque) this.#parts.pathname = parsePath(String(value).replace(/^(?![/\\])/, '/'), this.protocol in PORTS); }
        get search() { return this.#parts.search; }
        set search(value) {
            this.#parts.search = query(String(value).replace(/^\?/, ''));
            if (this.#params) refresh(this.#params, this.#parts.search.slice(1));
        }
        get searchParams() {
            this.#params = this.#params || of(this.search, (text) => { this.#parts.search = text ? '?' + text : ''; });
            return this.#params;
        }
        get hash() { return this.#parts.hash; }
        set hash(value) { this.#parts.hash = fragment(String(value).replace(/^#/, '')); }
        get href() {
            const { protocol, username, password, hostname, pathname, search, hash, opaque } = this.#parts;
            const user = username || password ? username + (password ? ':' + password : '') + '@' : '';
            const place = hostname || protocol === 'file:' ? `//${user}${this.host}` : '';
            return protocol + (opaque ? '' : place) + pathname + search + hash;
        }
        set href(value) {
            this.#parts = parse(String(value), null);
            if (this.#params) refresh(this.#params, this.search.slice(1));
        }
        #try(act) { try { act(); } catch { /* a setter ignores what does not parse */ } }
        toString() { return this.href; }
        toJSON() { return this.href; }
        [Symbol.for('nodejs.util.inspect.custom')]() {
            const { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash } = this;
            return { href, origin, protocol, username, password, host, hostname, port, pathname, search, searchParams, hash };
        }
    }
    for (const name of ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'searchParams', 'hash']) {
        Object.defineProperty(URL.prototype, name, { enumerable: true });
    }
    return { URL, URLSearchParams };
})
