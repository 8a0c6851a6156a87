import { html, type Markup } from './html.ts';

/** A curve: in a colour and with dashes of its own, so that the colour is never the only cue. */
export interface PlotSeries {
  readonly label: string;
  /** 0 to 7 */
  readonly tone: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface PlotAxis {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly isLogarithmic: boolean;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

export interface LinePlot {
  readonly title: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly series: readonly PlotSeries[];
  /** It stands beside another one. */
  readonly isHalf?: boolean;
}

const WIDTH = 720;
/** Letters keep their size where two drawings share a row. */
const HALF_WIDTH = 500;
const HEIGHT = 320;
const LEFT = 62;
const RIGHT = 24;
const TOP = 14;
const BOTTOM = 44;
/** Four that no two of which look alike, in print and without colour. */
const DASHES = ['none', '7 4', '2 3', '10 3 2 3'] as const;

/** Curves as a drawing that needs no script, with a legend beneath. The numbers stand in a table beside it. */
export function linePlot({ title, x, y, series, isHalf }: LinePlot): Markup {
  const width = isHalf === true ? HALF_WIDTH : WIDTH;
  const left = placing(x, LEFT, width - RIGHT);
  const top = placing(y, HEIGHT - BOTTOM, TOP);
  const middle = (LEFT + width - RIGHT) / 2;
  const height = (TOP + HEIGHT - BOTTOM) / 2;
  return html`<figure><div class="scatter" tabindex="0" role="region" aria-label="${title}"><svg class="plot" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>
${x.ticks.map(({ at, label }) => html`<line class="grid" x1="${left(at)}" x2="${left(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="soft" x="${left(at)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${label}</text>`)}
${y.ticks.map(({ at, label }) => html`<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${top(at)}" y2="${top(at)}"/><text class="soft" x="${LEFT - 6}" y="${top(at) + 4}" text-anchor="end">${label}</text>`)}
<text class="soft" x="${middle}" y="${HEIGHT - 8}" text-anchor="middle">${x.title}</text>
<text class="soft" x="13" y="${height}" text-anchor="middle" transform="rotate(-90 13 ${height})">${y.title}</text>
${series.map((one, index) => curve(one, index, left, top))}
</svg></div>${legend(series)}</figure>`;
}

function curve(
  { tone, points }: PlotSeries,
  index: number,
  left: (value: number) => number,
  top: (value: number) => number,
): Markup {
  const places = points.map(([x, y]) => `${left(x)},${top(y)}`).join(' ');
  const last = points.at(-1);
  return html`<polyline class="curve tone-${tone}" points="${places}" stroke-dasharray="${DASHES[index % DASHES.length] ?? 'none'}"/>${
    last !== undefined && html`<circle class="tone-${tone}" cx="${left(last[0])}" cy="${top(last[1])}" r="3"/>`
  }`;
}

function legend(series: readonly PlotSeries[]): Markup {
  return html`<ul class="legend">${series.map(({ label, tone }, index) => html`<li><svg class="plot" width="30" height="10" aria-hidden="true"><line class="curve tone-${tone}" x1="0" x2="30" y1="5" y2="5" stroke-dasharray="${DASHES[index % DASHES.length] ?? 'none'}"/></svg>${label}</li>`)}</ul>`;
}

/** From a value to its place, to a tenth of a unit. What lies outside stands on the edge. */
function placing({ from, to, isLogarithmic }: PlotAxis, start: number, end: number): (value: number) => number {
  const share = (value: number) =>
    isLogarithmic
      ? Math.log(Math.max(value, from) / from) / Math.log(to / from)
      : (Math.max(value, from) - from) / (to - from);
  return (value) => Math.round((start + Math.min(1, share(value)) * (end - start)) * 10) / 10;
}
