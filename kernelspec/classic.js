// The classic Notebook loads this file from the kernelspec directory before it
// asks the kernel which mode its cells have.
define(["codemirror/lib/codemirror"], function (CodeMirror) {
    "use strict";
    function onload() {
        CodeMirror.defineMode("kusto", function () {
            var mode = shikraKql();
            return { startState: mode.startState, token: mode.token,
                     lineComment: "//" };
        });
        CodeMirror.defineMIME("text/x-kusto", "kusto");
    }
    return { onload: onload };
});
