// What depends on language and time zone, for an engine that has no Intl: English, and the frequent forms of others.
(function (flow) {
    'use strict';
    // What a short or medium date has in numbers, where that is not as in English.
    const WIDE = { year: 'numeric', month: '2-digit', day: '2-digit' }, NARROW = { ...WIDE, year: '2-digit' };
    const FORMS = {
        'en-US': { group: ',', point: '.', date: 'M/D/YYYY', clock12: true },
        'en-GB': { group: ',', point: '.', date: 'DD/MM/YYYY', short: WIDE },
        'de-DE': { group: '.', point: ',', date: 'D.M.YYYY', medium: WIDE, short: NARROW },
        'fr-FR': { group: '\u202f', point: ',', date: 'DD/MM/YYYY', between: ' ', short: WIDE },
        'es-ES': { group: '.', groupsFrom: 5, point: ',', date: 'D/M/YYYY', hour: 'numeric' },
        'it-IT': { group: '.', groupsFrom: 5, point: ',', date: 'DD/MM/YYYY', short: NARROW },
        'nl-NL': { group: '.', point: ',', date: 'D-M-YYYY', short: WIDE },
        'sv-SE': { group: '\u00a0', point: ',', date: 'YYYY-MM-DD', between: ' ' },
        'en-CA': { group: ',', point: '.', date: 'YYYY-MM-DD', clock12: true },
        'ja-JP': { group: ',', point: '.', date: 'YYYY/M/D', between: ' ', hour: 'numeric' },
    };
    const ALIASES = { en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', it: 'it-IT', nl: 'nl-NL', sv: 'sv-SE', ja: 'ja-JP' };
    for (const name of Object.keys(FORMS)) FORMS[name].name = name;
    const dates = flow.part('dates');

    function formOf(locales) {
        for (const name of [].concat(locales || [])) {
            const found = FORMS[name] || FORMS[ALIASES[name]] || FORMS[ALIASES[String(name).split('-')[0]]];
            if (found) return found;
        }
        return FORMS['en-US'];
    }

    // --- numbers ----------------------------------------------------------------------------------------

    function formatNumber(value, locales, options = {}) {
        const form = formOf(locales);
        if (Number.isNaN(value)) return 'NaN';
        if (!Number.isFinite(value)) return value < 0 ? '-∞' : '∞';
        const percent = options.style === 'percent';
        const least = options.minimumFractionDigits ?? (options.style === 'currency' ? 2 : 0);
        const most = options.maximumFractionDigits ?? Math.max(least, options.style === 'currency' ? 2 : percent ? 0 : 3);
        let [whole, part = ''] = roundDecimal(Math.abs(percent ? value * 100 : value), most).split('.');
        while (part.length > least && part.endsWith('0')) part = part.slice(0, -1);
        whole = whole.padStart(options.minimumIntegerDigits || 1, '0');
        if (options.useGrouping !== false && whole.length >= (form.groupsFrom || 4)) whole = whole.replace(/\B(?=(\d{3})+$)/g, form.group);
        const text = whole + (part ? form.point + part : '');
        const sign = value < 0 || Object.is(value, -0) ? '-' : '';
        if (options.style === 'currency') return currency(sign, text, form, options.currency);
        return sign + text + (percent ? (form.point === ',' ? '\u00a0%' : '%') : '');
    }

    // Half away from zero in decimal, not in binary: 1.005 is shown as 1.01 with two digits.
    function roundDecimal(value, digits) {
        if (value >= 1e21) return BigInt(value).toString();
        const [mantissa, exponent = '0'] = String(value).split('e');
        const rounded = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
        return Number.isSafeInteger(rounded) ? Number(`${rounded}e-${digits}`).toFixed(digits) : value.toFixed(digits);
    }

    function currency(sign, text, form, code) {
        const symbol = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', CNY: 'CN¥' }[code] || code + '\u00a0';
        return form.point === ',' ? `${sign}${text}\u00a0${symbol.trim()}` : sign + symbol + text;
    }

    Number.prototype.toLocaleString = function (locales, options) { return formatNumber(Number(this), locales, options); };
    BigInt.prototype.toLocaleString = function (locales) { return String(this).replace(/\B(?=(\d{3})+$)/g, formOf(locales).group); };

    // --- dates ------------------------------------------------------------------------------------------

    // The fields of a date in a time zone; Python knows the zones.
    function fieldsOf(date, zone) {
        const shifted = new Date(date.getTime() + (zone ? flow.host.zone(zone, date.getTime()) : -date.getTimezoneOffset()) * 60000);
        if (Number.isNaN(shifted.getTime())) throw new RangeError(zone ? `Invalid time zone specified: ${zone}` : 'Invalid time value');
        return {
            year: shifted.getUTCFullYear(), month: shifted.getUTCMonth() + 1, day: shifted.getUTCDate(), weekday: shifted.getUTCDay(),
            hour: shifted.getUTCHours(), minute: shifted.getUTCMinutes(), second: shifted.getUTCSeconds(),
        };
    }

    const two = (value) => String(value).padStart(2, '0');

    function numericDate(fields, form, options) {
        const year = options.year === '2-digit' ? two(fields.year % 100) : String(fields.year);
        const pad = (wanted, value, usual) => (wanted === '2-digit' || (wanted === undefined && usual) ? two(value) : wanted === 'numeric' && !usual ? String(value) : usual ? two(value) : String(value));
        return form.date.replace('YYYY', year)
            .replace(/MM|M/, (mark) => pad(options.month, fields.month, mark === 'MM'))
            .replace(/DD|D/, (mark) => pad(options.day, fields.day, mark === 'DD'));
    }

    const STYLES = {
        full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
        long: { year: 'numeric', month: 'long', day: 'numeric' },
        medium: { year: 'numeric', month: 'short', day: 'numeric' },
        short: { year: '2-digit', month: 'numeric', day: 'numeric' },
    };

    function spellDate(fields, form, options) {
        if (options.dateStyle) options = { ...options, ...STYLES[options.dateStyle], ...form[options.dateStyle] };
        const wordy = options.weekday || (options.month && /short|long/.test(options.month));
        if (wordy) return dates.spell(fields, form.name, options, () => numericDate(fields, form, options));
        if (options.year || options.month || options.day) {
            const given = [options.year, options.month, options.day].filter(Boolean).length;
            if (given === 1) return String(options.year ? fields.year : options.month ? fields.month : fields.day);
        }
        return numericDate(fields, form, options);
    }

    function timeText(fields, form, options) {
        const clock12 = options.hour12 ?? (options.hourCycle ? options.hourCycle === 'h12' : !!form.clock12);
        const asked = options.hour || options.minute || options.second;
        // English (US) says 24:00 for midnight where it is asked for a clock of 24 hours.
        const midnight = form.clock12 && options.hour12 === false ? 24 : 0;
        const hour = clock12 ? fields.hour % 12 || 12 : fields.hour || midnight;
        const wide = options.hour === '2-digit' || (!clock12 && form.hour !== 'numeric');
        const parts = [];
        if (!asked || options.hour) parts.push(wide ? two(hour) : String(hour));
        if (!asked || options.minute) parts.push(two(fields.minute));
        if ((!asked || options.second) && options.timeStyle !== 'short') parts.push(two(fields.second));
        const suffix = clock12 && (!asked || options.hour) ? (fields.hour < 12 ? ' AM' : ' PM') : '';
        return parts.join(':') + suffix;
    }

    function localized(date, locales, options, withDate, withTime) {
        options = options || {};
        if (Number.isNaN(date.getTime())) return 'Invalid Date';
        const form = formOf(locales);
        const fields = fieldsOf(date, options.timeZone);
        const asksDate = options.weekday || options.year || options.month || options.day || options.dateStyle;
        const asksTime = options.hour || options.minute || options.second || options.timeStyle;
        const parts = [];
        if (asksDate || (withDate && !(asksTime && withTime))) parts.push(spellDate(fields, form, options));
        if (asksTime || (withTime && !(asksDate && withDate))) parts.push(timeText(fields, form, options));
        const isLong = /full|long/.test(options.dateStyle);
        return parts.join(isLong ? dates.at(form.name) : asksDate ? betweenAsked(options, form) : form.between || ', ');
    }

    function betweenAsked(options, form) {
        const isOnlyDay = options.weekday && !options.year && !options.month && !options.day;
        if (isOnlyDay) return form.name === 'de-DE' || form.name === 'es-ES' ? ', ' : ' ';
        return options.dateStyle === 'medium' ? ', ' : form.between || ', ';
    }

    Date.prototype.toLocaleDateString = function (locales, options) { return localized(this, locales, options, true, false); };
    Date.prototype.toLocaleTimeString = function (locales, options) { return localized(this, locales, options, false, true); };
    Date.prototype.toLocaleString = function (locales, options) { return localized(this, locales, options, true, true); };

    // V8 names the zone after the offset.
    const { dateText: plainText, timeText: plainTime, toPrimitive } = flow.native;
    const named = (text, date) => (Number.isNaN(date.getTime()) || text.endsWith(')') ? text : `${text} (${flow.host.zoneName(date.getTime())})`);
    Date.prototype.toString = function () { return named(plainText.call(this), this); };
    Date.prototype.toTimeString = function () { return named(plainTime.call(this), this); };
    Object.defineProperty(Date.prototype, Symbol.toPrimitive, {
        value(hint) { return hint === 'number' ? toPrimitive.call(this, hint) : this.toString(); },
        configurable: true,
    });
    for (const name of ['toLocaleDateString', 'toLocaleTimeString', 'toLocaleString', 'toString', 'toTimeString']) {
        Object.defineProperty(Date.prototype, name, { enumerable: false });
    }

    // --- order of texts ---------------------------------------------------------------------------------

    const base = (text) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    const numberParts = (text) => text.match(/\d+|\D+/g) || [];
    const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

    // Punctuation comes before digits, digits before letters; case and accents decide only between equals.
    function weight(char) {
        const rank = /\s/.test(char) ? 0 : /[\p{P}\p{S}]/u.test(char) ? 1 : /\p{N}/u.test(char) ? 2 : 3;
        return rank * 0x200000 + char.codePointAt(0);
    }

    function compareBase(a, b) {
        const left = [...a], right = [...b];
        for (let i = 0; i < Math.min(left.length, right.length); i++) {
            if (left[i] !== right[i]) return order(weight(left[i]), weight(right[i]));
        }
        return order(left.length, right.length);
    }

    function compareNumeric(a, b) {
        const left = numberParts(a), right = numberParts(b);
        for (let i = 0; i < Math.min(left.length, right.length); i++) {
            const both = /^\d/.test(left[i]) && /^\d/.test(right[i]);
            const result = both ? order(Number(left[i]), Number(right[i])) : compareBase(left[i], right[i]);
            if (result) return result;
        }
        return order(left.length, right.length);
    }

    function compareTexts(a, b, options = {}) {
        const lower = [base(a).toLowerCase(), base(b).toLowerCase()];
        const first = options.numeric ? compareNumeric(...lower) : compareBase(...lower);
        const sensitivity = options.sensitivity || 'variant';
        if (first || sensitivity === 'base') return first;
        const accents = sensitivity === 'case' ? 0 : order(a.normalize('NFD').toLowerCase(), b.normalize('NFD').toLowerCase());
        if (accents || sensitivity === 'accent') return accents;
        // Small letters come before capital ones.
        return order(b.normalize('NFD'), a.normalize('NFD'));
    }

    Object.defineProperty(String.prototype, 'localeCompare', {
        value(other, locales, options) { return compareTexts(String(this), String(other), options); },
        writable: true,
        configurable: true,
    });

    const Intl = {
        NumberFormat: class NumberFormat {
            constructor(locales, options) { this.format = (value) => formatNumber(Number(value), locales, options); }
            resolvedOptions() { return { locale: 'en-US' }; }
        },
        DateTimeFormat: class DateTimeFormat {
            constructor(locales, options) {
                const isTime = !!options && ['hour', 'minute', 'second', 'timeStyle'].some((name) => options[name]);
                this.format = (date = new Date()) => localized(new Date(date), locales, options, !isTime, false);
                this.resolvedOptions = () => ({ locale: formOf(locales).name, timeZone: (options && options.timeZone) || flow.host.zoneId() });
            }
        },
        Collator: class Collator {
            constructor(locales, options) { this.compare = (a, b) => compareTexts(String(a), String(b), options); }
        },
    };
    // As in browsers these make an object without `new` too.
    for (const name of Object.keys(Intl)) {
        Intl[name] = new Proxy(Intl[name], { apply: (made, self, values) => new made(...values) });
    }
    Object.defineProperty(globalThis, 'Intl', { value: Intl, writable: true, configurable: true });
})
