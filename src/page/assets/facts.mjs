// What several views ask for: the countries, the categories, the names, the day of the server.

import { get, getKept } from './api.mjs';
import { today } from './days.mjs';

// What a view of one name shows that was given none.
export const FIRST_NAME = 'telegram.org';

export const countries = () => getKept('countries');
export const categories = () => getKept('categories').catch(() => []);

const FRESH = 3000;
let about = null;
let askedAt = 0;

// The teacher may set the server's day at any time.
export function aboutServer() {
  if (!about || performance.now() - askedAt > FRESH) {
    askedAt = performance.now();
    about = get('about');
    about.catch(() => { about = null; });
  }
  return about;
}

// In the head of the page: the day that the server pretends, if it does.
export function showServerDay(day) {
  document.getElementById('server-day').textContent =
    day ? `The server’s day: ${day.slice(0, 10)}` : '';
}

// The day a view is about: the address's, else the one that the server pretends, else today's.
export async function dayOf(state) {
  return state.day ?? (await aboutServer()).today?.slice(0, 10) ?? today();
}

export async function countryOf(code) {
  return (await countries()).find(({ country }) => country === code)
    ?? { country: code, name: code, operators: [] };
}

// A function from an ISP's short name in a country to its full one.
export async function operatorNames() {
  const all = new Map();
  for (const { country, operators } of await countries()) {
    for (const { operator, name } of operators) all.set(`${country}/${operator}`, name);
  }
  return (country, operator) => all.get(`${country}/${operator}`) ?? operator;
}

// What is known of a name over the years. A server that draws no single country gives all.
export function timelineOf(name, { type, country }) {
  return getKept('timeline', { name, type, country })
    .catch((error) => (type || country ? getKept('timeline', { name }) : Promise.reject(error)));
}

// The names with the number of countries that block them, most blocked first.
export async function names() {
  const { names: all } = await getKept('names', { brief: 'true' })
    .catch(() => getKept('names'));
  return all.map((entry) => ({
    name: entry.name,
    blocked: Array.isArray(entry.blocked) ? entry.blocked.length : entry.blocked,
    category: entry.category ?? null,
  }));
}
