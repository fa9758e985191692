// One order: its lanes and notes, its timeline as a picture and as a table, and every line's evidence and decisions.
"use strict";
(function () {
  const { json, pause, element, say, locale } = window.pages;
  const SVG = "http://www.w3.org/2000/svg";
  const CHIPS = { send: "send", pause: "wait", support: "support" };
  const STATES = { o: [say("ok"), "send"], w: [say("waiting"), "wait"], p: [say("problem"), "support"], u: [say("unknown"), "wait"], "-": ["\u2013", "none"] };
  const DAYS = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const DATES = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const LANES = [say("lane_order"), say("lane_parcel"), say("lane_customer"), say("lane_support"), say("lane_messages")];
  const place = document.getElementById("order");
  const words = {};

  function two(value) { return String(value).padStart(2, "0"); }
  function moment(seconds) {
    if (seconds === null || seconds === undefined) return "\u2013";
    const at = new Date(seconds * 1000);
    return DATES.format(at) + ", " + two(at.getUTCHours()) + ":" + two(at.getUTCMinutes());
  }
  function day(seconds) {
    return DAYS.format(new Date(seconds * 1000));
  }
  function said(code) {
    const text = words.names[code] || String(code || "").replaceAll("_", " ");
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
  function title(action) { return words.titles.get(action) || said(action); }
  function product(sku) { return (sku && words.products[sku]) || sku || ""; }
  function reason(code) { return code ? words.reasons[code] || said(code.replace(":", ": ")) : ""; }
  function money(value) { return value === null || value === undefined ? "" : Number(value).toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }); }

  // --- finding: a table of each pack's first order, in the order of their characters' numbers
  function compare(one, other) {
    const mine = Array.from(one), theirs = Array.from(other);
    for (let i = 0; i < Math.min(mine.length, theirs.length); i++) {
      const difference = mine[i].codePointAt(0) - theirs[i].codePointAt(0);
      if (difference) return difference;
    }
    return mine.length - theirs.length;
  }

  async function find(id) {
    const firsts = await json("orders/index");
    let low = 0, high = firsts.length - 1, pack = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (compare(firsts[middle], id) <= 0) { pack = middle; low = middle + 1; } else high = middle - 1;
    }
    if (pack < 0) return null;
    const orders = await json("orders/" + pack);
    return orders.find(function (order) { return order.id === id; }) || null;
  }

  // --- notes are Markdown: headings, points, points below points and plain lines are shown as such, everything else as it is written
  function rendered(note) {
    const made = document.createDocumentFragment();
    let points = null, below = null;
    for (const line of note.split("\n")) {
      const heading = /^#{1,6}\s+(.*)$/.exec(line), point = /^(\s*)[-*]\s+(.*)$/.exec(line);
      if (point) {
        const item = element("li", {}, ...emphasis(point[2]));
        if (point[1] && points && points.lastChild) {
          if (!below) { below = element("ul"); points.lastChild.append(below); }
          below.append(item);
        } else {
          if (!points) { points = element("ul"); made.append(points); }
          points.append(item);
          below = null;
        }
        continue;
      }
      points = below = null;
      if (heading) made.append(element("h4", {}, plain(heading[1])));
      else if (line.trim()) made.append(element("p", {}, ...emphasis(line)));
    }
    return made;
  }
  function emphasis(text) {
    return text.split(/\*\*(.+?)\*\*/).map(function (part, at) { return at % 2 ? element("strong", {}, plain(part)) : plain(part); });
  }
  // what a note escapes stands here as text, where nothing can be read as markup
  const MARKS = { amp: "&", lt: "<", gt: ">", "#123": "{", "#58": ":" };
  function plain(text) {
    return text.replace(/\\([\\`*_[~])/g, "$1").replace(/&(amp|lt|gt|#123|#58);/g, function (all, mark) { return MARKS[mark]; });
  }

  function copyButton(note) {
    const button = element("button", { type: "button" }, say("copy_note"));
    const told = element("span", { class: "copy-said", role: "status" });
    button.addEventListener("click", function () {
      const done = function () { told.textContent = say("copied"); setTimeout(function () { told.textContent = ""; }, 2500); };
      const byHand = function () {
        const area = element("textarea", { "aria-label": say("note"), readonly: true, rows: "12" });
        area.value = note;
        button.after(area);
        area.select();
        const copied = document.execCommand("copy");
        if (copied) { area.remove(); button.focus(); done(); } else told.textContent = say("copy_what_is_marked");
      };
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(note).then(done, byHand);
      else byHand();
    });
    return element("p", {}, button, told);
  }

  function lane(row) {
    const [name, action, decision, skus, offer, profit, first, due, after, recheck, until, event, nothing, pick, waits, handling, queue, owner, supportDue, note] = row;
    const facts = [];
    if (decision === "send") {
      facts.push([say("may_go_out"), after && after > words.as_of ? say("from_time", { time: moment(after) }) : say("now")]);
      if (until) facts.push([say("until"), moment(until)]);
      if (name === "marketing" && !pick && waits) facts.push([say("waits_for"), waits.replace(/^\S+/, title)]);
    } else if (decision === "support") {
      facts.push([say("why"), reason(first)], [say("queue"), said(queue) + (owner ? ", " + owner : "")]);
      if (supportDue) facts.push([supportDue <= words.as_of ? say("overdue_since") : say("due"), moment(supportDue)]);
    } else if (nothing) {
      facts.push([say("nothing_left"), nothing.split(", ").map(function (ended) { const [action, check] = ended.split(/[ :]/); return title(action) + ": " + said(check).toLowerCase(); }).join("; ")]);
    } else {
      facts.push([say("held_by"), reason(first)], [say("looks_again"), recheck ? moment(recheck) : say("when_an_event_comes") + (event ? ": " + event : "")]);
    }
    if (skus) facts.push([say("about"), skus.split(",").map(function (sku) { return product(sku.trim()); }).join(", ")]);
    if (offer) facts.push([say("offers"), product(offer)]);
    if (profit !== null) facts.push([say("expected_profit"), money(profit)]);
    if (handling === "human" && decision !== "support") facts.push([say("sent_by"), say("a_person_not_a_flow")]);
    const chip = nothing ? "none" : CHIPS[decision];
    const label = nothing ? say("nothing_left") : decision === "send" ? (name === "marketing" && !pick ? say("waits_its_turn") : say("goes_out")) : decision === "support" ? say("with_support") : say("held");
    const card = element("section", { class: "card" },
      element("h3", {}, element("span", { class: "chip " + chip }, label), " " + title(action)),
      pairs(facts));
    if (note) card.append(element("div", { class: "note", lang: document.getElementById("content").dataset.noteLanguage }, rendered(note), copyButton(note)));
    return card;
  }

  function pairs(facts) {
    return element("dl", { class: "pairs" }, ...facts.flatMap(function (fact) {
      return [element("dt", {}, fact[0]), element("dd", {}, fact[1])];
    }));
  }

  // --- the picture
  function drawn(tag, attributes, text) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text) made.textContent = text;
    return made;
  }
  function laneOf(table) {
    if (table === "orders" || table === "payments") return 0;
    if (table === "fulfillments" || table === "fulfillment_events") return 1;
    if (table === "site_events" || table === "reviews") return 2;
    if (table === "tickets" || table === "refunds") return 3;
    return 4;
  }
  function mood(event) {
    if (/cancel|fail|void|chargeback|lost|return|exception|delay|error|refund_requested|ticket_(?!solved|closed)|bounce|complain|unsubscribe|dropped|damage/.test(event)) return "bad";
    if (/delivered|captured|solved|closed|refunded|review|clicked/.test(event)) return "good";
    return "plain";
  }

  function picture(order) {
    // as wide as its place, so that its letters are as large as the page's
    const width = Math.max(300, Math.min(1240, place.clientWidth - 26)), left = 84, right = 18, top = 26, step = 34, bottom = 30;
    const height = top + LANES.length * step + bottom;
    const events = order.events.filter(function (event) { return event[0] !== null; });
    const due = order.lanes.map(function (row) { return [row[1], row[2] === "support" ? row[18] : row[2] === "send" ? row[8] : row[9]]; })
      .filter(function (row) { return row[1] && row[1] > words.as_of; });
    const times = events.map(function (event) { return event[0]; }).concat(words.as_of, due.map(function (row) { return row[1]; }));
    const start = Math.min(...times), end = Math.max(...times);
    const span = Math.max(end - start, 86400);
    const x = function (seconds) { return Math.round((left + (seconds - start) / span * (width - left - right)) * 10) / 10; };
    const label = say("timeline_label", { events: events.length, start: moment(start), end: moment(end) });
    const svg = drawn("svg", { viewBox: "0 0 " + width + " " + height, width: width, height: height, role: "img", "aria-label": label });
    LANES.forEach(function (name, at) {
      const y = top + at * step + step / 2;
      svg.append(drawn("line", { class: "lane", x1: left, x2: width - right, y1: y, y2: y }), drawn("text", { class: "lane-name", x: 0, y: y + 4 }, name));
    });
    order.lines.forEach(function (line) {
      const ready = line[4][words.facts.indexOf("use_ready_at")], delivered = line[4][words.facts.indexOf("delivered_at")];
      if (ready && delivered && ready > delivered && ready <= end) {
        const mark = drawn("rect", { class: "window", x: x(delivered), width: Math.max(1, x(ready) - x(delivered)), y: top + 2 * step + 7, height: step - 14, rx: 3 });
        mark.append(drawn("title", {}, say("time_to_use", { time: moment(ready) })));
        svg.append(mark);
      }
    });
    const days = span / 86400, every = [1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730].find(function (value) { return days / value <= (width - left) / 75; }) || 1460;
    for (let at = Math.ceil(start / 86400) * 86400; at <= end; at += every * 86400) {
      svg.append(drawn("line", { class: "axis", x1: x(at), x2: x(at), y1: top, y2: height - bottom }), drawn("text", { x: x(at), y: height - 10, "text-anchor": "middle" }, day(at)));
    }
    const now = x(words.as_of);
    svg.append(drawn("line", { class: "now", x1: now, x2: now, y1: top - 6, y2: height - bottom }),
      drawn("text", { class: "now-name", x: now, y: 14, "text-anchor": now > width - 60 ? "end" : "middle" }, say("decided")));
    const taken = new Map();
    for (const event of events) {
      const laneAt = laneOf(event[3]);
      // events of one moment stand above each other
      const key = laneAt + ":" + Math.round(x(event[0]) / 7);
      const nth = taken.get(key) || 0;
      taken.set(key, nth + 1);
      const dot = drawn("circle", { class: "dot " + mood(event[1]), cx: x(event[0]), cy: top + laneAt * step + step / 2 + [0, -8, 8, -14, 14][nth % 5], r: 5 });
      dot.append(drawn("title", {}, said(event[1]) + ", " + moment(event[0])));
      svg.append(dot);
    }
    for (const [action, at] of due) {
      const dot = drawn("circle", { class: "dot due", cx: x(at), cy: top + 4 * step + step / 2, r: 5 });
      dot.append(drawn("title", {}, title(action) + ", " + moment(at)));
      svg.append(dot);
    }
    const key = element("p", { class: "small" }, say("picture_key"));
    return element("div", { class: "picture" }, svg, key);
  }

  function table(caption, headers, rows) {
    return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      element("table", {}, element("caption", {}, caption),
        element("thead", {}, element("tr", {}, ...headers.map(function (name) { return element("th", { scope: "col" }, name); }))),
        element("tbody", {}, ...rows.map(function (cells) {
          return element("tr", {}, ...cells.map(function (content, at) { return at ? element("td", {}, content) : element("th", { scope: "row" }, content); }));
        }))));
  }

  function chip(state) { return element("span", { class: "chip " + state[1] }, state[0]); }

  function line(row) {
    const [id, sku, quantity, states, facts, findings, decisions] = row;
    const letters = words.actions.map(function (_, at) { return String.fromCharCode(97 + at); });
    const checks = words.checks.map(function (check, at) {
      return element("li", { "data-state": states[at] }, element("span", {}, check[1]), chip(STATES[states[at]] || STATES["-"]));
    });
    const rank = { p: 0, u: 1, w: 2, "-": 4, o: 3 };
    checks.sort(function (one, other) { return rank[one.dataset.state] - rank[other.dataset.state]; });
    const told = words.facts.map(function (name, at) { return [said(name.replace(/_at$/, "")), facts[at], name]; })
      .filter(function (fact) { return fact[1] !== null; })
      .map(function (fact) { return [fact[0], fact[2].endsWith("_at") ? moment(fact[1]) : String(fact[1]).replace(/(\.\d\d)\d+$/, "$1").replace(/\.00$/, "")]; });
    const acts = decisions.map(function (decision) {
      const [letter, , first, due, expires, recheck, offer, profit, heldOut] = decision;
      const mine = findings.filter(function (finding) { return finding[6].includes(letter); });
      return [letters.indexOf(letter), [
        title(words.actions[letters.indexOf(letter)][0]),
        chip(decisionChip(decision)),
        element("span", {}, reason(first) || (heldOut ? say("held_out") : say("nothing_holds_it")), more(mine, first)),
        due ? moment(due) : "\u2013", expires ? moment(expires) : "\u2013", recheck ? moment(recheck) : "\u2013",
        product(offer) + (profit !== null && offer ? " (" + money(profit) + ")" : ""),
      ]];
    });
    const why = findings.map(function (finding) {
      const code = finding[0] + ":" + finding[1];
      return [reason(words.reasons[code + ":" + finding[2]] ? code + ":" + finding[2] : code), chip(STATES[finding[1].charAt(0)] || STATES["-"]), said(finding[2]) || "\u2013", moment(finding[3]), moment(finding[4]), finding[5] || "\u2013",
        finding[6].split("").map(function (letter) { return title(words.actions[letters.indexOf(letter)][0]); }).join(", ")];
    });
    return element("section", {},
      element("h2", {}, product(sku) || id),
      element("p", { class: "small" }, [sku !== product(sku) ? sku : "", say("line", { line: id }), say(Number(quantity) === 1 ? "unit" : "units", { units: Number(quantity) })].filter(Boolean).join(" \u00b7 ")),
      told.length ? pairs(told) : "",
      element("h3", {}, say("evidence")), element("ul", { class: "checks" }, ...checks),
      element("h3", {}, say("each_action")),
      table(say("actions_of", { product: product(sku) || id }), [say("action"), say("verdict"), say("why"), say("due"), say("expires"), say("looks_again"), say("offers")], acts.map(function (act) { return act[1]; })),
      why.length ? element("details", {}, element("summary", {}, say("what_holds_them")),
        table(say("findings_of", { product: product(sku) || id }), [say("finding"), say("state"), say("detail"), say("since"), say("clears"), say("evidence"), say("holds")], why)) : "");
  }
  // send and support begin with the same letter: a decision comes as its first two
  function decisionChip(decision) {
    return { se: [say("send"), "send"], pa: [say("pause"), "wait"], su: [say("support"), "support"] }[decision[1]] || ["\u2013", "none"];
  }
  function more(mine, first) {
    const others = mine.filter(function (finding) { return finding[0] + ":" + finding[1] !== first; });
    if (!others.length) return "";
    return element("span", { class: "sub" }, say("and_more", { more: others.length, checks: others.slice(0, 4).map(function (finding) { return said(finding[0]).toLowerCase(); }).join(", ") + (others.length > 4 ? "\u2026" : "") }));
  }

  async function show() {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch (error) { id = location.hash.slice(1); }
    if (id === "content") return;
    if (!id) return tell(say("no_order_is_chosen"), say("choose_one"));
    try {
      if (!words.titles) {
        Object.assign(words, await json("words"));
        words.titles = new Map(words.actions);
      }
      const order = await find(id);
      if (!order) return tell(say("no_live_order", { order: id }), say("no_live_order_why", { order: id }));
      document.title = say("order_title", { order: order.id }) + " \u00b7 " + say("brand");
      const made = element("div", {},
        element("h1", {}, say("order_title", { order: order.id })),
        element("p", { class: "lede" }, (order.name ? say("name_customer", { name: order.name }) : say("customer")) + " ",
          element("a", { href: "index.html#status=all&q=" + encodeURIComponent(order.customer) }, order.customer)),
        element("h2", {}, say("what_is_next")),
        element("div", { class: "cards" }, ...order.lanes.map(lane)));
      place.replaceChildren(made);
      await pause();
      made.append(element("h2", {}, say("timeline")));
      if (order.events.length) {
        made.append(picture(order));
        made.append(element("details", {}, element("summary", {}, say("all_events", { events: order.events.length })),
          table(say("events_caption"), [say("when"), say("event"), say("detail"), say("from")],
            order.events.map(function (event) { return [moment(event[0]), said(event[1]), said(event[2]), said(event[3]) + " " + event[4]]; }))));
      } else made.append(element("p", { class: "empty" }, say("nothing_was_seen")));
      for (const row of order.lines) { await pause(); made.append(line(row)); }
      place.removeAttribute("aria-busy");
    } catch (error) {
      tell(say("unreadable_order"), say("unreadable_why", { error: error.message }));
    }
  }
  function tell(heading, text) {
    place.removeAttribute("aria-busy");
    place.replaceChildren(element("h1", {}, heading), element("p", { class: "lede" }, text), element("p", {}, element("a", { href: "index.html" }, say("todays_sheet"))));
  }
  window.addEventListener("hashchange", show);
  show();
})();
