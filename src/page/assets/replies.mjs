// The replies to one query as they come: a line of time, the client on the left.

import { el, svg } from './dom.mjs';
import { ORIGINS } from './words.mjs';

const WIDTH = 340;

// `replies` have after (seconds), rcode, flags, answers, and forged: true, false or null.
export function drawReplies(replies, verdict) {
  if (replies.length === 0) return el('p', { class: 'silence' }, nothing(verdict));
  const timed = replies.every(isTimed);
  return el('div', { class: 'replies' },
    timed && replies.length > 1 && axis(replies),
    el('ol', { class: 'reply-list' }, replies.map((reply, index) =>
      one(reply, timed && index === 0 && replies.length > 1))));
}

const isTimed = ({ after }) => typeof after === 'number';

function nothing(verdict) {
  return verdict === 'reset' ? 'No answer: the connection is reset.'
    : 'No answer comes. The client waits until it gives up.';
}

function one(reply, isFirst) {
  const when = isTimed(reply) && milliseconds(reply.after);
  const takes = isFirst ? ' – the one that a client takes' : '';
  return el('li', { class: reply.forged ? 'forged' : 'plain' },
    el('p', { class: 'reply-head' },
      el('b', {}, [when, reply.label].filter(Boolean).join(' ')), ' ',
      reply.forged !== null && reply.forged !== undefined
        && el('span', { class: reply.forged ? 'tag tag-forged' : 'tag' }, origin(reply)),
      ' ', reply.rcode ?? 'what the upstream resolver says', takes),
    reply.flags?.length > 0 && el('p', { class: 'flags' }, `flags ${reply.flags.join(' ')}`,
      reply.octets ? `, ${reply.octets} octets` : ''),
    reply.answers.map((answer) => el('code', { class: 'record' }, answer)));
}

function origin(reply) {
  if (reply.stand_in) return 'genuine name, made-up record';
  return reply.forged ? 'forged' : ORIGINS[reply.origin] ?? 'genuine';
}

export const milliseconds = (seconds) => {
  const value = seconds * 1000;
  return `${value >= 10 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ms`;
};

// Who answers first is seen at a glance: a mark for each reply, from the left to the right. Forged
// replies come within a few milliseconds of each other, so the scale is a logarithm.
function axis(replies) {
  const end = Math.max(...replies.map(({ after }) => after), 0.001);
  const far = (after) => Math.log1p(after * 1000);
  const x = (after) => 10 + (far(after) / far(end)) * (WIDTH - 60);
  const marks = replies.map(({ after, forged }, index) => svg('g', {
    transform: `translate(${x(after)} 0)`, class: forged ? 'mark-forged' : 'mark-plain',
  }, svg('line', { x1: 0, x2: 0, y1: 12, y2: 34 }),
  svg('circle', { cx: 0, cy: 12, r: 8 }),
  svg('text', { x: 0, y: 16, 'text-anchor': 'middle' }, index + 1)));
  return svg('svg', { class: 'axis', viewBox: `0 0 ${WIDTH} 50`, role: 'img',
    'aria-label': `${replies.length} replies, at ${replies.map(({ after }) =>
      milliseconds(after)).join(', ')} after the query` },
  svg('line', { class: 'axis-line', x1: 10, x2: WIDTH - 8, y1: 34, y2: 34 }),
  svg('text', { x: 10, y: 47, class: 'axis-text' }, 'query'),
  svg('text', { x: WIDTH - 50, y: 47, 'text-anchor': 'middle', class: 'axis-text' },
    milliseconds(end)),
  svg('text', { x: WIDTH / 2 - 20, y: 47, 'text-anchor': 'middle', class: 'axis-text' },
    'time (not to scale)'), marks);
}

// The replies of `explain`, in the form that is drawn.
export function fromExplain(replies) {
  return replies.map((reply) => ({
    after: reply.after_ms / 1000, rcode: reply.rcode, flags: reply.flags,
    answers: reply.answers, forged: !reply.honest, origin: reply.origin,
    stand_in: reply['stand-in'],
  }));
}
