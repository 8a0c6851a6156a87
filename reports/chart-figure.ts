import type { HistoryIndex } from '../harness/model/history-index.ts';
import type { Verdict } from '../harness/model/verdict.ts';
import type { ChartData } from './chart-data.ts';
import { downWindows, type FaultWindow, faultWindows, joinedWindows } from './fault-window.ts';
import { plural } from './format.ts';
import { html, type Markup } from './html.ts';

/** A place for a chart with its table beneath. Without scripts the table stands alone; with them it folds away. */
export function chartFigure(id: string, title: string, data: Markup): Markup {
  return html`<figure class="chart" id="${id}"><div class="canvas" hidden><canvas role="img" aria-label="${title}. The table beneath has the numbers."></canvas></div>
<details open><summary>The numbers behind this chart</summary>${data}</details></figure>`;
}

/** Shorter than this a window would be a hairline: it becomes a mark at the upper edge. */
const SHADED_NS_MIN = 100e6;

/** What stands behind a time chart: the server away and faults that lasted as shades, faults of an instant as marks. */
export function chartBands(history: HistoryIndex, verdict: Verdict): ChartData['bands'] {
  const seconds = (t: number) => Math.round(t / 1e6) / 1e3;
  const down = downWindows(history);
  const killers = new Set(down.map(({ by }) => by));
  const windows = faultWindows(history, verdict).filter(({ entry }) => !killers.has(entry));
  return [
    ...down.map(({ fromT, toT }) => ({ from: seconds(fromT), to: seconds(toT), down: true })),
    ...joinedWindows(windows).map(({ fromT, toT }) => {
      const from = seconds(fromT);
      return { from, to: toT - fromT > SHADED_NS_MIN ? seconds(toT) : from, down: false };
    }),
  ];
}

/** One sentence that says what the shades and marks of these charts are; null: there are none. */
export function bandWords(history: HistoryIndex, verdict: Verdict): string | null {
  const down = downWindows(history);
  const killers = new Set(down.map(({ by }) => by));
  const others = faultWindows(history, verdict).filter(({ entry }) => !killers.has(entry));
  const isLasting = ({ fromT, toT }: { fromT: number; toT: number }) => toT - fromT > SHADED_NS_MIN;
  const names = (windows: readonly FaultWindow[]) =>
    [...new Set(windows.map(({ fault, name }) => `${fault} ${name}`))].join(', ');
  const lasting = names(joinedWindows(others).filter(isLasting));
  const brief = names(joinedWindows(others).filter((window) => !isLasting(window)));
  const parts = [
    down.length > 0 && `shaded red: the server was away (${plural(down.length, 'time')})`,
    lasting !== '' && `shaded grey: ${lasting}`,
    brief !== '' && `marks at the upper edge: ${brief}`,
  ].filter((part) => part !== false);
  if (parts.length === 0) return null;
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
