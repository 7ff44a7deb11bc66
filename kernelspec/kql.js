// kql.js - how KQL is coloured: one tokeniser for all editors of Jupyter.
//
// `shikra install` writes it at the head of kernel.js (the classic Notebook,
// CodeMirror 5) and of the extension for JupyterLab and Notebook 7
// (CodeMirror 6); both call shikraKql() and get {startState, token}. There is
// no list of operators here: what follows a pipe is one.
function shikraKql() {
    "use strict";

    var keywords = words(
        "and or not in has has_cs hasprefix hassuffix has_any has_all " +
        "hasprefix_cs hassuffix_cs contains contains_cs startswith " +
        "startswith_cs endswith endswith_cs matches regex between by on " +
        "kind with of asc desc nulls first last let set declare " +
        "query_parameters pattern restrict access alias database cluster " +
        "true false null typeof to from step default assert markdown within " +
        "until repeat over for in_range");
    // Words that start a query without a pipe before them.
    var starters = words("union print range find search datatable " +
        "externaldata evaluate");
    var types = words(
        "bool boolean int long real double decimal string datetime date " +
        "timespan time guid dynamic");

    function words(text) {
        var set = Object.create(null);
        text.split(" ").forEach(function (w) { set[w] = true; });
        return set;
    }

    // Reads to the closing quote; a backslash escapes unless the text is
    // verbatim (@"…"), where a doubled quote stands for itself.
    function readString(stream, quote, verbatim) {
        var c;
        while ((c = stream.next()) !== undefined && c !== null) {
            if (!verbatim && c === "\\") {
                stream.next();
            } else if (c === quote) {
                if (!verbatim || !stream.eat(quote)) {
                    break;
                }
            }
        }
        return "string";
    }

    // ```…``` may run over lines; the state remembers that it is open.
    function readBlock(stream, state) {
        state.block = !stream.match(/^.*?```/);
        if (state.block) {
            stream.skipToEnd();
        }
        return "string";
    }

    // A literal such as datetime(2024-05-14 07:00) is one value, not a sum.
    function readLiteral(stream) {
        stream.match(/^[^)]*/);
        return "number";
    }

    function readWord(stream, state) {
        var afterPipe = state.afterPipe, atStart = state.atStart, w, call;
        stream.eatWhile(/\w/);
        if (afterPipe) {
            stream.match(/^-[a-z]+(-[a-z]+)*/);
        }
        w = stream.current();
        state.afterPipe = state.atStart = false;
        call = stream.match(/^\s*\(/, false);
        if (types[w]) {
            state.literal = call && /^(datetime|date|timespan|time|guid)$/
                .test(w) && stream.match(/^\([\d\-]/, false);
            return "type";
        }
        if (afterPipe || keywords[w] || (atStart && starters[w])) {
            return "keyword";
        }
        return call ? "builtin" : "variable";
    }

    function token(stream, state) {
        var c;
        if (state.block) {
            return readBlock(stream, state);
        }
        if (stream.sol() && stream.match(/^\s*\.[a-z]+/)) {
            state.atStart = state.afterPipe = false;
            return "meta";
        }
        if (stream.eatSpace()) {
            return null;
        }
        if (stream.match("//")) {
            stream.skipToEnd();
            return "comment";
        }
        if (stream.match("```")) {
            return readBlock(stream, state);
        }
        if (stream.match(/^[@hH]*(?=["'])/) && /["']/.test(stream.peek())) {
            state.atStart = state.afterPipe = false;
            c = stream.current().indexOf("@") >= 0;
            return readString(stream, stream.next(), c);
        }
        if (stream.match(
            /^(0x[\da-fA-F]+|\d+(\.\d+)?([eE][-+]?\d+)?)[a-z]*\b/)) {
            return "number";
        }
        c = stream.next();
        if (/[A-Za-z_$]/.test(c)) {
            return readWord(stream, state);
        }
        state.afterPipe = c === "|";
        state.atStart = c === ";" || c === "(" || c === "=";
        if (c === "(" && state.literal) {
            state.literal = false;
            state.inLiteral = true;
            return null;
        }
        return /[|=!<>~+\-*\/%]/.test(c) ? "operator" : null;
    }

    return {
        name: "kusto",
        startState: function () {
            return { afterPipe: false, atStart: true, block: false,
                     literal: false, inLiteral: false };
        },
        token: function (stream, state) {
            if (state.inLiteral) {
                state.inLiteral = false;
                return readLiteral(stream);
            }
            return token(stream, state);
        },
        languageData: { commentTokens: { line: "//" } }
    };
}
