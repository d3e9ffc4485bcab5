// Days, as text: "2014", "2014-03" or "2014-03-21". They compare as text does.

export const FIRST_YEAR = 2002;

export function today() {
  return new Date().toISOString().slice(0, 10);
}

export function isDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

const full = (day) => `${day}-01-01`.slice(0, 10);

export function number(day) {
  return Date.parse(full(day)) / 86_400_000;
}

export function before(day) {
  return new Date((number(day) - 1) * 86_400_000).toISOString().slice(0, 10);
}

// Months since the first year, and back.
export function month(day) {
  return (Number(day.slice(0, 4)) - FIRST_YEAR) * 12 + Number(day.slice(5, 7) || 1) - 1;
}

export function dayOfMonth(index) {
  const year = FIRST_YEAR + Math.floor(index / 12);
  return `${year}-${String((index % 12) + 1).padStart(2, '0')}-01`;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
  'September', 'October', 'November', 'December'];

export function inWords(day) {
  const [year, monthOfYear, dayInMonth] = day.split('-').map(Number);
  const name = monthOfYear ? `${MONTHS[monthOfYear - 1]} ` : '';
  return `${dayInMonth ? `${dayInMonth} ` : ''}${name}${year}`;
}

// "2021-10/2024-03" is a time during which something was seen.
const seenInWords = (seen) => seen.map((time) => time.replace('/', ' to ')).join(', ');

// When a rule or a finding holds. `until` is the first day on which it does not.
export function holds({ since, until, seen = [], hours }) {
  const words = [];
  if (since) words.push(`since ${since}`);
  if (until) words.push(`until ${until}, not that day itself`);
  if (seen.length) words.push(`seen ${seenInWords(seen)}`);
  if (hours) words.push(`at these hours: ${hours}`);
  if (!since && !until && seen.length) words.push('when it began and ended is not known');
  return words.join('; ') || 'no day is known';
}
