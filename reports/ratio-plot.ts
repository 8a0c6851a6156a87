import { html, type Markup } from './html.ts';

/** How much more or less of something, as a factor with its 95 % interval. */
export interface DrawnRatio {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Within this factor nothing counts. */
  readonly floor: number;
}

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 70;
const ROW = 26;
const TOP = 10;
const BOTTOM = 40;
const TICKS = [0.1, 0.2, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 5, 10] as const;
const TICKS_MAX = 7;

/** Ratios one under the other on one logarithmic scale, each with its interval and the band within which nothing counts. */
export function ratioPlot(title: string, ratios: readonly DrawnRatio[], xTitle: string): Markup | null {
  if (ratios.length === 0) return null;
  const reach = Math.max(...ratios.flatMap(({ low, high, floor }) => [high, 1 / low, floor * 1.05, 1.15]));
  const end = Math.min(reach, 20) * 1.02;
  const at = (ratio: number) => {
    const share = (Math.log(ratio) / Math.log(end) + 1) / 2;
    return Math.round((LEFT + Math.min(1, Math.max(0, share)) * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  };
  const height = TOP + ratios.length * ROW + BOTTOM;
  const bottom = height - BOTTOM;
  const ticks = ticksWithin(end);
  return html`<figure><div class="scatter" tabindex="0" role="region" aria-label="${title}"><svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}"><title>${title}</title>
${ticks.map((tick) => html`<line class="${tick === 1 ? 'one' : 'grid'}" x1="${at(tick)}" x2="${at(tick)}" y1="${TOP}" y2="${bottom}"/><text class="soft" x="${at(tick)}" y="${bottom + 15}" text-anchor="middle">${tick}×</text>`)}
<text class="soft" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${height - 6}" text-anchor="middle">${xTitle}</text>
${ratios.map((ratio, index) => row(ratio, TOP + index * ROW, at))}
</svg></div></figure>`;
}

function row({ name, value, low, high, floor }: DrawnRatio, top: number, at: (ratio: number) => number): Markup {
  const middle = top + ROW / 2;
  return html`<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${name}</text><rect class="floor" x="${at(1 / floor)}" y="${top + 4}" width="${Math.round((at(floor) - at(1 / floor)) * 10) / 10}" height="${ROW - 8}"/><line class="interval" x1="${at(low)}" x2="${at(high)}" y1="${middle}" y2="${middle}"/><line class="interval" x1="${at(low)}" x2="${at(low)}" y1="${middle - 4}" y2="${middle + 4}"/><line class="interval" x1="${at(high)}" x2="${at(high)}" y1="${middle - 4}" y2="${middle + 4}"/><circle class="middle" cx="${at(value)}" cy="${middle}" r="4"/><text class="soft" x="${WIDTH - RIGHT + 8}" y="${middle + 4}">${Number(value.toFixed(3))}×</text>
`;
}

function ticksWithin(end: number): readonly number[] {
  const inside = TICKS.filter((tick) => tick <= end && tick >= 1 / end);
  if (inside.length <= TICKS_MAX) return inside;
  // The outer ones and the middle are enough.
  return inside.filter((tick, index) => tick === 1 || index % 2 === 0);
}
