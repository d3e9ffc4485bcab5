// The years: a strip for each country that knows something of a name.

import { el, replace, select } from './dom.mjs';
import { before } from './days.mjs';
import { countries, dayOf, FIRST_NAME, operatorNames, timelineOf } from './facts.mjs';
import { legend } from './legend.mjs';
import { saveButtons } from './save.mjs';
import { searchBox } from './search.mjs';
import { go } from './state.mjs';
import { strips, timeKey } from './strips.mjs';
import { STATES, count, means } from './words.mjs';

export const title = 'Time';
let parts = null;
let shown = null;
let asked = 0;
let observer = null;

export function open(root) {
  parts = {
    search: searchBox({ id: 'name', label: 'Name', button: 'Show',
      onchoose: (name) => go({ name, at: '' }) }),
    place: el('span', {}), said: el('h1', { class: 'sentence' }, 'One moment …'),
    frame: el('div', { class: 'strips' }), rest: el('p', { class: 'note' }),
    table: el('details', { class: 'periods' }),
  };
  const save = saveButtons(() => shown && {
    name: `${shown.timeline.name}-years`, title: shown.sentence, rows: rows(),
    json: shown.timeline, picture: parts.frame.querySelector('svg'),
  });
  replace(root, el('div', { class: 'bar' }, parts.search, parts.place), parts.said, timeKey(),
    parts.frame, parts.rest, parts.table, save, legend());
  observer = new ResizeObserver(() => shown && draw());
  observer.observe(parts.frame);
}

export function close() {
  observer.disconnect();
  parts = null;
  shown = null;
}

export async function show(state) {
  const turn = ++asked;
  const name = state.name ?? FIRST_NAME;
  parts.search.setName(name);
  const [day, places, operatorName, timeline] = await Promise.all([dayOf(state), countries(),
    operatorNames(), timelineOf(name, state)]);
  if (turn !== asked || !parts) return;
  const lines = timeline.lines.filter((line) => !state.country || line.country === state.country);
  const place = places.find(({ country }) => country === state.country)?.name;
  const label = (line) => {
    const isp = line.operator && operatorName(line.country, line.operator);
    return place ? isp ?? 'its own network' : [line.name, isp].filter(Boolean).join(': ');
  };
  shown = { timeline, lines, day, state, label, at: state.at };
  shown.sentence = sentence(timeline, lines, place);
  if (!parts.place.contains(document.activeElement)) {
    replace(parts.place, select('Places', [['', 'all countries'],
      ...places.map((place) => [place.country, `${place.name} and its ISPs`])],
    state.country ?? '', (country) => go({ country, at: '' })));
  }
  replace(parts.said, shown.sentence);
  document.title = `${name} over the years – splinterdns`;
  const silent = timeline.countries - new Set(lines.map((line) => line.country)).size;
  replace(parts.rest, !place && silent > 0 && `Of ${lines.length ? 'the other' : 'all'} ${
    count(silent, 'country', 'countries')} nothing is known.`);
  draw();
  drawTable();
}

function sentence(timeline, lines, place) {
  const name = place ? `${timeline.name} in ${place}` : timeline.name;
  if (lines.length === 0) return `${name}: nothing is known of any year.`;
  const who = (state) => new Set(lines.filter((line) => line.periods.some((period) =>
    period.state === state)).map((line) => `${line.country}/${place && line.operator}`)).size;
  const starts = lines.flatMap((line) => line.periods)
    .filter((period) => period.state === 'blocked' && period.since)
    .map((period) => period.stated ?? period.since).sort();
  const first = starts.length ? `, first on record ${starts[0]}` : '';
  const elsewhere = who('blocked-elsewhere');
  const times = `from ${timeline.from} to ${timeline.to}`;
  const where = place ? `in ${count(who('blocked'), 'network')} of those with a record of their own`
    : `in ${count(who('blocked'), 'country', 'countries')}`;
  return `${name} ${times}: blocked by DNS ${where}${first}${
    elsewhere ? `; blocked otherwise in ${elsewhere}` : ''}.`;
}

function draw() {
  const width = parts.frame.clientWidth;
  if (width === 0 || (shown.width === width && shown.drawn)) return;
  Object.assign(shown, { width, drawn: true });
  const focused = parts.frame.contains(document.activeElement)
    && document.activeElement.dataset.code;
  const placeOf = (line) => (line.operator ? `${line.country}/${line.operator}` : line.country);
  replace(parts.frame, shown.lines.length > 0 && strips({ ...shown, width, placeOf,
    onopen: (at, day) => go(day ? { at, day } : { at }) }));
  if (focused) parts.frame.querySelector(`[data-code="${CSS.escape(focused)}"]`)?.focus();
}

// The same in words, a line a period.
function drawTable() {
  replace(parts.table, el('summary', {}, 'The same as a table'),
    el('div', { class: 'frame', tabindex: 0, role: 'region', 'aria-label': 'Periods' },
      el('table', { class: 'plain' }, el('thead', {}, el('tr', {},
        ['Where', 'State', 'From', 'Last day', 'Evidence', 'Rules'].map((text) =>
          el('th', { scope: 'col' }, text)))),
      el('tbody', {}, rows().filter((row) => row.state !== 'unknown').map((row) => el('tr', {},
        el('th', { scope: 'row' }, row.where), el('td', {}, row.words), el('td', {}, row.since),
        el('td', {}, row.last), el('td', {}, row.evidence), el('td', {}, row.rules)))))));
}

function rows() {
  return shown.lines.flatMap((line) => line.periods.map((period) => ({
    name: shown.timeline.name, where: shown.label(line), country: line.country,
    operator: line.operator ?? '', state: period.state,
    words: [STATES[period.state].label, period.verdict ?? '', means(period.means)]
      .filter(Boolean).join(', '),
    since: period.stated ?? period.since ?? '', until: period.until ?? '',
    last: period.until ? before(period.until) : '',
    'honest-between-known-dates': period.honest, evidence: period.evidence ?? '',
    rules: period.rules.join(' '),
  })));
}
