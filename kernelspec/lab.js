// JupyterLab and Notebook 7 find this as an extension that was built already.
// What a bundler would write around it is written by hand: a container that
// takes Lab's shared modules and gives one plugin.
(function () {
    "use strict";
    var scope = null;

    function shared(name) {
        var versions = scope && scope[name], keys = Object.keys(versions || {});
        if (!keys.length) {
            return Promise.reject(new Error(name + " is not shared"));
        }
        return Promise.resolve(versions[keys[0]].get()).then(function (make) {
            return make();
        });
    }

    function plugin(registry, language) {
        return {
            id: "shikra-kql:language",
            description: "Colours KQL.",
            autoStart: true,
            requires: [registry.IEditorLanguageRegistry],
            activate: function (app, languages) {
                if (languages.findByName("kusto")) {
                    return; // another extension brings it
                }
                languages.addLanguage({
                    name: "kusto",
                    displayName: "KQL (Kusto)",
                    alias: ["kql"],
                    mime: ["text/x-kusto"],
                    extensions: ["kql", "csl", "shk"],
                    support: new language.LanguageSupport(
                        language.StreamLanguage.define(shikraKql()))
                });
            }
        };
    }

    function load() {
        return Promise.all([shared("@jupyterlab/codemirror"),
                            shared("@codemirror/language")])
            .then(function (m) {
                var made = plugin(m[0], m[1]);
                return function () {
                    return { __esModule: true, default: made };
                };
            });
    }

    window._JUPYTERLAB = window._JUPYTERLAB || {};
    window._JUPYTERLAB["shikra-kql"] = {
        init: function (given) {
            scope = given;
            return Promise.resolve();
        },
        get: function (name) {
            return name === "./extension" ? load() :
                Promise.reject(new Error("no module " + name));
        }
    };
}());
