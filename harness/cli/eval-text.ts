import Table from 'cli-table3';
import type { PreparedEvaluation } from '../evaluation/driver/evaluation.ts';
import { describeInstances } from '../evaluation/driver/evaluation-document.ts';
import type { EvaluationDocument, Score } from '../model/evaluation/document.ts';
import type { MeasureMeta } from '../model/evaluation/measure.ts';

/** What the table of a terminal has room for, by its groups; evaluation.json has every measure. */
const SHOWN = [
  ['func-f1', 'param-f1', 'trajectory', 'environment', 'task'],
  [
    'binding-accuracy',
    'dependency-violations',
    'continuations-correct',
    'task-neglect',
    'duplicate-effects',
    'claim-honesty',
  ],
  [
    'makespan',
    'interleaving-efficiency',
    'schedule-length-ratio',
    'idle-use',
    'same-task-streak',
    'justified-switches',
  ],
  ['polls-per-job', 'agent-polls-per-job', 'detection-lag', 'waiting-token-share', 'inversion-degree'],
] as const;
const TITLE_CHARS_MAX = 14;

/** The vectors of all agents, sync against async, and what becomes of success when results change their order. */
export function evaluationText(document: EvaluationDocument, columns: number): string {
  const { settings, instances, interrupted } = document;
  const { time, dialect, laws, seeds, schema } = settings;
  const head = `${instances.count} of ${instances.total} instances, ${time} time, ${dialect}, schema ${schema}, ${laws.join(' ')}, ${seeds.length} seed${seeds.length === 1 ? '' : 's'}`;
  return [
    `${head}${interrupted ? '; interrupted' : ''}`,
    ...SHOWN.map((ids) => vectorTable(document, ids)),
    ...lawTable(document),
    ...passTable(document),
    ...gapTable(document),
    ...robustnessTable(document, columns),
    ...crashTable(document),
    ...mutantTable(document),
    'AsyncTool-style (arXiv 2605.27995); a vector, nothing is blended; evaluation.json has every measure with its interval',
  ].join('\n');
}

function vectorTable({ cells, measures }: EvaluationDocument, ids: readonly string[]): string {
  const metas = ids.flatMap((id) => measures.find((meta) => meta.id === id) ?? []);
  const manyLaws = new Set(cells.map(({ law }) => law)).size > 1;
  const table = tableOf(['agent', 'mode', ...(manyLaws ? ['law'] : []), ...metas.map(headOf), 'n'], manyLaws ? 3 : 2);
  for (const { agent, mode, law, scores, episodes } of cells) {
    const values = metas.map((meta) => scoreText(scores[meta.id], meta));
    table.push([agent, mode, ...(manyLaws ? [law] : []), ...values, String(episodes)]);
  }
  return table.toString();
}

/** Task success law by law: what the other tables say in many rows. */
function lawTable({ cells, settings: { laws, agents } }: EvaluationDocument): string[] {
  if (laws.length < 2) return [];
  const mode = cells.some((cell) => cell.mode === 'async') ? 'async' : 'sync';
  const table = tableOf(['agent', ...laws], 1);
  for (const agent of agents) {
    const values = laws.map((law) => cells.find((one) => one.agent === agent && one.mode === mode && one.law === law));
    table.push([agent, ...values.map((cell) => cell?.scores.task?.value.toFixed(3) ?? '–')]);
  }
  return [`task success (${mode}) by law of latency`, table.toString()];
}

function passTable({ cells, settings: { seeds, laws } }: EvaluationDocument): string[] {
  if (seeds.length < 2) return [];
  const manyLaws = laws.length > 1;
  const table = tableOf(['agent', 'mode', ...(manyLaws ? ['law'] : []), 'pass@1', 'pass^4'], manyLaws ? 3 : 2);
  for (const { agent, mode, law, passes } of cells) {
    const values = [passes.pass1, passes.pass4].map((value) => value?.toFixed(3) ?? '–');
    table.push([agent, mode, ...(manyLaws ? [law] : []), ...values]);
  }
  const few = seeds.length < 4 ? '; pass^4 needs four seeds' : '';
  return [
    `all tasks of an instance right: in one run, and in each of four (over ${seeds.length} seeds${few})`,
    table.toString(),
  ];
}

