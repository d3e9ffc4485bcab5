// The teacher's view: who is where, what was asked, one day for all, and a new start.

import { change, get } from './api.mjs';
import { FIRST_YEAR, today } from './days.mjs';
import { announce, el, replace } from './dom.mjs';
import { saveButtons } from './save.mjs';
import { count } from './words.mjs';

const MOST_SHOWN = 50;

// Gives a function that draws what the server tells.
export function teacherView(root, { refresh, fail }) {
  const day = el('input', { type: 'date', min: `${FIRST_YEAR}-01-01`, max: today(),
    id: 'class-day' });
  const act = async (work, words) => {
    try {
      await work();
      fail(null);
      announce(words);
      await refresh();
    } catch (error) { fail(error); }
  };
  const setDay = (value) => act(() => change('PUT', 'scenario', { today: value || null }),
    value ? `The day is ${value}` : 'The day is today');
  const parts = { day, said: el('p', {}), people: el('tbody', {}), asked: el('tbody', {}), log: [],
    since: 0 };
  replace(root, el('h2', {}, 'For the teacher'), parts.said,
    el('form', { class: 'bar', onsubmit: (event) => {
      event.preventDefault();
      setDay(day.value);
    } }, el('label', { class: 'field' }, el('span', {}, 'The day for all'), day),
    el('button', { class: 'main' }, 'Set the day'),
    el('button', { type: 'button', onclick: () => setDay(today()) }, 'Today'),
    el('button', { type: 'button', onclick: () => {
      if (confirm('Everybody leaves their country, the day is that of the start, and the list of '
        + 'questions is emptied.')) {
        act(async () => {
          await change('POST', 'class/reset');
          await change('PUT', 'scenario', {});
          await change('POST', 'reset');
          Object.assign(parts, { log: [], since: 0 });
        }, 'Everything is as at the beginning');
      }
    } }, 'Start again')),
    el('div', { class: 'cards' },
      card('Who is where', ['Address', 'Country', 'Questions', 'Last'], parts.people),
      card('The questions asked', ['Client', 'Country', 'Name', 'What came'], parts.asked)),
    saveButtons(() => ({ name: 'class', rows: parts.participants ?? [],
      json: { participants: parts.participants ?? [], queries: parts.log } }), ['CSV', 'JSON']));
  return (told, places) => draw(parts, told, places);
}

function card(heading, columns, body) {
  return el('section', { class: 'card' }, el('h3', {}, heading),
    el('div', { class: 'frame', tabindex: 0, role: 'region', 'aria-label': heading },
      el('table', { class: 'plain' }, el('thead', {}, el('tr', {}, columns.map((text) =>
        el('th', { scope: 'col' }, text)))), body)));
}

async function draw(parts, told, places) {
  const nameOf = (code) => places.find(({ country }) => country === code)?.name ?? '–';
  const people = told.participants ?? [];
  parts.participants = people;
  if (document.activeElement !== parts.day) parts.day.value = told.today?.slice(0, 10) ?? '';
  const inCountry = people.filter(({ country }) => country).length;
  parts.said.textContent = `${count(people.length, 'participant')}, ${inCountry} in a country; `
    + `the day is ${told.today ? told.today.slice(0, 10) : 'today'}.`;
  replace(parts.people, people.map((one) => el('tr', {}, el('td', {}, one.address),
    el('td', {}, nameOf(one.country), one.operator && `, ${one.operator}`),
    el('td', {}, one.queries), el('td', {}, one.last ?? ''))));
  const more = await get('log', { since: parts.since, limit: 500 }).catch(() => null);
  if (!more) return;
  parts.since = more.next;
  parts.log = [...parts.log, ...more.queries].slice(-2000);
  replace(parts.asked, parts.log.slice(-MOST_SHOWN).reverse().map((query) => el('tr', {},
    el('td', {}, query.client), el('td', {}, nameOf(query.country)),
    el('td', {}, `${query.name} ${query.type}`), el('td', {}, query.verdict))));
}
