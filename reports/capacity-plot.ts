import type { ProbeOutcome, ProbeRow } from '../harness/model/capacity.ts';
import { formatMs } from './format.ts';
import { html, type Markup } from './html.ts';
import { durationAxis, logTicks } from './value-axis.ts';

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 62;
const RIGHT = 24;
const TOP = 14;
const BOTTOM = 44;

/** A mark for each outcome, told by its shape as well as by its colour. */
const MARKS: Readonly<Record<ProbeOutcome, Markup>> = {
  holds: html`<circle class="good" r="4.5"/>`,
  fails: html`<path class="bad" d="M-5 -5l10 10m0 -10l-10 10"/>`,
  generator: html`<rect class="soft" x="-4" y="-4" width="8" height="8"/>`,
  unknown: html`<path class="warn" d="M0 -6l5.5 10h-11z"/>`,
};

/** Receipt latency against the rate that was asked for, a mark a run. null: no run measured one. */
export function capacityPlot(probes: readonly ProbeRow[]): Markup | null {
  const points = probes.flatMap(({ rate, ackP95, outcome }) => (ackP95 === null ? [] : [{ rate, ackP95, outcome }]));
  if (points.length === 0) return null;
  const rates = points.map(({ rate }) => rate);
  const [from, to] = [Math.min(...rates) / 1.2, Math.max(...rates) * 1.2];
  const y = durationAxis(
    points.map(({ ackP95 }) => ackP95),
    'receipt p95 (log scale)',
  );
  const share = (value: number, low: number, high: number) =>
    Math.log(Math.max(value, low) / low) / Math.log(high / low);
  const left = (rate: number) => rounded(LEFT + share(rate, from, to) * (WIDTH - LEFT - RIGHT));
  const top = (ms: number) => rounded(HEIGHT - BOTTOM - share(ms, y.from, y.to) * (HEIGHT - TOP - BOTTOM));
  const title = 'Receipt p95 of each run against the rate it was asked for';
  const middle = (TOP + HEIGHT - BOTTOM) / 2;
  const outcomes = [...new Set(points.map(({ outcome }) => outcome))];
  return html`<figure><div class="scatter" tabindex="0" role="region" aria-label="${title}"><svg class="plot probes" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>
${logTicks(from, to).map((tick) => html`<line class="grid" x1="${left(tick)}" x2="${left(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="soft" x="${left(tick)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${tick}/s</text>`)}
${y.ticks.map(({ at, label }) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${top(at)}" y2="${top(at)}"/><text class="soft" x="${LEFT - 6}" y="${top(at) + 4}" text-anchor="end">${label}</text>`)}
<text class="soft" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">calls a second asked for (log scale)</text>
<text class="soft" x="13" y="${middle}" text-anchor="middle" transform="rotate(-90 13 ${middle})">${y.title}</text>
${points.map(({ rate, ackP95, outcome }) => html`<g transform="translate(${left(rate)} ${top(ackP95)})">${MARKS[outcome]}<title>${rate}/s: ${formatMs(ackP95)}, ${outcome}</title></g>`)}
</svg></div><ul class="legend">${outcomes.map((outcome) => html`<li><svg class="plot probes" width="16" height="14" aria-hidden="true"><g transform="translate(8 7)">${MARKS[outcome]}</g></svg>${outcome === 'generator' ? 'not made by the harness' : outcome}</li>`)}</ul></figure>`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
