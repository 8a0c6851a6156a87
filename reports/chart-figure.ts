import type { HistoryIndex } from '../harness/model/history-index.ts';
import type { Verdict } from '../harness/model/verdict.ts';
import { downWindows, faultWindows } from './fault-window.ts';
import { html, type Markup } from './html.ts';
import type { ChartData } from './report-run.ts';

/** A place for a chart with its table beneath. Without scripts the table stands alone; with them it folds away. */
export function chartFigure(id: string, title: string, data: Markup): Markup {
  return html`<figure class="chart" id="${id}"><div class="canvas" hidden><canvas role="img" aria-label="${title}. The table beneath has the numbers."></canvas></div>
<details open><summary>The numbers behind this chart</summary>${data}</details></figure>`;
}

/** What stands shaded behind a time chart: the server away, and faults that lasted. Instants would hide the data. */
export function chartBands(history: HistoryIndex, verdict: Verdict): ChartData['bands'] {
  const seconds = (t: number) => Math.round(t / 1e6) / 1e3;
  const down = downWindows(history).map(({ fromT, toT, by }) => ({
    label: `away (${by})`,
    from: seconds(fromT),
    to: seconds(toT),
    down: true,
  }));
  const killers = new Set(downWindows(history).map(({ by }) => by));
  const lasting = faultWindows(history, verdict)
    .filter(({ fromT, toT, entry }) => toT - fromT > 100e6 && !killers.has(entry))
    .slice(0, 40)
    .map(({ entry, name, fromT, toT }) => ({
      label: `${entry} ${name}`,
      from: seconds(fromT),
      to: seconds(toT),
      down: false,
    }));
  return [...down, ...lasting];
}
