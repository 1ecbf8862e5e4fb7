
"use strict";
(() => {
  const part = (id) => document.getElementById(id);
  const [moving, last, slider, play, speed] = ["moving", "last", "moment", "play", "speed"].map(part);
  const film = JSON.parse(part("film").textContent);
  const { frames, width, height } = film;
  const end = frames.length - 1;
  const root = document.documentElement;
  const framed = window.parent !== window;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const paper = moving.getContext("2d");

  // --- pictures: each is decoded when it is first wanted, the newest few are kept ---

  const KEPT = 32;
  const decoded = new Map();

  const source = (place) => {
    const { webp } = frames[place];
    return webp === undefined ? last.src : `data:image/webp;base64,${webp}`;
  };

  const picture = (place) => {
    const own = frames[place].as ?? place;
    let found = decoded.get(own);
    if (found === undefined) {
      const image = new Image();
      image.src = source(own);
      found = image.decode().then(() => image);
    }
    decoded.delete(own);
    decoded.set(own, found);
    for (const old of decoded.keys()) {
      if (decoded.size <= KEPT) break;
      if (old !== 0) decoded.delete(old);
    }
    return found;
  };

  let wanted = 0; // the frame that the slider is at
  let drawing = false;

  const draw = async () => {
    if (drawing) return; // and it goes on until what is wanted is drawn
    drawing = true;
    for (let drawn = -1; drawn !== wanted; ) {
      const place = wanted;
      const { x, y } = frames[frames[place].as ?? place];
      const [base, image] = await Promise.all([picture(0), picture(place)]);
      paper.clearRect(0, 0, width, height);
      if (x !== undefined) paper.drawImage(base, 0, 0);
      paper.drawImage(image, x ?? 0, y ?? 0);
      moving.dataset.shown = drawn = place;
    }
    drawing = false;
  };

  const words = part("words").textContent;
  const now = part("now");

  const show = (place) => {
    wanted = Math.max(0, Math.min(end, place));
    const told = frames[wanted].now;
    slider.value = wanted;
    slider.setAttribute("aria-valuetext", `${told} ${film.whole}`);
    moving.setAttribute("aria-label", `${words}, ${told} ${film.whole}`);
    now.firstChild.data = told;
    draw();
  };

  // A picture's pixels are sharp squares where each is a whole number of the screen's; elsewhere
  // some would be larger than others.
  const fit = () => {
    const scale = Math.min(moving.clientWidth / width, moving.clientHeight / height);
    const dense = scale * devicePixelRatio;
    moving.classList.toggle("exact", dense > 0.99 && Math.abs(dense - Math.round(dense)) < 0.005);
  };

  // --- playing: by the clock, so that a slow machine leaves out frames and keeps the time ---

  const LATE = 500; // ms after which the clock is set again: the page was out of sight
  let playing = false;
  let due = 0; // when the frame that is shown has been there long enough
  let played = 0;

  const lasts = (place) => frames[place].ms / Number(speed.value);

  const setPlaying = (on) => {
    if (on === playing) return;
    playing = on;
    root.classList.toggle("playing", on);
    play.setAttribute("aria-label", on ? "Pause" : "Play");
    if (!on) return;
    played = 0;
    if (wanted === end) show(0);
    due = performance.now() + lasts(wanted);
    requestAnimationFrame(tick);
  };

  const tick = () => {
    if (!playing) return;
    const time = performance.now();
    if (time - due > LATE) due = time;
    let place = wanted;
    while (time >= due) {
      if (place === end) {
        played += 1;
        if (still.matches || played === film.loop) return setPlaying(false);
      }
      place = place === end ? 0 : place + 1;
      due += Math.max(1, lasts(place));
      if (place === end) break; // the last frame is never left out
    }
    if (place !== wanted) show(place);
    picture(place === end ? 0 : place + 1);
    requestAnimationFrame(tick);
  };

  const step = (place) => {
    setPlaying(false);
    show(place);
  };

  // --- keys ---

  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };
  const OF_A_DECK = ["PageUp", "PageDown", "Escape", "Home", "End", " "];

  const ours = (event) => {
    if (event.target === speed || (event.target === play && event.key === " ")) return false;
    if (framed && event.target !== slider) return false;
    if (event.key === " ") setPlaying(!playing);
    else if (event.key in STEPS) step(wanted + STEPS[event.key] * (event.shiftKey ? 10 : 1));
    else return false;
    return true;
  };

  // Inside a deck of slides that has no key while the focus is in here: reveal.js takes it by its
  // number. A slider that has the focus keeps its own, and Escape gives them back.
  const ofDeck = (event) => {
    if (!framed || event.target === speed) return false;
    if (event.target === play && event.key === " ") return false;
    const known = event.key.startsWith("Arrow") || OF_A_DECK.includes(event.key) || event.key.length === 1;
    if (!known) return false;
    if (event.key === "Escape" && event.target === slider) slider.blur();
    else window.parent.postMessage(JSON.stringify({ method: "triggerKey", args: [event.keyCode] }), "*");
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (ours(event) || ofDeck(event)) event.preventDefault();
  });

  // --- where it begins ---

  const asked = () => {
    const t = /^#t=(\d+)$/.exec(location.hash);
    if (t !== null) {
      const away = frames.map(({ now }) => Math.abs(parseInt(now.replace(/[^\d|]/g, ""), 10) - t[1]));
      step(away.indexOf(Math.min(...away)));
    }
    if (location.hash === "#play" && !still.matches) setPlaying(true);
  };

  window.addEventListener("hashchange", asked);
  window.addEventListener("message", ({ data }) => {
    if (data === "slide:stop") setPlaying(false); // of reveal.js, as the next two words
    if (data === "slide:start" && location.hash === "#play") asked();
  });
  slider.addEventListener("input", () => step(Number(slider.value)));
  play.addEventListener("click", () => setPlaying(!playing));
  moving.addEventListener("click", () => setPlaying(!playing));
  speed.addEventListener("change", () => { due = performance.now() + lasts(wanted); });

  root.classList.add("live");
  root.classList.toggle("framed", framed);
  slider.max = end;
  now.append("", Object.assign(document.createElement("small"), { textContent: ` ${film.whole}` }));
  const longest = Math.max(...frames.map((frame) => frame.now.length));
  root.style.setProperty("--widest", `${longest + 0.65 * film.whole.length}ch`);
  part("first").textContent = frames[0].now;
  part("end").textContent = frames[end].now;
  last.hidden = true;
  moving.hidden = part("controls").hidden = false;
  new ResizeObserver(fit).observe(moving);
  show(0);
  asked();
})();
