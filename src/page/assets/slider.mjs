// The day: a slider by months, a field for the exact day, and the events of the name.

import { el, replace, svg } from './dom.mjs';
import { before, dayOfMonth, FIRST_YEAR, inWords, isDay, month, today } from './days.mjs';
import { STATES } from './words.mjs';

// `onday(day, moving)` is called with the day; an empty one is the server's.
export function daySlider(onday) {
  const last = month(today());
  const range = el('input', { type: 'range', min: 0, max: last, step: 1, id: 'year',
    'aria-label': 'Month', list: null });
  const field = el('input', { type: 'date', min: `${FIRST_YEAR}-01-01`, max: today(),
    'aria-label': 'Day' });
  const marks = svg('svg', { class: 'marks', viewBox: '0 0 1000 14', 'aria-hidden': 'true',
    preserveAspectRatio: 'none' });
  const note = el('p', { class: 'event-note' });
  const parts = { range, field, marks, note, last, events: [], day: today(), onday };
  // A drag is one step in the history.
  let moving = false;
  range.addEventListener('input', () => {
    onday(dayAt(range.value, last), moving);
    moving = true;
  });
  range.addEventListener('change', () => { moving = false; });
  field.addEventListener('change', () => { if (isDay(field.value)) onday(field.value, false); });
  const step = (direction, text) => el('button', { type: 'button', class: 'quiet',
    onclick: () => stepTo(parts, direction) }, text);
  parts.earlier = step(-1, '◂ Earlier event');
  parts.later = step(1, 'Later event ▸');
  parts.now = el('button', { type: 'button', class: 'quiet', onclick: () => onday('', false) },
    'Today');
  const node = el('div', { class: 'slider' },
    el('div', { class: 'slider-row' }, field, parts.earlier, parts.later, parts.now, note),
    el('div', { class: 'track' }, range, marks, years(last)));
  return { node, setDay: (day) => setDay(parts, day), setEvents: (e) => setEvents(parts, e) };
}

const dayAt = (value, last) => (Number(value) === last ? today() : dayOfMonth(Number(value)));

function years(last) {
  const labels = [];
  for (let year = FIRST_YEAR; month(`${year}`) <= last; year += 4) {
    const label = el('span', {}, year);
    label.style.left = `${(100 * month(`${year}`)) / last}%`;
    labels.push(label);
  }
  return el('div', { class: 'years', 'aria-hidden': 'true' }, labels);
}

function setDay(parts, day) {
  parts.day = day;
  parts.range.value = month(day);
  parts.range.setAttribute('aria-valuetext', inWords(day));
  if (document.activeElement !== parts.field) parts.field.value = day;
  parts.earlier.disabled = !parts.events.some((event) => event.day < day);
  parts.later.disabled = !parts.events.some((event) => event.day > day);
  const here = parts.events.filter((event) => event.day === day).map(({ text }) => text);
  const more = here.length > 4 ? ` and ${here.length - 4} more` : '';
  replace(parts.note, here.length ? `${here.slice(0, 4).join('; ')}${more}` : '');
}

function setEvents(parts, events) {
  parts.events = events;
  replace(parts.marks, [...new Set(events.map((event) => event.day))].map((day) => {
    const x = (1000 * Math.max(0, month(day))) / parts.last;
    return svg('rect', { x: x - 1.2, y: 1, width: 2.4, height: 12, rx: 1 });
  }));
  setDay(parts, parts.day);
}

function stepTo(parts, direction) {
  const days = parts.events.map(({ day }) => day);
  const next = direction < 0
    ? days.filter((day) => day < parts.day).at(-1)
    : days.find((day) => day > parts.day);
  if (next) parts.onday(next, false);
}

// What changed when, from a timeline, in order.
export function eventsOf(timeline) {
  const events = [];
  for (const line of timeline.lines) {
    const who = line.operator ? `${line.name}, ${line.operator}` : line.name;
    for (const period of line.periods) {
      if (period.state === 'unknown') continue;
      const label = STATES[period.state].label;
      if (period.since) events.push({ day: period.since, text: `${who}: ${label}` });
      if (period.until) {
        events.push({ day: period.until,
          text: `${who}: no longer ${label}, last day ${before(period.until)}` });
      }
    }
  }
  return events.sort((a, b) => (a.day < b.day ? -1 : Number(a.day > b.day)));
}
