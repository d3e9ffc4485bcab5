// Sources, with links where the text names a place on the net.

import { el } from './dom.mjs';

// As sources are written: behind a beginning, a bracket or a comma; what ends like a file is none.
const REPOSITORY = '(?<=^|\\(|, |\\bin )[A-Za-z0-9][\\w-]*/[A-Za-z][\\w-]*(?:\\.net)?';
const LINK = new RegExp([
  'https?://[^\\s<>")]+',
  '\\bdoi:?\\s?10\\.\\d{4,}/[^\\s,;)]+',
  '\\barXiv:?\\s?\\d{4}\\.\\d{4,5}',
  '\\bRFC \\d{3,5}',
  '\\bGitHub gist [0-9a-f]{12,}',
  '[\\w.-]+/[\\w.-]+ (?:pull request|issue) \\d+',
  '\\bOONI Explorer, findings/\\d+',
  '^Wikipedia, [^,]+',
  `${REPOSITORY} at commit [0-9a-f]{7,}`,
  `${REPOSITORY}(?=[,)]| \\()`,
  '\\b(?:[a-z0-9-]+\\.)+(?:org|com|net|info|io|ca|de|fr|uk)/[^\\s,;)]+',
].join('|'), 'gi');

function target(text) {
  if (/^https?:/i.test(text)) return text;
  if (/^doi/i.test(text)) return `https://doi.org/${text.replace(/^doi:?\s?/i, '')}`;
  if (/^arxiv/i.test(text)) return `https://arxiv.org/abs/${text.replace(/^arxiv:?\s?/i, '')}`;
  if (/^rfc/i.test(text)) return `https://www.rfc-editor.org/rfc/rfc${text.replace(/\D/g, '')}`;
  if (/^github gist/i.test(text)) return `https://gist.github.com/${text.split(' ').pop()}`;
  const thread = /^(\S+) (pull request|issue) (\d+)$/i.exec(text);
  if (thread) {
    const kind = thread[2].toLowerCase() === 'issue' ? 'issues' : 'pull';
    return `https://github.com/${thread[1]}/${kind}/${thread[3]}`;
  }
  const finding = /findings\/(\d+)$/.exec(text);
  if (finding) return `https://explorer.ooni.org/findings/${finding[1]}`;
  if (text.startsWith('Wikipedia, ')) {
    return `https://en.wikipedia.org/wiki/Special:Search/${encodeURIComponent(text.slice(11))}`;
  }
  const commit = /^(\S+) at commit (\w+)$/.exec(text);
  if (commit) return `https://github.com/${commit[1]}/tree/${commit[2]}`;
  return /^[^./]+\/[^/]+$/.test(text) ? `https://github.com/${text}` : `https://${text}`;
}

const link = (href, text) => el('a', { href, rel: 'noreferrer', target: '_blank' }, text);

export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const found = match[0].replace(/[.:]+$/, '');
    parts.push(text.slice(end, match.index), link(target(found), found));
    end = match.index + found.length;
  }
  parts.push(text.slice(end));
  return parts;
}

const ATTESTS = { block: 'that DNS is used', name: 'the name', form: 'the form of the answer',
  since: 'its beginning', until: 'its end', seen: 'that it was seen', hours: 'the hours' };

export function sourceList(sources) {
  if (!sources?.length) return el('p', {}, 'No source is named.');
  return el('ul', { class: 'sources' }, sources.map((source) => el('li', {},
    source.url && /^https?:/.test(source.url) ? link(source.url, source.text)
      : linked(source.text),
    source.attests?.length > 0 && el('small', {}, `attests ${source.attests.map((word) =>
      ATTESTS[word] ?? word).join(', ')}${source.days?.length
      ? `; on ${source.days.join(', ')}` : ''}`))));
}
