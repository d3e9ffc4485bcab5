// The view of the map: search, sentence, slider, tiles or list, legend.

import { cellsOf, rowsForFile, sentence } from './cells.mjs';
import { announce, el, replace, svg } from './dom.mjs';
import { dayOf, FIRST_NAME, operatorNames, timelineOf } from './facts.mjs';
import { legend, stateKey } from './legend.mjs';
import { drawList } from './list.mjs';
import { drawMap } from './map.mjs';
import { saveButtons } from './save.mjs';
import { searchBox } from './search.mjs';
import { daySlider, eventsOf } from './slider.mjs';
import { address, go } from './state.mjs';

export const title = 'Map';
const PHONE = matchMedia('(max-width: 700px)');

let parts = null;
let shown = null;
let asked = 0;

export function open(root) {
  const said = el('h1', { class: 'sentence' }, 'One moment …');
  const picture = svg('svg', { class: 'map', role: 'group',
    'aria-label': 'Countries as tiles; the arrow keys walk over them' });
  const list = el('div', { class: 'list' });
  const search = searchBox({ id: 'name', label: 'Name', button: 'Show',
    onchoose: (name) => go({ name, at: '' }) });
  const slider = daySlider((day, moving) => go({ day }, moving));
  const tiles = el('a', { class: 'choice' }, 'Tiles');
  const table = el('a', { class: 'choice' }, 'List');
  const save = saveButtons(() => shown && {
    name: `${shown.name}-${shown.day}`, title: spoken(),
    rows: rowsForFile(shown.name, shown.type, shown.day, shown.cells),
    json: rowsForFile(shown.name, shown.type, shown.day, shown.cells), picture,
  });
  replace(root, el('div', { class: 'bar' }, search), said, slider.node,
    el('div', { class: 'under' }, stateKey(),
      el('span', { class: 'choices', role: 'group', 'aria-label': 'Shown as' }, tiles, table)),
    picture, list, save, legend());
  parts = { said, picture, list, search, slider, tiles, table };
  PHONE.onchange = () => shown && draw();
}

export function close() {
  parts = null;
  shown = null;
  PHONE.onchange = null;
}

export async function show(state) {
  const turn = ++asked;
  const name = state.name ?? FIRST_NAME;
  const type = state.type ?? 'A';
  const [day, operatorName] = await Promise.all([dayOf(state), operatorNames()]);
  if (!parts) return;
  parts.search.setName(name);
  parts.slider.setDay(day);
  askEvents(name, type);
  const cells = await cellsOf(name, type, day, operatorName);
  if (turn !== asked || !parts) return;
  const before = parts.said.textContent;
  shown = { state, name, type, day, cells, operatorName };
  draw();
  const after = parts.said.textContent;
  if (before !== 'One moment …' && before !== after) announceLater(after);
}

async function askEvents(name, type) {
  const timeline = await timelineOf(name, { type: type === 'A' ? '' : type })
    .catch(() => ({ lines: [] }));
  if (parts && (!shown || shown.name === name)) parts.slider.setEvents(eventsOf(timeline));
}

let waiting = 0;

// A slider that moves would say a sentence a step.
function announceLater(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => announce(text), 900);
}

const spoken = () => sentence(shown.name, shown.type, shown.day, shown.cells);

function draw() {
  const { state, name, day, cells, operatorName } = shown;
  const asList = PHONE.matches || state.as === 'list';
  const onopen = (code) => go({ at: code, name });
  replace(parts.said, spoken());
  document.title = `${name} on ${day} – splinterdns`;
  parts.picture.toggleAttribute('hidden', asList);
  parts.list.hidden = !asList;
  drawMap(parts.picture, cells, state.at?.split('/')[0], onopen);
  if (asList) drawList(parts.list, cells, onopen, operatorName);
  parts.tiles.href = address({ as: '' }, state);
  parts.table.href = address({ as: 'list' }, state);
  parts.tiles.setAttribute('aria-current', String(!asList));
  parts.table.setAttribute('aria-current', String(asList));
}
