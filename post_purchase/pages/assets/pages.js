// Loads packs: scripts that carry gzipped data as text. A page opened from a disk may load scripts, but not fetch files.
"use strict";
(function () {
  // as the page's language writes days and numbers; English as most of its readers do: 5 Jun 2026. A word that is no language writes so, too.
  function localeOf(language) {
    try { return language === "en" ? "en-GB" : Intl.getCanonicalLocales(language)[0] || "en-GB"; } catch (unknown) { return "en-GB"; }
  }
  const locale = localeOf(document.documentElement.lang);
  const waiting = new Map();
  const packs = new Map();

  function bytesOf(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return bytes;
  }

  // every pack calls this
  window.pp = function (name, text) {
    const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const take = waiting.get(name);
    if (take) take.resolve(new Response(stream));
  };

  function load(name) {
    if (!packs.has(name)) {
      packs.set(name, new Promise(function (resolve, reject) {
        waiting.set(name, { resolve: resolve });
        const script = document.createElement("script");
        script.src = "data/" + name + ".js";
        script.onload = function () { script.remove(); };
        script.onerror = function () { packs.delete(name); reject(new Error("data/" + name + ".js is missing")); };
        document.head.append(script);
      }));
    }
    return packs.get(name);
  }

  const kept = new Map();
  function once(name, read) {
    if (!kept.has(name)) {
      const reading = load(name).then(read);
      kept.set(name, reading);
      reading.catch(function () { kept.delete(name); });
    }
    return kept.get(name);
  }

  function pause() {
    if (window.scheduler && scheduler.yield) return scheduler.yield();
    return new Promise(function (resolve) { setTimeout(resolve, 0); });
  }

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter(function (child) { return child !== null && child !== undefined && child !== ""; }));
    return made;
  }

  // what a script says stands in the page, in the page's language
  const parts = JSON.parse(document.getElementById("content").dataset.words);
  function say(part, values) {
    return parts["js_" + part].replace(/{(\w+)}/g, function (all, name) { return values[name]; });
  }

  window.pages = {
    say: say,
    // what was read is parsed, and what was parsed is used, each in a task of its own
    json: function (name) {
      return once(name, async function (found) {
        const text = await found.text();
        await pause();
        const parsed = JSON.parse(text);
        await pause();
        return parsed;
      });
    },
    bytes: function (name) {
      return once(name, async function (found) {
        const buffer = await found.arrayBuffer();
        await pause();
        return buffer;
      });
    },
    forget: function (name) { kept.delete(name); packs.delete(name); },
    pause: pause,
    element: element,
    number: function (value) { return value.toLocaleString(locale); },
    locale: locale,
  };
})();
