import { formatInstant } from './format.ts';
import { html, type Markup } from './html.ts';
import type { TimeScale } from './time-scale.ts';

export interface Mark {
  readonly fromT: number;
  readonly toT: number;
  readonly label: string;
}

/** One row over time: a name, and a bar or tick for each mark. `colour` (#rrggbb) goes before the tone. */
export function lane(name: string, marks: readonly Mark[], scale: TimeScale, tone: string, colour?: string): Markup {
  const shapes = marks.map(({ fromT, toT, label }) => {
    const when = toT > fromT ? `${formatInstant(fromT)} to ${formatInstant(toT)}` : formatInstant(fromT);
    return html`<rect x="${scale.percent(fromT)}" y="2" width="${scale.width(fromT, toT)}" height="12" rx="1"><title>${label}, ${when}</title></rect>`;
  });
  return html`<div class="lane"><span>${name}</span><svg class="${tone}"${colour !== undefined && html` style="color:${colour}"`} height="16" width="100%" aria-hidden="true">${grid(scale, 16)}${shapes}</svg></div>
`;
}

export function axis(scale: TimeScale): Markup {
  return html`<div class="lane axis"><span></span><div class="ticks" aria-hidden="true">${scale.ticks.map(({ t, label }) => html`<i style="left:${scale.percent(t)}">${label}</i>`)}</div></div>
`;
}

export function grid(scale: TimeScale, height: number): Markup {
  return html`${scale.ticks.map(({ t }) => html`<line class="grid" x1="${scale.percent(t)}" x2="${scale.percent(t)}" y1="0" y2="${height}"/>`)}`;
}
