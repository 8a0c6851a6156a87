import { faultLanesOf } from './fault-lanes.ts';
import { downWindows } from './fault-window.ts';
import { html, type Markup } from './html.ts';
import type { SectionInput } from './report-run.ts';
import type { TimeScale } from './time-scale.ts';

/** An instant would be a hairline behind a hundred rows: its lane above shows it. */
const SHADED_NS_MIN = 100e6;

/** What stands behind all rows of a timeline, once: the grid, lasting faults in their colours, the server away. */
export function ganttBack(input: SectionInput, scale: TimeScale): Markup {
  const column = (type: string, fromT: number, toT: number, style: Markup | false = false) =>
    html`<rect class="${type}" x="${scale.percent(fromT)}" y="0" width="${scale.width(fromT, toT)}" height="100%"${style}/>`;
  const line = (type: string, t: number) =>
    html`<line class="${type}" x1="${scale.percent(t)}" x2="${scale.percent(t)}" y1="0" y2="100%"/>`;
  const lasting = faultLanesOf(input)
    .filter(({ isKiller }) => !isKiller)
    .flatMap(({ windows, tone, colour }) =>
      windows
        .filter(({ fromT, toT }) => toT - fromT > SHADED_NS_MIN)
        .map(({ fromT, toT }) =>
          column(`fault tone-${tone}`, fromT, toT, colour !== undefined && html` style="color:${colour}"`),
        ),
    );
  const away = downWindows(input.run.history);
  return html`<svg class="gantt-back" aria-hidden="true">${scale.ticks.map(({ t }) => line('grid', t))}${lasting}${away.map(({ fromT, toT }) => column('away', fromT, toT))}${away.map(({ fromT }) => line('crash', fromT))}</svg>`;
}
