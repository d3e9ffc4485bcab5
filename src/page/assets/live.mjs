// Every query as it comes. The feed is bounded on the server's side, the rows are here.

import { follow } from './api.mjs';
import { announce, el, replace } from './dom.mjs';
import { clearRows, COLUMNS, fits, flat, Rows } from './liverows.mjs';
import { saveButtons } from './save.mjs';
import { go, read } from './state.mjs';

export const title = 'Live';
const MOST_KEPT = 5000;

let parts = null;
let feed = null;
let feedState = null;

export function open(root) {
  feedState = { kept: [], fresh: [], lost: 0, seen: 0, paused: false, filters: {}, recent: [] };
  parts = {
    said: el('h1', { class: 'sentence' }, 'Waiting for queries.'),
    lost: el('span', { class: 'lost' }),
    pause: el('button', { type: 'button', onclick: pause, 'aria-pressed': 'false' }, 'Pause'),
    body: el('tbody', { role: 'rowgroup' }),
  };
  parts.rows = new Rows(parts.body);
  const save = saveButtons(() => ({ name: 'queries', rows: matching().map(flat),
    json: matching() }), ['CSV', 'JSON']);
  replace(root, parts.said,
    el('div', { class: 'bar' }, parts.pause,
      el('button', { type: 'button', onclick: clear }, 'Clear'), save, parts.lost),
    el('div', { class: 'frame live-frame', tabindex: 0, role: 'region',
      'aria-label': 'Queries, the newest first' },
    el('table', { class: 'live', role: 'table' }, heads(), parts.body)));
  feed = follow('live', { take, opened: () => parts?.said.classList.remove('cut'),
    broken: () => parts?.said.classList.add('cut') });
  feedState.timer = setInterval(draw, 250);
}

export function close() {
  feed.close();
  clearInterval(feedState.timer);
  parts = null;
}

export async function show(state) {
  const filters = Object.fromEntries(COLUMNS.filter(({ key }) => state[`f-${key}`])
    .map(({ key }) => [key, state[`f-${key}`]]));
  if (JSON.stringify(filters) === JSON.stringify(feedState.filters)) return;
  feedState.filters = filters;
  for (const input of document.querySelectorAll('.live thead input')) {
    if (document.activeElement !== input) input.value = filters[input.name] ?? '';
  }
  clearRows(parts.rows);
  parts.rows.add(matching().slice(-500));
}

function heads() {
  const filters = read();
  return el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, COLUMNS.map(({ label }) =>
    el('th', { role: 'columnheader' }, label))),
  el('tr', { role: 'row' }, COLUMNS.map(({ key, label, filter }) =>
    el('td', { role: 'cell' }, filter !== false && el('input', {
      type: 'text', name: key, 'aria-label': `Only where ${label} has`, placeholder: 'filter',
      value: filters[`f-${key}`] ?? '', spellcheck: 'false', autocapitalize: 'none',
      oninput: (event) => go({ [`f-${key}`]: event.target.value.trim() }, true),
    })))));
}

const matching = () => feedState.kept.filter((query) => fits(query, feedState.filters));

function take({ lost, queries }) {
  feedState.lost += lost;
  feedState.seen += queries.length;
  feedState.recent.push([performance.now(), queries.length + lost]);
  feedState.kept.push(...queries);
  if (feedState.kept.length > MOST_KEPT) {
    feedState.kept.splice(0, feedState.kept.length - MOST_KEPT);
  }
  feedState.fresh.push(...queries);
  if (feedState.fresh.length > MOST_KEPT) feedState.fresh.splice(0, MOST_KEPT / 2);
}

// Four times a second, whatever comes.
function draw() {
  if (!parts || document.hidden) return;
  const { fresh, filters, lost, seen, paused } = feedState;
  if (fresh.length && !paused) {
    feedState.fresh = [];
    parts.rows.add(fresh.filter((query) => fits(query, filters)));
  }
  const now = performance.now();
  feedState.recent = feedState.recent.filter(([time]) => now - time < 3000);
  const rate = Math.round(feedState.recent.reduce((sum, [, more]) => sum + more, 0) / 3);
  const filtered = Object.keys(filters).length ? ' that fit the filters' : '';
  const words = seen === 0 ? 'Waiting for queries.'
    : `${seen.toLocaleString('en')} queries since this page was opened, ${rate} a second; the `
      + `newest ${parts.rows.length}${filtered} are listed${paused ? ' (paused)' : ''}.`;
  if (parts.said.textContent !== words) parts.said.textContent = words;
  parts.lost.textContent = lost ? `${lost.toLocaleString('en')} came too fast and are not here.`
    : '';
}

function pause() {
  feedState.paused = !feedState.paused;
  parts.pause.textContent = feedState.paused ? 'Go on' : 'Pause';
  parts.pause.setAttribute('aria-pressed', String(feedState.paused));
  announce(feedState.paused ? 'Paused' : 'Going on');
}

function clear() {
  Object.assign(feedState, { kept: [], fresh: [], recent: [], seen: 0, lost: 0 });
  clearRows(parts.rows);
}
