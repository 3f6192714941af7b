// Dates in words, in the languages whose numbers and dates are known; others read English.
(function () {
    'use strict';
    const list = (text) => text.split(' ');
    const ENGLISH = {
        months: list('January February March April May June July August September October November December'),
        short: list('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'),
        days: list('Sunday Monday Tuesday Wednesday Thursday Friday Saturday'),
        shortDays: list('Sun Mon Tue Wed Thu Fri Sat'),
        at: ' at ',
    };
    // `comma` follows the weekday; `at` stands between a long date and its time; `dot` follows the day.
    const WORDS = {
        'en-US': { ...ENGLISH, comma: ', ', monthFirst: true },
        'en-GB': { ...ENGLISH, comma: ' ', commaWithYear: ', ', short: list('Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec') },
        'de-DE': {
            months: list('Januar Februar März April Mai Juni Juli August September Oktober November Dezember'),
            short: list('Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.'),
            alone: list('Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez'),
            days: list('Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag'),
            shortDays: list('So. Mo. Di. Mi. Do. Fr. Sa.'), aloneDays: list('So Mo Di Mi Do Fr Sa'),
            comma: ', ', dot: '.', at: ' um ',
        },
        'fr-FR': {
            months: list('janvier février mars avril mai juin juillet août septembre octobre novembre décembre'),
            short: list('janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.'),
            days: list('dimanche lundi mardi mercredi jeudi vendredi samedi'),
            shortDays: list('dim. lun. mar. mer. jeu. ven. sam.'),
            comma: ' ', at: ' à ',
        },
        'es-ES': {
            months: list('enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'),
            short: list('ene feb mar abr may jun jul ago sept oct nov dic'),
            days: list('domingo lunes martes miércoles jueves viernes sábado'),
            shortDays: list('dom lun mar mié jue vie sáb'),
            comma: ', ', of: ' de ', at: ', ',
        },
        'it-IT': {
            months: list('gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre'),
            short: list('gen feb mar apr mag giu lug ago set ott nov dic'),
            days: list('domenica lunedì martedì mercoledì giovedì venerdì sabato'),
            shortDays: list('dom lun mar mer gio ven sab'),
            comma: ' ', at: ' alle ore ',
        },
        'nl-NL': {
            months: list('januari februari maart april mei juni juli augustus september oktober november december'),
            short: list('jan feb mrt apr mei jun jul aug sep okt nov dec'),
            days: list('zondag maandag dinsdag woensdag donderdag vrijdag zaterdag'),
            shortDays: list('zo ma di wo do vr za'),
            comma: ' ', at: ' om ',
        },
    };
    const two = (value) => String(value).padStart(2, '0');

    // The day, month and year that are asked for, with the month as a word.
    function dayMonthYear(fields, words, options, isAlone) {
        const isLong = options.month === 'long';
        const month = (isLong ? words.months : (isAlone && words.alone) || words.short)[fields.month - 1];
        const day = options.day ? (options.day === '2-digit' ? two(fields.day) : String(fields.day)) + (words.dot || '') : '';
        const year = !options.year ? '' : options.year === '2-digit' ? two(fields.year % 100) : String(fields.year);
        if (words.monthFirst) return [day ? `${month} ${day}` : month, year].filter(Boolean).join(day ? ', ' : ' ');
        return [day, month, year].filter(Boolean).join((isLong && words.of) || ' ');
    }

    // A date with a weekday, or with the name of its month. `numeric` spells the rest where the month is a number.
    function spell(fields, name, options, numeric) {
        const words = WORDS[name] || WORDS['en-US'];
        const isNamed = /^(short|long|narrow)$/.test(options.month);
        const isAlone = !options.day && !options.year && !options.weekday;
        let rest = '';
        if (isNamed) rest = dayMonthYear(fields, words, options, isAlone);
        else if (options.month || options.year) rest = numeric();
        else if (options.day) rest = String(fields.day) + (words.dot || '');
        if (!options.weekday) return rest;
        const short = (!rest && words.aloneDays) || words.shortDays;
        const weekday = (options.weekday === 'long' ? words.days : short)[fields.weekday];
        if (!rest) return weekday;
        if (!options.month && !options.year && words.monthFirst) return `${rest} ${weekday}`;
        if (!options.month && !options.year && words.of) return `${weekday} ${rest}`;
        return weekday + ((options.year && words.commaWithYear) || words.comma) + rest;
    }

    return { spell, at: (name) => (WORDS[name] || WORDS['en-US']).at };
})
