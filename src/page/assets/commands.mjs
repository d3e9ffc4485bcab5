// The commands that show the same in a terminal.

import { copy, el } from './dom.mjs';

const quoted = (text) => (/^[\w./:=@+-]+$/.test(text) ? text
  : `'${text.replaceAll("'", "'\\''")}'`);

export function explainCommand({ name, type, country, operator, transport, day }) {
  const words = ['splinterdns', 'explain', quoted(name)];
  if (type !== 'A') words.push(type);
  words.push('--country', country);
  if (operator) words.push('--operator', quoted(operator));
  if (transport !== 'udp') words.push('--transport', transport);
  words.push('--today', day);
  return words.join(' ');
}

// A listener of the very country is asked from anywhere, another one from an address there.
export function digCommand({ name, type, country, operator, transport, client }, listeners) {
  const own = listeners.find((one) => one.country === country
    && (one.operator ?? null) === (operator || null));
  const any = listeners.find((one) => !one.country) ?? own;
  if (!any) return null;
  const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec((own ?? any).address) ?? [];
  const words = ['dig'];
  if (!own) words.push('-b', client);
  if (port !== '53') words.push('-p', port);
  words.push(`@${host === '0.0.0.0' || host === '::' ? location.hostname : host}`, quoted(name));
  if (type !== 'A') words.push(type);
  if (transport === 'tcp') words.push('+tcp');
  return words.join(' ');
}

export function commandLine(text) {
  const button = el('button', { type: 'button', class: 'quiet',
    'aria-label': `Copy: ${text}`, onclick: (event) => copy(text, event.currentTarget) }, 'Copy');
  return el('div', { class: 'command' }, el('code', {}, text), button);
}
