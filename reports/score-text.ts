import type { EvaluationCell, Score } from '../harness/model/evaluation/document.ts';
import type { MeasureMeta } from '../harness/model/evaluation/measure.ts';
import { formatCount, formatMs } from './format.ts';
import { html, type Markup } from './html.ts';

/** A shade that can still be seen. */
const SHADE_MIN = 0.12;

type Unit = MeasureMeta['unit'];

/** A figure in its unit: 0.934, 12.4 s, 1,204 tokens. What is not exactly 0 or 1 never reads as 0 or 1. */
export function figureText(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 's':
      return formatMs(value * 1000);
    case 'tokens':
      return formatCount(Math.round(value));
    default:
      return shareText(value);
  }
}

export function shareText(value: number): string {
  const short = Number(value.toFixed(3));
  if (short === value || (short !== 0 && short !== 1)) return String(short);
  return `${value < short ? '<' : '>'} ${short}`;
}

/** How much a figure changed, with its sign; a change that is there never reads as none. */
export function changeText(change: number, unit: Unit): string {
  const size = Math.abs(change);
  const isTiny = (unit === 'ratio' || unit === 'count') && size < 0.0005;
  return `${change > 0 ? '+' : '−'}${isTiny ? String(Number(size.toPrecision(1))) : figureText(size, unit)}`;
}

/** "[0.91 – 0.95]"; nothing where there are too few cases for an interval. */
export function intervalText({ low, high }: Pick<Score, 'low' | 'high'>, unit: Unit): string {
  if (low === null || high === null) return '';
  return `[${endText(low, unit)} – ${endText(high, unit)}]`;
}

/** "412 of 441", "n = 30": what a figure stands on. */
export function casesText(score: Score): string {
  return score.kind === 'share'
    ? `${formatCount(score.hits)} of ${formatCount(score.cases)}`
    : `n = ${formatCount(score.cases)}`;
}

/** A figure with its interval and its cases beneath, shaded the further it falls short of what is perfect. */
export function scoreCell(score: Score | undefined, meta: MeasureMeta): Markup | string {
  if (score === undefined) return '–';
  const interval = intervalText(score, meta.unit);
  const figure = html`<b>${figureText(score.value, meta.unit)}</b><small>${interval}</small><small>${casesText(score)}</small>`;
  if (score.value === meta.perfect) return html`<span class="score perfect">${figure}</span>`;
  const short = shortfall(score, meta);
  if (short === 0) return html`<span class="score">${figure}</span>`;
  return html`<span class="score short" style="--short:${Math.max(SHADE_MIN, short).toFixed(2)}">${figure}</span>`;
}

/** How far a share falls short of its perfect value, 0 to 1; 0 also where there is none, or it is no share. */
function shortfall({ value }: Score, { perfect, unit, better }: MeasureMeta): number {
  if (perfect === undefined || unit !== 'ratio' || better === 'neither') return 0;
  return Math.min(1, Math.max(0, better === 'higher' ? perfect - value : value - perfect));
}

/** "reference, sync, uniform": what tells a cell from its neighbours; what all of them share is left out. */
export function cellName(
  { agent, mode, law }: Pick<EvaluationCell, 'agent' | 'mode' | 'law'>,
  all: readonly Pick<EvaluationCell, 'mode' | 'law'>[],
): string {
  const hasModes = new Set(all.map((cell) => cell.mode)).size > 1;
  const hasLaws = new Set(all.map((cell) => cell.law)).size > 1;
  return [agent, ...(hasModes ? [mode] : []), ...(hasLaws ? [law] : [])].join(', ');
}

function endText(value: number, unit: Unit): string {
  return unit === 'ratio' || unit === 'count' ? String(Number(value.toFixed(2))) : figureText(value, unit);
}
