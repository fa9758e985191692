// Searches, filters, sorts and pages a long table. No step keeps the main thread for more than a few milliseconds:
// whatever is long stops when its slice is used up and goes on after the browser has answered its user.
"use strict";
(function () {
  const SLICE = 8; // milliseconds
  const { json, bytes, pause, element, number, say } = window.pages;

  function list(section) {
    const name = section.dataset.list;
    const rows = Number(section.dataset.rows);
    const block = Number(section.dataset.block);
    const size = Number(section.dataset.page);
    const headers = JSON.parse(section.dataset.headers);
    const numbers = new Set(JSON.parse(section.dataset.numbers));
    const prefix = section.dataset.prefix;
    const form = section.querySelector("form");
    const body = section.querySelector("tbody");
    const said = section.querySelector("[role=status]");
    const pager = section.querySelector(".pager");
    const [back, next] = pager.querySelectorAll("button");
    const pageInput = pager.querySelector("input");
    const pagesSaid = pager.querySelector(".of");
    const nothing = section.querySelector(".nothing");
    const search = form.elements.q;
    const sort = form.elements.sort;
    const facets = [...form.querySelectorAll("[data-facet]")];
    const texts = [];
    let ticket = 0;
    let page = 1;
    let matches = null;
    let total = rows;

    async function blockOf(place) {
      const number = Math.floor(place / block);
      return json(name + "/rows-" + number);
    }

    async function textsOf(number) {
      if (!texts[number]) {
        const found = await json(name + "/rows-" + number);
        texts[number] = found.map(function (row) { return row.flat().join("\n").toLowerCase(); });
        // what is searched is kept, what would be shown is not: a phone has little memory
        window.pages.forget(name + "/rows-" + number);
      }
      return texts[number];
    }

    function chosen() {
      const found = [];
      for (const facet of facets) {
        if (facet.tagName === "SELECT") {
          if (facet.value !== "") found.push([facet.dataset.facet, Number(facet.dataset.width), Number(facet.value)]);
        } else {
          const checked = facet.querySelector("input:checked");
          if (checked && checked.value !== "") found.push([facet.dataset.facet, Number(facet.dataset.width), Number(checked.value)]);
        }
      }
      return found;
    }

    function cell(content, place) {
      const [main, sub, href, chip, label] = Array.isArray(content) ? content : [content];
      const isHead = place === 1;
      const attributes = { role: isHead ? "rowheader" : "cell" };
      if (isHead) attributes.scope = "row";
      if (numbers.has(place)) attributes.class = "n";
      if (!main && !sub) attributes.class = "bare";
      if (place > 1) attributes["data-label"] = headers[place];
      const made = element(isHead ? "th" : "td", attributes);
      if (chip) made.append(element("span", { class: "chip " + chip }, label || main));
      if (!chip || label) made.append(href ? element("a", { href: href }, main || "") : main || "");
      if (sub) made.append(element("span", { class: "sub" }, sub));
      return made;
    }

    async function show(mine) {
      const pages = Math.max(1, Math.ceil(total / size));
      page = Math.min(Math.max(1, page), pages);
      const first = (page - 1) * size;
      const places = [];
      for (let i = first; i < Math.min(first + size, total); i++) places.push(matches ? matches[i] : i);
      const blocks = new Map();
      for (const place of places) {
        const number = Math.floor(place / block);
        if (!blocks.has(number)) blocks.set(number, await blockOf(place));
      }
      if (mine !== ticket) return;
      const made = document.createDocumentFragment();
      let since = performance.now();
      for (const place of places) {
        const row = blocks.get(Math.floor(place / block))[place % block];
        made.append(element("tr", { role: "row" }, ...headers.map(function (_, at) { return cell(row[at], at); })));
        if (performance.now() - since > SLICE) { await pause(); since = performance.now(); }
        if (mine !== ticket) return;
      }
      body.replaceChildren(made);
      nothing.hidden = total > 0;
      said.textContent = total ? say("rows_of", { first: number(first + 1), last: number(first + places.length), all: number(total) }) : say("no_rows_of", { all: number(rows) });
      pageInput.value = page;
      pageInput.max = pages;
      pagesSaid.textContent = say("of_pages", { pages: number(pages) });
      back.disabled = page <= 1;
      next.disabled = page >= pages;
      section.removeAttribute("aria-busy");
    }

    async function run() {
      const mine = ++ticket;
      section.setAttribute("aria-busy", "true");
      try {
        const wanted = [];
        for (const [facet, width, code] of chosen()) {
          const buffer = await bytes(name + "/facet-" + facet);
          wanted.push([width === 1 ? new Uint8Array(buffer) : new Uint16Array(buffer), code]);
        }
        const order = sort && sort.value ? new Uint32Array(await bytes(name + "/sort-" + sort.value)) : null;
        const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
        if (mine !== ticket) return;
        if (!wanted.length && !order && !words.length) {
          matches = null;
          total = rows;
          return await show(mine);
        }
        let hits = null;
        let since = performance.now();
        if (words.length) {
          hits = new Uint8Array(rows);
          const blocks = Math.ceil(rows / block);
          // a few blocks ahead, so that the disk and the search work at the same time
          for (let ahead = 0; ahead < Math.min(4, blocks); ahead++) json(name + "/rows-" + ahead).catch(function () {});
          for (let number_ = 0; number_ < blocks; number_++) {
            if (number_ + 4 < blocks) json(name + "/rows-" + (number_ + 4)).catch(function () {});
            if (!texts[number_]) { await textsOf(number_); await pause(); since = performance.now(); }
            const found = texts[number_];
            for (let i = 0; i < found.length; i++) {
              if (words.every(function (word) { return found[i].includes(word); })) hits[number_ * block + i] = 1;
              if ((i & 63) === 63 && performance.now() - since > SLICE) {
                await pause();
                if (mine !== ticket) return;
                since = performance.now();
              }
            }
            if (mine !== ticket) return;
            if (number_ % 8 === 7) said.textContent = say("searching", { read: number(Math.min(rows, (number_ + 1) * block)), all: number(rows) });
          }
        }
        const found = new Uint32Array(rows);
        let count = 0;
        for (let i = 0; i < rows; i++) {
          const place = order ? order[i] : i;
          let fits = !hits || hits[place] === 1;
          for (let f = 0; fits && f < wanted.length; f++) fits = wanted[f][0][place] === wanted[f][1];
          if (fits) found[count++] = place;
          if ((i & 511) === 511 && performance.now() - since > SLICE) {
            await pause();
            if (mine !== ticket) return;
            since = performance.now();
          }
        }
        matches = found.slice(0, count);
        total = count;
        await pause();
        await show(mine);
      } catch (error) {
        section.removeAttribute("aria-busy");
        said.textContent = say("unreadable_part", { error: error.message });
      }
    }

    // --- the address keeps what was asked, so that it can be sent to somebody, and found again on the way back
    function remember() {
      const kept = new URLSearchParams(location.hash.slice(1));
      const put = function (key, value) { if (value) kept.set(prefix + key, value); else kept.delete(prefix + key); };
      put("q", search.value.trim());
      put("sort", sort ? sort.value : "");
      put("page", page > 1 ? String(page) : "");
      for (const facet of facets) {
        const key = facet.dataset.facet;
        const option = facet.tagName === "SELECT" ? facet.selectedOptions[0] : facet.querySelector("input:checked");
        put(key, option ? option.dataset.word || (facet.tagName === "SELECT" ? "" : "all") : "");
      }
      history.replaceState(null, "", "#" + kept.toString());
    }

    function recall() {
      const kept = new URLSearchParams(location.hash.slice(1));
      let asked = false;
      const get = function (key) { const value = kept.get(prefix + key); if (value !== null) asked = true; return value; };
      search.value = get("q") || "";
      if (sort) sort.value = get("sort") || "";
      page = Number(get("page")) || 1;
      for (const facet of facets) {
        const word = get(facet.dataset.facet);
        if (word === null) continue;
        const options = facet.tagName === "SELECT" ? facet.options : facet.querySelectorAll("input");
        for (const option of options) {
          if ((option.dataset.word || (facet.tagName === "SELECT" ? "" : "all")) === word) {
            if (facet.tagName === "SELECT") option.selected = true; else option.checked = true;
          }
        }
      }
      return asked;
    }

    function changed() { page = 1; remember(); run(); }
    let typing = 0;
    search.addEventListener("input", function () { clearTimeout(typing); typing = setTimeout(changed, 200); });
    form.addEventListener("change", function (event) { if (event.target !== search) changed(); });
    form.addEventListener("submit", function (event) { event.preventDefault(); clearTimeout(typing); changed(); });
    form.addEventListener("reset", function () { setTimeout(changed, 0); });
    function turn(to) { page = to; remember(); run().then(function () { section.scrollIntoView({ block: "start" }); }); }
    back.addEventListener("click", function () { turn(page - 1); });
    next.addEventListener("click", function () { turn(page + 1); });
    pageInput.addEventListener("change", function () { turn(Math.round(Number(pageInput.value)) || 1); });
    for (const control of section.querySelectorAll("[data-script]")) control.hidden = false;
    if (recall()) run();
    window.addEventListener("hashchange", function () { if (recall()) run(); });
    // the first page stands in the document: only what the next click reads is fetched, once nothing else is to do
    const idle = window.requestIdleCallback || function (task) { setTimeout(task, 200); };
    idle(function () {
      const [first] = chosen();
      if (first) bytes(name + "/facet-" + first[0]).catch(function () {});
    });
  }

  for (const section of document.querySelectorAll("[data-list]")) list(section);
})();
