import type { GeneratorRow, GeneratorsDocument } from '../harness/model/generators.ts';
import { formatCount, formatMs, plural } from './format.ts';
import { html, type Markup } from './html.ts';
import { chip, table } from './table.ts';

/** Which process made which part of a load, how its clock stood to ours, and whose part was not run. */
export function generatorTable({ where, generators, effectsLeftOut }: GeneratorsDocument): Markup {
  const lost = generators.filter(({ state }) => state === 'lost');
  const notRun = lost.reduce((sum, { calls }) => sum + calls, 0);
  const columns = [
    { title: 'Generator' },
    { title: 'Where' },
    { title: 'Agents', numeric: true },
    { title: 'Calls', numeric: true },
    { title: 'Its clock', numeric: true },
    { title: 'Drift', numeric: true },
    { title: 'Its part', wide: true },
  ];
  return html`${table(`The load was made by ${plural(generators.length, 'process', 'processes')} (${where})`, columns, generators.map(rowOf))}
${notRun > 0 && html`<p class="unanswered">${plural(notRun, 'call')} ${notRun === 1 ? 'was' : 'were'} not run, because ${lost.map(({ name }) => name).join(', ')} ${lost.length === 1 ? 'was' : 'were'} lost.${effectsLeftOut > 0 && ` ${formatCount(effectsLeftOut)} of their effects stand in the ledger and in no figure.`}</p>`}`;
}

function rowOf({ name, host, pid, agents, calls, state, why, clock }: GeneratorRow) {
  const signed = (ms: number) => `${ms < 0 ? '−' : '+'}${formatMs(Math.abs(ms))}`;
  return {
    ...(state === 'lost' && { tone: 'bad' as const }),
    cells: [
      name,
      host === null ? 'never heard of' : `${host}, process ${pid ?? '–'}`,
      formatCount(agents),
      formatCount(calls),
      clock === undefined ? '–' : `${signed(clock.aheadMs)} ± ${formatMs(clock.uncertaintyMs)}`,
      clock === undefined ? '–' : clock.isSame ? 'the same clock' : `${signed(clock.driftMs)}, corrected`,
      state === 'lost'
        ? html`${chip('unknown', 'not run')}${why !== undefined && html`<p>${why}</p>`}`
        : chip(true, 'run'),
    ],
  };
}
