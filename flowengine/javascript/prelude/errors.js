// Errors as flow authors know them from Node.js: the words of V8, and a stack that starts with the message.
(function (flow) {
    'use strict';
    const words = [
        [/^cannot read property 'Symbol\.iterator' of (undefined|null)$/, (_, base) => `${base} is not iterable`],
        [/^cannot read property '(.*)' of (undefined|null)$/, (_, key, base) => `Cannot read properties of ${base} (reading '${key}')`],
        [/^cannot set property '(.*)' of (undefined|null)$/, (_, key, base) => `Cannot set properties of ${base} (setting '${key}')`],
        [/^'(.*)' is read-only$/, () => 'Assignment to constant variable.'],
        [/^(.*) is not initialized$/, (_, name) => `Cannot access '${name}' before initialization`],
        [/^circular reference$/, () => 'Converting circular structure to JSON'],
        [/^empty array$/, () => 'Reduce of empty array with no initial value'],
        [/^invalid array length$/, () => 'Invalid array length'],
        [/^expecting hex digit$/, () => 'URI malformed'],
        [/^Date value is NaN$/, () => 'Invalid time value'],
        [/^invalid number of digits$/, () => 'toFixed() digits argument must be between 0 and 100'],
        [/^cannot convert symbol to string$/, () => 'Cannot convert a Symbol value to a string'],
        [/^cannot convert BigInt to number$/, () => 'Cannot mix BigInt and other types, use explicit conversions'],
        [/^object is not extensible$/, () => 'Cannot add property, object is not extensible'],
        [/^unexpected token in expression: '(.*)'$/, (_, token) => (token ? `Unexpected token '${token}'` : 'Unexpected end of input')],
        [/^class constructors must be invoked with 'new'$/, () => "Class constructor cannot be invoked without 'new'"],
    ];
    const engineErrors = [TypeError, RangeError, SyntaxError, ReferenceError, URIError];

    function reword(error) {
        if (!engineErrors.some((kind) => error instanceof kind)) return;
        const message = error.message;
        for (const [pattern, replace] of words) {
            if (pattern.test(message)) {
                const value = message.replace(pattern, replace);
                Object.defineProperty(error, 'message', { value, writable: true, configurable: true });
                return;
            }
        }
    }

    // QuickJS does not say what is no function; the place is that of the last name of what was called.
    function nameCallee(error, frames) {
        const [frame] = frames;
        if (error.message !== 'not a function' || !frame || isOurs(frame)) return;
        const line = String(flow.source()).split('\n')[frame.getLineNumber() - 1] || '';
        const at = frame.getColumnNumber() - 1;
        const last = /^[\w$]+/.exec(line.slice(at));
        if (!last) return;
        const before = /(?:[\w$]+(?:\[[^\][]*\]|\([^()]*\))?\.)*$/.exec(line.slice(0, at))[0];
        const kind = /\bnew\s+$/.test(line.slice(0, at - before.length)) ? 'a constructor' : 'a function';
        const value = `${before.replace(/\([^()]*\)/g, '(...)')}${last[0]} is not ${kind}`;
        Object.defineProperty(error, 'message', { value, writable: true, configurable: true });
    }

    // Our own parts are evaluated by eval, the author's code is not.
    const isOurs = (frame) => frame.getFileName() !== 'eval_script' || frame.getFunctionName() === '<eval>';

    function place(frame) {
        const where = `function:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
        const name = frame.getFunctionName();
        return name && name !== '<eval>' && name !== '<anonymous>' ? `    at ${name} (${where})` : `    at ${where}`;
    }

    // V8 has its own words and stacks.
    if (new Error('').stack.startsWith('Error')) return;
    Error.prepareStackTrace = (error, frames) => {
        reword(error);
        nameCallee(error, frames);
        const kept = frames.filter((frame) => !isOurs(frame));
        return [String(error), ...kept.map(place)].join('\n');
    };
})
