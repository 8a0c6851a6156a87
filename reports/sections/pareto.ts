import { type ComparedCell, type Comparison, cellName } from '../../harness/model/comparison.ts';
import { formatMs } from '../format.ts';
import { html, type Markup } from '../html.ts';

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 70;
const RIGHT = 150;
const TOP = 16;
const BOTTOM = 42;
const TICKS_MAX = 6;

interface Point {
  readonly name: string;
  readonly polls: number;
  readonly lagMs: number;
  readonly isBest: boolean;
}

/** Polls against lag, both on a logarithmic scale: what is low and left is good. Drawn where two cells or more have both. */
export function paretoChart(cells: readonly ComparedCell[], { conditions }: Comparison): Markup | null {
  const points = cells.flatMap((cell): readonly Point[] => {
    const { polls, lag } = cell.measures;
    if (polls?.value == null || lag?.value == null || polls.value <= 0 || lag.value <= 0) return [];
    return [{ name: cellName(cell, conditions), polls: polls.value, lagMs: lag.value, isBest: cell.isBest }];
  });
  if (points.length < 2) return null;
  const x = scaleOf(
    points.map(({ polls }) => polls),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scaleOf(
    points.map(({ lagMs }) => lagMs),
    HEIGHT - BOTTOM,
    TOP,
  );
  const front = points.filter(({ isBest }) => isBest).sort((a, b) => a.polls - b.polls);
  const line = front.map(({ polls, lagMs }) => `${x.at(polls)},${y.at(lagMs)}`).join(' ');
  const title = 'Polls per task against detection lag; the line joins the cells that no other beats in both';
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" style="max-width:48rem;width:100%;font-size:11px">
<title>${title}</title>
${x.ticks.map((tick) => html`<line x1="${x.at(tick)}" x2="${x.at(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="var(--grid)"/><text x="${x.at(tick)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle" fill="var(--soft)">${String(tick)}</text>`)}
${y.ticks.map((tick) => html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.at(tick)}" y2="${y.at(tick)}" stroke="var(--grid)"/><text x="${LEFT - 6}" y="${y.at(tick) + 4}" text-anchor="end" fill="var(--soft)">${formatMs(tick)}</text>`)}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" fill="var(--soft)">polls per task</text>
<text x="14" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" fill="var(--soft)" transform="rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})">detection lag</text>
${front.length > 1 && html`<polyline points="${line}" fill="none" stroke="var(--tone-2)" stroke-width="1.5"/>`}
${points.map(({ name, polls, lagMs, isBest }) => html`<circle cx="${x.at(polls)}" cy="${y.at(lagMs)}" r="4" fill="${isBest ? 'var(--tone-2)' : 'var(--tone-3)'}"/><text x="${x.at(polls) + 7}" y="${y.at(lagMs) + 4}" fill="var(--ink)">${isBest ? '★ ' : ''}${name}</text>`)}
</svg><figcaption class="note">Polls against lag; the numbers are in the table above.</figcaption></figure>`;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** A logarithmic scale over these values, with ticks at 1, 2 and 5 times powers of ten. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const low = Math.min(...values) / 1.15;
  const high = Math.max(...values) * 1.15;
  const at = (value: number) => {
    const share = (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
    return Math.round((from + share * (to - from)) * 10) / 10;
  };
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const step of [1, 2, 5]) {
      const tick = Number((step * 10 ** power).toPrecision(3));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  const every = Math.ceil(ticks.length / TICKS_MAX);
  return { at, ticks: ticks.filter((_, index) => index % every === 0) };
}
