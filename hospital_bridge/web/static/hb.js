/* What a page that looks again needs beyond htmx; without it the page reloads by itself (noscript). */
(function () {
  "use strict";
  var said = "";

  function words() {
    var state = document.querySelector("[data-say]");
    return state ? state.textContent.trim() : "";
  }

  /* The time of day where the clock is that many minutes ahead of UTC. */
  function clock(ahead) {
    var there = new Date(Date.now() + ahead * 60000);
    return ("0" + there.getUTCHours()).slice(-2) + ":" + ("0" + there.getUTCMinutes()).slice(-2);
  }

  function here() {
    return clock(-new Date().getTimezoneOffset());
  }

  var offline = document.getElementById("offline");
  var lastSeen = here();
  said = words();

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden) event.preventDefault();
  });

  function isField(element) {
    return /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName);
  }

  /* htmx 1.9 would put the empty body of a 304 in place of the page. Nor is a field taken from under whoever is
     at it: what is new comes with a later look. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var focused = document.activeElement;
    var taken = focused && isField(focused) && event.detail.target.contains(focused);
    if (event.detail.xhr.status === 304 || taken) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.xhr.status === 0) return;
    lastSeen = here();
    offline.hidden = true;
  });

  document.addEventListener("htmx:sendError", function () {
    offline.querySelector("span").textContent = lastSeen;
    offline.hidden = false;
  });

  /* Inside Alipay the payment sheet opens in place (tradePay); elsewhere the link leads to it. What the sheet
     answers is not believed: the page asks the bridge, which asks the wallet. */
  document.addEventListener("click", function (event) {
    var sheet = event.target.closest("[data-trade-no]");
    if (!sheet || !window.AlipayJSBridge) return;
    event.preventDefault();
    window.AlipayJSBridge.call("tradePay", { tradeNO: sheet.getAttribute("data-trade-no") }, function () {
      window.location.reload();
    });
  });

  /* At a desk every button has its key; whoever types into a field means the field, and Space on a button means
     that button. After one press the page is on its way to the next: what is pressed meanwhile was meant for this one. */
  var isLeaving = false;
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isField(event.target)) return;
    if (event.key === " " && event.target.closest("a, button, summary")) return;
    var pressed = document.querySelector("[data-key='" + event.key.toLowerCase().replace(/['\\]/g, "") + "']");
    if (!pressed) return;
    event.preventDefault();
    if (isLeaving) return;
    isLeaving = true;
    pressed.click();
  });
  window.addEventListener("pageshow", function () {
    isLeaving = false;
  });

  /* A board that stands still is worse than a dark one: after ten seconds without an answer it says so. */
  var stale = document.querySelector("[data-stale]");
  var heard = Date.now();
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.xhr.status === 200 || event.detail.xhr.status === 304) heard = Date.now();
  });
  if (stale) {
    var face = document.querySelector("[data-clock]");
    window.setInterval(function () {
      stale.hidden = Date.now() - heard < 10000;
      face.textContent = clock(Number(face.getAttribute("data-clock")));
    }, 1000);
  }

  /* Whoever walks away from a kiosk leaves neither their number nor their language to the next. The page is only
     left for its first state while the bridge answers: a kiosk that cannot load anything stays as it is. */
  var touched = Date.now();
  ["keydown", "input", "click"].forEach(function (kind) {
    document.addEventListener(kind, function () {
      touched = Date.now();
    });
  });
  if (document.querySelector("[data-abandoned-after]")) {
    window.setInterval(function () {
      var shared = document.querySelector("[data-abandoned-after]");
      if (!shared || Date.now() - touched < Number(shared.getAttribute("data-abandoned-after")) * 1000) return;
      var field = document.getElementById("number");
      if (field.value) field.value = "";
      field.focus();
      var first = shared.getAttribute("data-first");
      var isFirst = window.location.pathname + window.location.search === first;
      if (!isFirst && Date.now() - heard < 20000) window.location.replace(first);
    }, 1000);
  }

  /* A form that asks where the phone is: one press asks, sends and forgets. Its answer asks again by itself while it
     is looked at, for somebody has arrived only once they stayed. */
  var asks = document.querySelector("form[data-position]");
  function locate() {
    if (document.hidden) return;
    navigator.geolocation.getCurrentPosition(function (found) {
      asks.elements.latitude.value = found.coords.latitude.toFixed(6);
      asks.elements.longitude.value = found.coords.longitude.toFixed(6);
      asks.elements.accuracy.value = Math.min(Math.ceil(found.coords.accuracy), 100000);
      asks.submit();
    }, function () {
      document.getElementById("no-position").hidden = false;
    }, { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 });
  }
  if (asks) {
    asks.addEventListener("submit", function (event) {
      event.preventDefault();
      if (navigator.geolocation) locate();
      else document.getElementById("no-position").hidden = false;
    });
    var again = Number(asks.getAttribute("data-position"));
    if (again && navigator.geolocation) window.setInterval(locate, again * 1000);
  }

  document.addEventListener("htmx:afterSettle", function () {
    if (words() !== said) {
      said = words();
      document.getElementById("said").textContent = said;
    }
  });
})();