function gapTable({ asyncGaps }: EvaluationDocument): string[] {
  if (asyncGaps.length === 0) return [];
  const table = tableOf(['agent', 'law', 'sync', 'async', 'async gap', 'sync s', 'async s', 'pairs'], 2);
  for (const { agent, law, sync, async, gap, low, high, syncMs, asyncMs, pairs } of asyncGaps) {
    const ends = low === null || high === null ? '' : ` [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    const times = [syncMs, asyncMs].map((ms) => (ms / 1000).toFixed(1));
    table.push([agent, law, sync.toFixed(3), async.toFixed(3), `${gap.toFixed(3)}${ends}`, ...times, String(pairs)]);
  }
  return ['task success with results at once and later, on the same instances', table.toString()];
}

function robustnessTable({ robustness }: EvaluationDocument, columns: number): string[] {
  const rows = robustness.filter(({ mode, bins }) => mode === 'async' && bins.some(({ score }) => score !== null));
  const bins = rows[0]?.bins ?? [];
  if (bins.length === 0 || columns < 60) return [];
  const head = bins.map(({ from, to }) => `${from.toFixed(1)}-${to.toFixed(1)}`);
  const table = tableOf(['agent', ...head, 'slope'], 1);
  for (const { agent, bins: own, slope } of rows) {
    const values = own.map(({ score }) => (score === null ? '–' : `${score.value.toFixed(2)} (${score.cases})`));
    table.push([agent, ...values, slope === null ? '–' : slope.toFixed(2)]);
  }
  return ['task success against the inversion degree of results', table.toString()];
}

function crashTable({ crashes }: EvaluationDocument): string[] {
  if (crashes.length === 0) return [];
  const head = ['agent', 'crash', 'ids', 'resumed', 'ids of use', 'results known', 'doubled effects', 'cost', 'n'];
  const table = tableOf(head, 3);
  for (const { agent, phase, keepsIds, resumed, ids, results, doubledEffects, costMs, episodes } of crashes) {
    table.push([
      ...[agent, phase, keepsIds ? 'kept' : 'lost', resumed.value.toFixed(3)],
      ...[ids, results].map((score) => score?.value.toFixed(3) ?? '–'),
      doubledEffects.toFixed(2),
      costMs === null ? '–' : `${(costMs.value / 1000).toFixed(1)} s`,
      String(episodes),
    ]);
  }
  return ['what survives a crash of the agent, and what it costs beside the same episode without it', table.toString()];
}

function mutantTable({ mutants, measures, settings }: EvaluationDocument): string[] {
  if (mutants.length === 0) return [];
  const manyLaws = settings.laws.length > 1;
  const head = [
    'agent',
    ...(manyLaws ? ['law'] : []),
    'spoils',
    'its figure',
    'next worst',
    'worst',
    'like the reference',
  ];
  const table = tableOf(head, manyLaws ? 3 : 2);
  for (const { agent, law, measure, value, next, isWorst, why, unremarkable, others } of mutants) {
    const meta = measures.find(({ id }) => id === measure);
    if (meta === undefined) continue;
    const figure = (one: number | null) => (one === null ? '–' : figureText(one, meta));
    const beside = next === null ? '–' : `${figure(next.value)} ${next.agent}`;
    const verdict = isWorst === null ? (why ?? '–') : isWorst ? 'yes' : 'NO';
    const alike = `on ${unremarkable} of ${others} others`;
    table.push([agent, ...(manyLaws ? [law] : []), measure, figure(value), beside, verdict, alike]);
  }
  return [
    'who spoils a measure on purpose is worst on it, and on most others like the reference (within 5 %)',
    table.toString(),
  ];
}

/** The spread of the data set, and the instances one a line. */
export function instancesText(prepared: PreparedEvaluation): string {
  const { total, count, byKind, tasksByClass, tasksBySize, calls } = describeInstances(prepared);
  const kinds = tableOf(['kind', 'instances'], 1);
  for (const [kind, number] of Object.entries(byKind)) kinds.push([kind, String(number)]);
  const classes = tableOf(['tool class', 'tasks'], 1);
  for (const [name, number] of Object.entries(tasksByClass)) classes.push([name, String(number)]);
  const sizes = tableOf(['calls of a task', 'tasks'], 1);
  for (const [size, number] of Object.entries(tasksBySize)) sizes.push([size, String(number)]);
  const lines = prepared.instances.map(({ id, tasks }) => {
    const parts = tasks.map(({ toolClass, steps }) => `${toolClass} ${steps.length}`);
    return `${id}  ${parts.join(', ')}`;
  });
  const sum = `${count} of ${total} instances, ${calls} gold calls`;
  return [...lines, kinds.toString(), classes.toString(), sizes.toString(), sum].join('\n');
}

function tableOf(head: readonly string[], leftCount: number): Table.Table {
  return new Table({
    head: [...head],
    colAligns: head.map((_, index) => (index < leftCount ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
}

function headOf({ title }: MeasureMeta): string {
  const lines: string[] = [];
  for (const word of title.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < TITLE_CHARS_MAX) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

/** "0.934", "12.4 s", "–" where nothing was seen. */
export function scoreText(score: Score | undefined, meta: MeasureMeta): string {
  return score === undefined ? '–' : figureText(score.value, meta);
}

function figureText(value: number, { unit }: MeasureMeta): string {
  if (unit === 'ms') return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
  if (unit === 's') return `${value.toFixed(1)} s`;
  if (unit === 'tokens') return String(Math.round(value));
  return value.toFixed(3);
}
