// Names against countries, or against the ISPs of one country.

import { getKept } from './api.mjs';
import { el, replace, select, svg } from './dom.mjs';
import { categories, countries, dayOf, operatorNames } from './facts.mjs';
import { glyph, inkOf, look, shape } from './glyphs.mjs';
import { legend, stateKey } from './legend.mjs';
import { matrixPicture } from './matrixpicture.mjs';
import { saveButtons } from './save.mjs';
import { hostIn, searchBox } from './search.mjs';
import { address, go, read } from './state.mjs';
import { cellWords, count } from './words.mjs';

export const title = 'Matrix';
const FIRST_CATEGORY = 'COMT';
const ORDER = ['blocked', 'blocked-elsewhere', 'free', 'unknown'];

let parts = null;
let shown = null;
let asked = 0;

export function open(root) {
  parts = {
    fields: el('div', { class: 'bar' }), said: el('h1', { class: 'sentence' }, 'One moment …'),
    list: el('p', { class: 'names-list' }), frame: el('div', { class: 'frame' }),
    rest: el('p', { class: 'note' }),
  };
  const save = saveButtons(() => shown && {
    name: `matrix-${shown.day}`, title: shown.sentence, rows: rows(), json: shown.matrix,
    picture: matrixPicture(shown),
  });
  replace(root, parts.fields, parts.list, parts.said, stateKey(), parts.frame, parts.rest, save,
    legend());
}

export function close() {
  parts = null;
  shown = null;
}

export async function show(state) {
  const turn = ++asked;
  const day = await dayOf(state);
  const [codes, places, operatorName] = await Promise.all([categories(), countries(),
    operatorNames()]);
  const category = state.names ? '' : state.category ?? FIRST_CATEGORY;
  if (!parts) return;
  drawFields(state, category, codes, places, day);
  const matrix = await getKept('matrix', { names: state.names, category, today: day,
    country: state.country });
  if (turn !== asked || !parts) return;
  // A panel that opens beside the table leaves it, its place and its focus alone.
  const drawnFor = JSON.stringify({ ...state, at: '', name: '', day, category });
  if (shown?.drawnFor === drawnFor) return;
  shown = arranged({ matrix, state, day, operatorName,
    what: category && (codes.find(({ code }) => code === category)?.name ?? category) });
  shown.drawnFor = drawnFor;
  shown.sentence = sentence(shown);
  replace(parts.said, shown.sentence);
  draw();
}

function drawFields(state, category, codes, places, day) {
  if (parts.fields.contains(document.activeElement) && parts.fields.dataset.drawn) {
    parts.fields.querySelector('select').value = category;
    drawNames(state);
    return;
  }
  parts.fields.dataset.drawn = 'yes';
  const add = searchBox({ id: 'add', label: 'Add a name', button: 'Add', onchoose: addName });
  replace(parts.fields,
    select('Names', [['', 'my own list'], ...codes.map(({ code, name }) => [code, name])],
      category, (code) => go({ category: code, names: code ? '' : ownList().join(','), at: '' })),
    select('Places', [['', 'all countries'], ...places.filter(({ operators }) =>
      operators.length).map(({ country, name }) => [country, `ISPs of ${name}`])],
    state.country ?? '', (country) => go({ country, at: '', sort: '' })),
    select('Order', [['', 'most blocked first'], ['name', 'by name']], state.sort ?? '',
      (sort) => go({ sort })),
    el('label', { class: 'field' }, el('span', {}, 'Day'), el('input', { type: 'date',
      value: day, onchange: (event) => event.target.value && go({ day: event.target.value }) })),
    add);
  drawNames(state);
}

const ownList = () => (read().names ? read().names.split(',')
  : shown?.matrix.names.slice(0, 12) ?? ['telegram.org', 'signal.org']);

function addName(name) {
  const more = name.split(/[\s,]+/).map(hostIn);
  const names = [...new Set([...(read().names ?? '').split(','), ...more])].filter(Boolean);
  go({ names: names.join(','), category: '' });
}

function drawNames({ names }) {
  if (!names) { replace(parts.list); return; }
  const all = names.split(',');
  replace(parts.list, all.map((name) => el('button', { type: 'button', class: 'quiet',
    'aria-label': `Remove ${name}`,
    onclick: () => go({ names: all.filter((other) => other !== name).join(',') }) },
  name, ' ×')));
}

// Sorted rows, and only the columns in which something is known unless all are wanted.
function arranged({ matrix, state, day, operatorName, what }) {
  const known = matrix.places.map((_, column) =>
    matrix.cells.some((row) => row[column].state !== 'unknown'));
  const columns = matrix.places.map((_, column) => column)
    .filter((column) => state.places === 'all' || known[column]);
  const blocked = (row) => matrix.cells[row].filter((cell) => cell.state === 'blocked').length;
  const byPlace = matrix.places.findIndex((place) => place.country === state.sort
    && state.sort || place.operator === state.sort && state.sort);
  const order = matrix.names.map((_, row) => row).sort((a, b) => {
    if (byPlace >= 0) {
      const rank = (row) => ORDER.indexOf(matrix.cells[row][byPlace].state);
      if (rank(a) !== rank(b)) return rank(a) - rank(b);
    }
    return (state.sort === 'name' ? 0 : blocked(b) - blocked(a))
      || matrix.names[a].localeCompare(matrix.names[b]);
  });
  const heading = (place) => place.operator ?? place.country;
  const nameOf = (place) => (place.operator
    ? operatorName(place.country, place.operator) : place.name);
  return { matrix, state, day, columns, order, heading, nameOf, what, known, operatorName,
    blocked };
}

