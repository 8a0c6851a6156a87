import Table from 'cli-table3';
import type { EvaluationDocument } from '../model/evaluation/document.ts';
import type { Agreement, MeasureChange } from '../model/evaluation/evaluation-comparison.ts';
import type { MeasureMeta } from '../model/evaluation/measure.ts';

/** What does not depend on how long things took: where real and virtual time are held against each other, these must be equal. */
const TIMELESS: readonly MeasureMeta['group'][] = ['step', 'task', 'preservation', 'reliability'];

/** How far two evaluations in different time agree, agent by agent; null: both are in the same time. */
export function agreementsOf(
  before: EvaluationDocument,
  after: EvaluationDocument,
  changes: readonly MeasureChange[],
): readonly Agreement[] | null {
  if (before.settings.time === after.settings.time) return null;
  const timeless = new Set(
    // Which result comes first is a matter of time itself.
    after.measures.filter(({ group, better }) => TIMELESS.includes(group) && better !== 'neither').map(({ id }) => id),
  );
  return after.cells.flatMap(({ agent, mode, law }) => {
    const own = changes.filter((one) => one.agent === agent && one.mode === mode && one.law === law);
    const judged = own.filter(({ measure }) => timeless.has(measure));
    if (judged.length === 0) return [];
    const named = (holds: (change: MeasureChange) => boolean) => judged.filter(holds).map(({ measure }) => measure);
    const within = named(({ verdict }) => verdict === 'unclear');
    const apart = named(({ verdict }) => verdict !== 'same' && verdict !== 'unclear');
    return [{ agent, mode, law, equal: judged.length - within.length - apart.length, within, apart }];
  });
}

export function agreementText(agreements: readonly Agreement[]): string {
  const table = new Table({
    head: ['agent', 'mode', 'law', 'equal', 'differ within their intervals', 'differ beyond them'],
    colAligns: ['left', 'left', 'left', 'right', 'left', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { agent, mode, law, equal, within, apart } of agreements) {
    table.push([agent, mode, law, String(equal), listed(within), listed(apart)]);
  }
  const whole = agreements.filter(({ within, apart }) => within.length + apart.length === 0);
  return [
    'real against virtual time: scores that do not depend on how long things took',
    table.toString(),
    `all of them are equal for ${whole.length} of ${agreements.length} agents. Who acts on what arrives first, or when its patience ends, may act otherwise where two moments are a few ms apart: those are held to their intervals`,
  ].join('\n');
}

// More would make a row of the table many lines high.
const NAMES_MAX = 3;

function listed(names: readonly string[]): string {
  if (names.length === 0) return '–';
  const rest = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join('\n')}${rest > 0 ? `\nand ${rest} more` : ''}`;
}
