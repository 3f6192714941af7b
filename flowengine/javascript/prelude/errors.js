// Errors as flow authors know them from Node.js: the words of V8, and a stack that starts with the message.
(function (flow) {
    'use strict';
    const words = [
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

    function place(frame) {
        const file = frame.getFileName() || 'native';
        const where = `${file}:${frame.getLineNumber()}:${frame.getColumnNumber()}`;
        const name = frame.getFunctionName();
        return name && name !== '<eval>' && name !== '<anonymous>' ? `    at ${name} (${where})` : `    at ${where}`;
    }

    // V8 has its own words and stacks.
    if (new Error('').stack.startsWith('Error')) return;
    Error.prepareStackTrace = (error, frames) => {
        reword(error);
        const own = frames.filter((frame) => !String(frame.getFileName()).startsWith('flow:'));
        return [String(error), ...own.map(place)].join('\n');
    };
})