function sentence({ matrix, day, what, order, columns, state, nameOf, blocked }) {
  const places = matrix.places.length;
  if (matrix.names.length === 0) return `Of ${what || 'these names'} nothing is known.`;
  const kind = state.country ? 'networks' : 'countries';
  const most = [...order].sort((a, b) => blocked(b) - blocked(a))[0];
  const inPlace = (column) => matrix.cells.filter((row) => row[column].state === 'blocked').length;
  const where = [...columns].sort((a, b) => inPlace(b) - inPlace(a))[0];
  const start = `${count(matrix.names.length, 'name')}${what ? ` of “${what}”` : ''} in ${places} ${
    kind} on ${day}`;
  if (!blocked(most)) return `${start}: none is known to be blocked by DNS.`;
  return `${start}: most blocked by DNS is ${matrix.names[most]} (in ${blocked(most)}); ${
    nameOf(matrix.places[where])} blocks ${inPlace(where)} of ${matrix.names.length}.`;
}

function draw() {
  const { matrix, columns, order, state, known } = shown;
  const table = el('table', { class: 'matrix', role: 'grid', 'aria-label': shown.sentence },
    headings(), el('tbody', {}, order.map((row, at) => line(row, at === 0))));
  table.addEventListener('click', (event) => openCell(event.target.closest('td')));
  table.addEventListener('keydown', walk);
  replace(parts.frame, matrix.names.length > 0 && columns.length > 0 && table);
  const silent = matrix.places.filter((_, column) => !known[column]);
  const link = (places, text) => el('a', { href: address({ places }, state) }, text);
  replace(parts.rest, silent.length > 0 && (state.places === 'all'
    ? link('', 'Hide the columns where nothing is known')
    : [`Nothing is known of these names in ${silent.length}: ${silent.map((place) =>
      shown.nameOf(place)).join(', ')}. `, link('all', 'Show them too')]));
}

function headings() {
  const { matrix, columns, heading, nameOf, state } = shown;
  return el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Name'),
    columns.map((column) => {
      const place = matrix.places[column];
      const key = heading(place);
      return el('th', { scope: 'col', 'aria-sort': state.sort === key ? 'descending' : null },
        el('button', { type: 'button', class: 'column', title: `${nameOf(place)}: sort by it`,
          'aria-label': `${nameOf(place)}: sort by it`,
          onclick: () => go({ sort: state.sort === key ? '' : key }) },
        el('span', {}, key)));
    })));
}

function line(row, isFirst) {
  const { matrix, columns, state } = shown;
  const name = matrix.names[row];
  return el('tr', {}, el('th', { scope: 'row' },
    el('a', { href: address({ view: 'map', name, at: '' }, { day: state.day }) }, name)),
  columns.map((column, index) => td(row, column, isFirst && index === 0)));
}

function td(row, column, isFirst) {
  const { matrix, operatorName, nameOf } = shown;
  const cell = matrix.cells[row][column];
  const place = matrix.places[column];
  const words = `${matrix.names[row]}, ${nameOf(place)}: ${cellWords(cell, (slug) =>
    operatorName(place.country, slug))}`;
  return el('td', { role: 'gridcell', tabindex: isFirst ? 0 : -1, title: words,
    'aria-label': words, 'data-row': row, 'data-column': column, 'data-state': cell.state },
  cell.state === 'unknown' ? '?' : face(cell));
}

function face(cell) {
  return svg('svg', { viewBox: '-1 -1 28 22', width: 28, height: 22, 'aria-hidden': 'true' },
    shape(cell, 26, 20),
    cell.operators.length > 0 && svg('circle', { class: 'some', cx: 21.5, cy: 4.5, r: 2.6 }),
    svg('g', { class: `on-${inkOf(cell)}` }, glyph(look(cell), 6.5, 3.5, 13)));
}

function openCell(cell) {
  if (!cell) return;
  const place = shown.matrix.places[cell.dataset.column];
  rove(cell);
  go({ name: shown.matrix.names[cell.dataset.row],
    at: place.operator ? `${place.country}/${place.operator}` : place.country });
}

function rove(cell) {
  parts.frame.querySelector('td[tabindex="0"]')?.setAttribute('tabindex', '-1');
  cell.setAttribute('tabindex', '0');
  cell.focus();
}

function walk(event) {
  const cell = event.target.closest('td');
  if (!cell) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    openCell(cell);
    return;
  }
  const inLine = [...cell.parentNode.querySelectorAll('td')];
  const at = inLine.indexOf(cell);
  const above = cell.parentNode.previousElementSibling?.querySelectorAll('td')[at];
  const below = cell.parentNode.nextElementSibling?.querySelectorAll('td')[at];
  const next = { ArrowLeft: inLine[at - 1], ArrowRight: inLine[at + 1], ArrowUp: above,
    ArrowDown: below, Home: inLine[0], End: inLine.at(-1) }[event.key];
  if (!next) return;
  event.preventDefault();
  rove(next);
}

function rows() {
  const { matrix, order, day } = shown;
  return order.flatMap((row) => matrix.places.map((place, column) => {
    const cell = matrix.cells[row][column];
    return { name: matrix.names[row], type: matrix.type, day, country: place.country,
      operator: place.operator ?? '', state: cell.state,
      verdict: cell.state === 'unknown' ? '' : cell.verdict, evidence: cell.evidence ?? '',
      id: cell.id ?? '', means: cell.means.join(' '), operators: cell.operators.join(' ') };
  }));
}
