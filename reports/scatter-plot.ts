import { html, type Markup } from './html.ts';

const WIDTH = 900;
const HEIGHT = 340;
const LEFT = 56;
const RIGHT = 130;
const TOP = 18;
const BOTTOM = 44;
const LINE_HEIGHT = 12;
const CHARACTER_WIDTH = 6.3;
const TICKS_MAX = 7;

export interface ScatterPoint {
  readonly name: string;
  /** Above 0; drawn on a logarithmic scale. */
  readonly x: number;
  /** 0 to 1. */
  readonly y: number;
  /** Joined by a line with the others that are. */
  readonly isBest: boolean;
  readonly isHollow: boolean;
}

/** Shares against a quantity, drawn when the report is made. A name that finds no free place shows when it is pointed at. */
export function scatterPlot(
  points: readonly ScatterPoint[],
  { title, xTitle, yTitle }: { readonly title: string; readonly xTitle: string; readonly yTitle: string },
): Markup {
  const x = logarithmicScale(points.map((point) => point.x));
  const placed = points.map((point) => ({ point, left: x.at(point.x), top: topOf(point.y) }));
  const labels = placeLabels(placed);
  const front = placed.filter(({ point }) => point.isBest).sort((a, b) => a.left - b.left);
  const line = front.map(({ left, top }) => `${left},${top}`).join(' ');
  return html`<figure class="scatter"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">
<title>${title}</title>
${x.ticks.map((tick) => html`<line class="grid" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/><text class="soft" x="${x.at(tick)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${String(tick)}</text>`)}
${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${topOf(tick)}" y2="${topOf(tick)}"/><text class="soft" x="${LEFT - 6}" y="${topOf(tick) + 4}" text-anchor="end">${String(tick)}</text>`)}
<text class="soft" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${xTitle}</text>
<text class="soft" x="13" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 13 ${(TOP + HEIGHT - BOTTOM) / 2})">${yTitle}</text>
${front.length > 1 && html`<polyline points="${line}"/>`}
${placed.map(({ point, left, top }) => html`<circle class="${point.isBest ? 'best' : ''}${point.isHollow ? ' hollow' : ''}" cx="${left}" cy="${top}" r="4.5"><title>${point.name}: ${Number(point.y.toFixed(3))} at ${Number(point.x.toPrecision(4))}</title></circle>`)}
${labels.map(({ text, left, top, anchor }) => html`<text x="${left}" y="${top}" text-anchor="${anchor}">${text}</text>`)}
</svg></figure>`;
}

interface Placed {
  readonly point: ScatterPoint;
  readonly left: number;
  readonly top: number;
}

interface Label {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The best first, each in the first place around its point that covers no other name and no point. */
function placeLabels(placed: readonly Placed[]): readonly Label[] {
  const taken: Box[] = placed.map(({ left, top }) => boxOf(left - 5, top - 5, 10, 10));
  const ordered = [...placed].sort((a, b) => Number(b.point.isBest) - Number(a.point.isBest));
  return ordered.flatMap((one) => {
    const text = one.point.isBest ? `★ ${one.point.name}` : one.point.name;
    const width = text.length * CHARACTER_WIDTH;
    for (const { left, top, anchor } of placesAround(one)) {
      const from = anchor === 'start' ? left : anchor === 'end' ? left - width : left - width / 2;
      const box = boxOf(from, top - LINE_HEIGHT + 2, width, LINE_HEIGHT);
      const isInside = box.left >= LEFT && box.right <= WIDTH && box.top >= 0 && box.bottom <= HEIGHT - BOTTOM + 2;
      if (!isInside || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      return [{ text, left, top, anchor }];
    }
    return [];
  });
}

function placesAround({ left, top }: Placed): readonly Omit<Label, 'text'>[] {
  return [
    { left: left + 8, top: top + 4, anchor: 'start' },
    { left: left - 8, top: top + 4, anchor: 'end' },
    { left, top: top - 8, anchor: 'middle' },
    { left, top: top + 17, anchor: 'middle' },
    { left: left + 6, top: top - 8, anchor: 'start' },
    { left: left + 6, top: top + 16, anchor: 'start' },
    { left: left - 6, top: top - 8, anchor: 'end' },
    { left: left - 6, top: top + 16, anchor: 'end' },
  ];
}

function boxOf(left: number, top: number, width: number, height: number): Box {
  return { left, right: left + width, top, bottom: top + height };
}

function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function topOf(share: number): number {
  return Math.round((HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)) * 10) / 10;
}

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** A logarithmic scale over these values, with ticks at round numbers, as many as have room. */
function logarithmicScale(values: readonly number[]): Scale {
  const low = Math.min(...values) / 1.15;
  const high = Math.max(...values) * 1.15;
  const at = (value: number) => {
    const share = (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
    return Math.round((LEFT + share * (WIDTH - RIGHT - LEFT)) * 10) / 10;
  };
  const ticks = [
    [1],
    [1, 3],
    [1, 2, 5],
    [1, 1.5, 2, 3, 5, 7],
    [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9],
  ]
    .map((steps) => roundNumbers(steps, low, high))
    .findLast(({ length }) => length <= TICKS_MAX);
  return { at, ticks: ticks ?? [] };
}

function roundNumbers(steps: readonly number[], low: number, high: number): readonly number[] {
  const numbers: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    numbers.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(3))));
  }
  return numbers.filter((number) => number >= low && number <= high);
}
