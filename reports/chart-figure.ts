import type { ChartLane } from './chart-data.ts';
import { faultLanesOf } from './fault-lanes.ts';
import { downWindows } from './fault-window.ts';
import { html, type Markup } from './html.ts';
import type { SectionInput } from './report-run.ts';

/** A place for a chart with its table beneath. Without scripts the table stands alone; with them it folds away. */
export function chartFigure(id: string, title: string, data: Markup): Markup {
  return html`<figure class="chart" id="${id}"><div class="canvas" hidden><canvas role="img" aria-label="${title}. The table beneath has the numbers."></canvas></div>
<details open><summary>The numbers behind this chart</summary>${data}</details></figure>`;
}

/** Shorter than this a window would be a hairline: it has its lane alone. */
const SHADED_NS_MIN = 100e6;

/** What stands behind every chart over time and in lanes above it: the server away, then each fault that struck. */
export function chartLanes(input: Pick<SectionInput, 'run' | 'faultWords'>): readonly ChartLane[] {
  const down = downWindows(input.run.history);
  const away: ChartLane = {
    name: 'server away',
    colour: '--crash',
    hatch: null,
    isShaded: true,
    windows: down.map(secondsOf),
  };
  const faults = faultLanesOf(input).map(
    ({ name, windows, tone, colour, isKiller }, index): ChartLane => ({
      name,
      colour: colour ?? `--tone-${tone}`,
      hatch: index % 4,
      isShaded: !isKiller && windows.some(isLasting),
      windows: windows.map(secondsOf),
    }),
  );
  return down.length > 0 ? [away, ...faults] : faults;
}

/** One sentence that says what the lanes and shades of these charts are. */
export function laneWords(input: Pick<SectionInput, 'run' | 'faultWords'>): string {
  const lanes = chartLanes(input);
  if (lanes.length === 0) return 'No fault was at work.';
  const shaded = lanes.filter(({ isShaded }) => isShaded).map(({ name }) => name);
  const behind =
    shaded.length === 0
      ? ''
      : `, and behind the data ${shaded.length === 1 ? 'is' : 'are'} shaded: ${shaded.join(', ')}`;
  return `Each row above the data is when one thing was wrong (${lanes.map(({ name }) => name).join(', ')})${behind}.`;
}

function isLasting({ fromT, toT }: { readonly fromT: number; readonly toT: number }): boolean {
  return toT - fromT > SHADED_NS_MIN;
}

function secondsOf({ fromT, toT }: { readonly fromT: number; readonly toT: number }): readonly [number, number] {
  const seconds = (t: number) => Math.round(t / 1e6) / 1e3;
  return [seconds(fromT), seconds(toT)];
}
