// kernel.js - colours KQL cells in the classic Notebook (CodeMirror 5).
//
// Loaded by: the classic Notebook, from the kernelspec directory, before it
// asks the kernel which mode its cells have. JupyterLab and VS Code do not
// read this file. Without it a cell is plain text.
define(["codemirror/lib/codemirror"], function (CodeMirror) {
    "use strict";

    var keywords = words(
        "and or not in has has_cs hasprefix hassuffix has_any has_all " +
        "contains contains_cs startswith endswith matches regex between by " +
        "on kind with of asc desc nulls first last let set declare " +
        "query_parameters true false null typeof to from step default " +
        "assert markdown within until repeat");
    var operators = words(
        "where filter project project-away project-keep project-rename " +
        "project-reorder extend summarize join lookup union take limit top " +
        "top-nested top-hitters sort order distinct count sample " +
        "sample-distinct mv-expand mv-apply make-series make-graph " +
        "graph-match parse parse-where parse-kv evaluate invoke serialize " +
        "scan partition fork facet find search range print datatable " +
        "externaldata getschema as consume reduce render iocs decode cmdline " +
        "proctree ancestors descendants sessions markov sequence stack " +
        "firstseen cluster outliers beacons sigma sweep ti geoip asn whois " +
        "resolve iptype pivot auditd netflow mask defang refang bookmark");
    var types = words(
        "bool int long real decimal string datetime date timespan time guid " +
        "dynamic");

    function words(text) {
        var set = Object.create(null);
        text.split(" ").forEach(function (w) { set[w] = true; });
        return set;
    }

    // Reads to the closing quote; a backslash escapes unless the text is
    // verbatim (@"…"), where a doubled quote stands for itself.
    function readString(stream, quote, verbatim) {
        var c;
        while ((c = stream.next()) !== undefined) {
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

    function readWord(stream, state) {
        var afterPipe = state.afterPipe, w;
        stream.eatWhile(/[\w]/);
        w = stream.current();
        if (afterPipe && stream.match(/^-[a-z]+(-[a-z]+)?/)) {
            w = stream.current();
        }
        state.afterPipe = false;
        if (operators[w] && (afterPipe || stream.peek() !== "(")) {
            return afterPipe ? "keyword" : "variable";
        }
        if (keywords[w]) {
            return "keyword";
        }
        if (types[w]) {
            return "type";
        }
        return stream.match(/^\s*\(/, false) ? "builtin" : "variable";
    }

    function token(stream, state) {
        var c;
        if (stream.sol() && stream.match(/^\s*\.[a-z]+/)) {
            return "meta";
        }
        if (stream.eatSpace()) {
            return null;
        }
        if (stream.match("//")) {
            stream.skipToEnd();
            return "comment";
        }
        c = stream.next();
        if (c === "@" && /["']/.test(stream.peek() || "")) {
            return readString(stream, stream.next(), true);
        }
        if (c === "\"" || c === "'") {
            return readString(stream, c, false);
        }
        if (/\d/.test(c)) {
            stream.match(/^[\d.]*([eE][-+]?\d+)?(d|h|m|s|ms|tick|microsecond)?\b/);
            return "number";
        }
        if (/[A-Za-z_$]/.test(c)) {
            return readWord(stream, state);
        }
        state.afterPipe = c === "|" || c === ";";
        return /[|=!<>~+\-*\/%]/.test(c) ? "operator" : null;
    }

    function onload() {
        CodeMirror.defineMode("kusto", function () {
            return {
                startState: function () { return { afterPipe: true }; },
                token: token,
                lineComment: "//"
            };
        });
        CodeMirror.defineMIME("text/x-kusto", "kusto");
    }

    return { onload: onload };
});
