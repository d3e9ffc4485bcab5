// Exercises made from the rules. The server makes them from a seed and checks the answers, so a
// seed in the address is the same quiz for everybody.

import { get } from './api.mjs';
import { el, replace } from './dom.mjs';
import { drawReplies } from './replies.mjs';
import { sourceList } from './sources.mjs';
import { address, go, read } from './state.mjs';
import { capital, count } from './words.mjs';

export const title = 'Quiz';
const QUESTIONS = 5;

let root = null;
let quiz = null;
let asked = 0;

export function open(node) {
  root = node;
}

export function close() {
  root = null;
  quiz = null;
}

const newSeed = () => String(Math.floor(Math.random() * 1_000_000));

export async function show(state) {
  const seed = state.seed ?? '1';
  if (quiz?.seed === seed) return;
  const turn = ++asked;
  const made = await get('quiz', { seed, count: QUESTIONS });
  if (turn !== asked || !root) return;
  quiz = { seed, right: 0, answered: 0, of: made.questions.length, made };
  draw(made.questions);
}

function draw(questions) {
  quiz.said = el('h1', { class: 'sentence' });
  const seed = el('input', { type: 'text', inputmode: 'numeric', value: quiz.seed, id: 'seed',
    size: 8, pattern: '\\d+' });
  replace(root, quiz.said, el('form', { class: 'bar', onsubmit: (event) => {
    event.preventDefault();
    if (/^\d+$/.test(seed.value)) go({ seed: seed.value });
  } }, el('label', { class: 'field' }, el('span', {}, 'Number of the quiz'), seed),
  el('button', {}, 'Open it'),
  el('button', { type: 'button', class: 'main', onclick: () => go({ seed: newSeed() }) },
    'A new quiz')),
  el('p', { class: 'note' }, 'The same number is the same quiz, for a class or a colleague.'),
  questions.map(exercise));
  score();
}

function score() {
  const { answered, right, of, seed } = quiz;
  quiz.said.textContent = answered === 0
    ? `Quiz ${seed}: ${count(of, 'question')}, made from the rules of this server.`
    : `Quiz ${seed}: ${right} of ${answered} answered rightly${
      answered === of ? ', and that was all.' : `; ${of - answered} to go.`}`;
}

function exercise(question) {
  const form = el('form', { class: 'exercise' });
  const result = el('div', { class: 'result' });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    check(form, question, result);
  });
  replace(form, el('fieldset', {}, el('legend', {}, `${question.number + 1}. ${question.text}`),
    question.name && el('p', { class: 'asked' },
      el('code', {}, `${question.name} ${question.type}`)),
    el('div', { class: 'exchanges' }, boxes(question).map(({ label, replies }) => el('div', {},
      label && el('p', { class: 'reply-label' }, label), drawReplies(replies, 'drop')))),
    question.kind === 'order' ? orderFields(question) : choiceFields(question)),
  el('button', { class: 'main' }, 'Check'), result);
  return form;
}

// Where replies are to be told apart, each has a box with the word that stands for it.
function boxes({ kind, exchanges, options }) {
  const [{ replies }] = exchanges;
  if (kind === 'network' || exchanges.length > 1 || replies.length !== options.length) {
    return exchanges;
  }
  return replies.map((reply, index) => ({ label: options[index], replies: [reply] }));
}

function choiceFields(question) {
  return el('div', { class: 'options' }, question.options.map((option, index) => el('label', {},
    el('input', { type: 'radio', name: `q${question.number}`, value: String(index),
      required: true }), ' ', option)));
}

// One list for each place in the order: works with fingers, keys and screen readers alike.
function orderFields(question) {
  const places = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];
  return el('div', { class: 'options' }, question.options.map((_, place) => el('label', {},
    `${capital(places[place] ?? `no. ${place + 1}`)} `,
    el('select', { name: `q${question.number}`, required: true },
      el('option', { value: '' }, '–'),
      question.options.map((option, index) => el('option', { value: String(index) }, option))))));
}

async function check(form, question, result) {
  const chosen = new FormData(form).getAll(`q${question.number}`);
  if (new Set(chosen).size !== chosen.length) {
    replace(result, el('p', { class: 'wrong' }, 'Each reply has one place only.'));
    return;
  }
  let told;
  try {
    told = await get('quiz/answer', { seed: quiz.seed, question: question.number,
      choice: chosen.join(',') });
  } catch (error) {
    replace(result, el('p', { class: 'problem' }, error.message));
    return;
  }
  form.querySelector('button').remove();
  form.querySelector('fieldset').disabled = true;
  quiz.answered += 1;
  if (told.right) quiz.right += 1;
  score();
  explain(result, question, told);
}

function explain(result, question, told) {
  const answer = told.answer.map((index) => question.options[index] ?? index).join(', ');
  const day = told.day ?? question.day;
  replace(result, el('p', { class: told.right ? 'right' : 'wrong' },
    told.right ? '✓ Right.' : `✕ Not so. The answer is: ${answer}.`),
  el('p', {}, told.explanation),
  el('p', {}, told.id && ['Rule ', el('code', {}, told.id), '. '],
    told.country && el('a', { href: address({ view: 'map', at: told.country, day,
      name: question.name ?? question.exchanges[0].label, seed: '',
      type: question.type === 'A' ? '' : question.type }, read()) },
    'Look at it on the map')),
  told.sources?.length > 0 && sourceList(told.sources));
  // The button that had the focus is gone; from here a screen reader goes on with the answer.
  result.tabIndex = -1;
  result.focus({ preventScroll: true });
}
