import type { CallListData, CallListRow } from '../call-list-data.ts';

const NAMESPACE = 'http://www.w3.org/2000/svg';
const HEIGHT = 20;

/** A call as the timeline draws it, without its polls: asked, held, worked on, seen, over the time the server was away. */
export function callBar(row: CallListRow, { untilMs, away }: CallListData): SVGElement {
  const [call, , , , sentMs, ackMs, beginMs, commitMs, seenMs, waitedUntilMs, pollCount] = row;
  const svg = element('svg', { width: '100%', height: HEIGHT, role: 'img' });
  const at = (ms: number) => `${((Math.max(ms, 0) / Math.max(untilMs, 1)) * 100).toFixed(2)}%`;
  const wide = (from: number, to: number) =>
    `${Math.max(0.12, ((to - from) / Math.max(untilMs, 1)) * 100).toFixed(2)}%`;
  const bar = (type: string, from: number, to: number, y: number, height: number) =>
    svg.append(element('rect', { class: type, x: at(from), width: wide(from, to), y, height }));
  const tick = (type: string, ms: number, y1: number, y2: number) =>
    svg.append(element('line', { class: type, x1: at(ms), x2: at(ms), y1, y2 }));
  const said = (word: string, ms: number) => (ms < 0 ? `never ${word}` : `${word} at ${(ms / 1000).toFixed(3)} s`);
  svg.setAttribute(
    'aria-label',
    `call ${call}: ${said('sent', sentMs)}, ${said('acked', ackMs)}, ${said('committed', commitMs)}, ${said('seen finished', seenMs)}, ${pollCount} polls`,
  );
  for (const [from, to] of away) bar('away', from, to, 0, HEIGHT);
  if (ackMs < 0) bar('unanswered', sentMs, waitedUntilMs, 9, 2);
  else {
    bar('asked', sentMs, ackMs, 9, 2);
    bar(seenMs < 0 ? 'unseen' : 'held', ackMs, Math.max(ackMs, waitedUntilMs), 8, 4);
  }
  if (beginMs >= 0) bar(commitMs < 0 ? 'cut' : 'work', beginMs, commitMs < 0 ? waitedUntilMs : commitMs, 5, 10);
  if (commitMs >= 0 && seenMs > commitMs) bar('lag', commitMs, seenMs, 8, 4);
  if (ackMs >= 0) tick('ack', ackMs, 3, 17);
  if (commitMs >= 0) svg.append(element('circle', { class: 'commit', cx: at(commitMs), cy: 10, r: 3.2 }));
  if (seenMs >= 0) tick('seen', seenMs, 1, 19);
  return svg;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  if (!(made instanceof SVGElement)) throw new Error(`expected an SVG element for ${name}`);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}
