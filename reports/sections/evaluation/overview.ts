import type { AsyncGap, EvaluationCell, EvaluationDocument } from '../../../harness/model/evaluation/document.ts';
import { groupBy } from '../../../harness/model/grouping.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount, formatMs, plural } from '../../format.ts';
import { html, type Markup } from '../../html.ts';
import { cellName, intervalText, scoreCell, shareText } from '../../score-text.ts';
import { chip, facts, table } from '../../table.ts';

/** The measures a reader asks for first: was it right, was it kept apart, was the time used, what did waiting cost. */
const HEADLINES = [
  'task',
  'binding-accuracy',
  'dependency-violations',
  'continuations-correct',
  'task-neglect',
  'interleaving-efficiency',
  'agent-polls-per-job',
] as const;

/** Flatter lines over the order of results are not said in words. */
const SLOPE_SAID = -0.2;

const END_WORDS = {
  ended: 'ended by their own word',
  'turn-limit': 'stopped at the limit of turns',
  'time-limit': 'stopped at the limit of time',
  interrupted: 'interrupted',
} as const;

/** What was asked, in one table what came of it, and what follows from the numbers. */
export const overviewSection: EvaluationSection = {
  id: 'overview',
  title: 'What the numbers say',
  label: 'Overview',
  render({ evaluation: { document } }) {
    const { cells, measures, interrupted, durationMs, settings, instances } = document;
    const metas = HEADLINES.flatMap((id) => measures.find((meta) => meta.id === id) ?? []);
    const late = lateCells(cells);
    const laws = [...new Set(late.map(({ law }) => law))];
    const tableOf = (law: string) => {
      const own = late.filter((cell) => cell.law === law);
      const rows = own.map((cell) => ({
        cells: [cellName(cell, own), ...metas.map((meta) => scoreCell(cell.scores[meta.id], meta)), endsText(cell)],
      }));
      const columns = [{ title: 'Agent' }, ...metas.map(({ title }) => ({ title, numeric: true })), { title: 'Ended' }];
      return html`<div class="vectors">${table(`The measures to look at first, ${law} latency; each figure with its 95 % interval and its cases`, columns, rows)}</div>`;
    };
    const episodeCount = cells.reduce((sum, { episodes }) => sum + episodes, 0);
    return html`${interrupted && html`<p>${chip('unknown', 'interrupted')} What was finished by then is below.</p>`}
<ul>${sentences(document).map((sentence) => html`<li>${sentence}</li>`)}</ul>
${laws.map((law, index) => (index === 0 ? tableOf(law) : html`<details><summary>The same with ${law} latency</summary>${tableOf(law)}</details>`))}
<p class="note">Shaded: short of what is perfect. ${late.length < cells.length && 'Shown is how agents do when results come late. '}Every other measure stands under “All scores”; what they mean under “Measures”.</p>
${facts([
  ['Instances', `${formatCount(instances.count)} of ${formatCount(instances.total)}`],
  ['Episodes', `${formatCount(episodeCount)} in ${formatMs(durationMs)}`],
  ['Latency of calls', settings.laws.join(', ')],
  ['Seeds', settings.seeds.join(', ')],
  ['One action of an agent takes', formatMs(settings.agentMs)],
  ['Descriptions of tools, prompt', `${settings.schema}, ${settings.prompt}`],
  ['Faults', [settings.faults.scenario, ...settings.faults.changes].join(', ')],
  ['Different calls that fail once', settings.failing === 0 ? 'none' : shareText(settings.failing)],
  ['Crashes of agents', settings.crash ?? 'none'],
  ['Data set', settings.data ?? `Claimcheck's own, seed ${settings.dataSeed}`],
  ['Choice', choiceText(document)],
])}`;
  },
};

function choiceText({ settings: { filter, sample } }: EvaluationDocument): string {
  const parts = [...(filter === null ? [] : [filter]), ...(sample === null ? [] : [`a sample of ${sample}`])];
  return parts.length === 0 ? 'all instances' : parts.join(', ');
}

function endsText({ ends, episodes, passes }: EvaluationCell): Markup {
  const others = (['turn-limit', 'time-limit', 'interrupted'] as const)
    .filter((end) => (ends[end] ?? 0) > 0)
    .map((end) => `${formatCount(ends[end] ?? 0)} ${END_WORDS[end]}`);
  const { pass1, pass4 } = passes;
  const pass =
    pass4 === null ? null : `pass^4 ${shareText(pass4)}${pass1 === null ? '' : `, pass@1 ${shareText(pass1)}`}`;
  return html`${plural(episodes, 'episode')}${others.length > 0 && html`<br><small>${others.join(', ')}</small>`}${pass !== null && html`<br><small>${pass}</small>`}`;
}

/** Where both were run, the cells in which results come late. */
function lateCells(cells: readonly EvaluationCell[]): readonly EvaluationCell[] {
  const late = cells.filter(({ mode }) => mode === 'async');
  return late.length === 0 ? cells : late;
}

/** What follows from the numbers; a difference is only called one where its interval leaves out nought. */
function sentences({ cells, asyncGaps, measures, robustness }: EvaluationDocument): readonly string[] {
  const kept = measures.filter(({ group, perfect }) => group === 'preservation' && perfect !== undefined);
  const late = groupBy(lateCells(cells), ({ agent }) => agent);
  const isFaultless = ({ scores }: EvaluationCell) =>
    kept.some(({ id }) => scores[id] !== undefined) &&
    kept.every(({ id, perfect }) => scores[id] === undefined || scores[id].value === perfect);
  const faultless = [...late].filter(([, own]) => own.every(isFaultless)).map(([agent]) => agent);
  const gaps = groupBy(
    asyncGaps.filter(({ low }) => low !== null && low > 0),
    ({ agent }) => agent,
  );
  const falling = robustness.filter(({ mode, slope }) => mode === 'async' && slope !== null && slope <= SLOPE_SAID);
  return [
    faultless.length === 0
      ? 'No agent kept everything: each fell short in at least one measure of preservation.'
      : `Nothing was lost, mixed up or used too early by ${faultless.join(', ')}.`,
    ...[...gaps].map(([agent, own]) => gapSentence(agent, own)),
    ...(asyncGaps.length > 0 && gaps.size === 0
      ? ['No agent shows an async gap: none is clearly less right when results come late than when they come at once.']
      : []),
    ...falling.map(
      ({ agent, slope }) =>
        `${agent} does worse the more results change their order: from none to all of them its task success falls by ${shareText(-(slope ?? 0))} (least squares).`,
    ),
  ];
}

function gapSentence(agent: string, gaps: readonly AsyncGap[]): string {
  const parts = gaps.map(
    ({ law, gap, low, high }) => `${shareText(gap)} ${intervalText({ low, high }, 'ratio')} (${law})`,
  );
  const pairs = [...new Set(gaps.map((gap) => formatCount(gap.pairs)))].join(', ');
  return `${agent} is worse off when results come late; its task success falls by ${parts.join(', ')}; n = ${pairs} pairs.`;
}
