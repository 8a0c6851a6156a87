import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import { policies } from '../evaluation/policies/index.ts';
import {
  EVALUATION_SCHEMA,
  type EvaluationCell,
  type EvaluationDocument,
  type Score,
} from '../model/evaluation/document.ts';
import type { EvaluationComparison, MeasureChange } from '../model/evaluation/evaluation-comparison.ts';
import type { MeasureMeta } from '../model/evaluation/measure.ts';
import { UsageError } from '../model/usage-error.ts';
import { scoreText } from './eval-text.ts';

/** Reads an evaluation by its directory or its file. Throws a UsageError when it is none. */
export function readEvaluation(path: string): EvaluationDocument {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'evaluation.json') : path;
  if (!existsSync(file))
    throw new UsageError(`${path}: there is no evaluation.json; name the --out of an earlier claimcheck eval`);
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isEvaluation(document)) return document;
  } catch (cause) {
    throw new UsageError(`${file} is not JSON`, { cause });
  }
  throw new UsageError(`${file} is no evaluation: expected the schema ${EVALUATION_SCHEMA}`);
}

/** Every measure that both have, cell by cell. */
export function compareEvaluations(before: EvaluationDocument, after: EvaluationDocument): EvaluationComparison {
  const known = new Map(before.cells.map((cell) => [keyOf(cell), cell]));
  const changes = after.cells.flatMap((cell) => {
    const old = known.get(keyOf(cell));
    if (old === undefined) return [];
    return after.measures.flatMap((meta) => changeOf(meta, old, cell));
  });
  const told = toldOf(before, after);
  const differences = differencesOf(before, after);
  return { differences, measures: after.measures, changes, ...(told.length === 0 ? {} : { told }) };
}

export function baselineText({ differences, told = [], changes, measures }: EvaluationComparison): string {
  const said = [
    ...told.map((text) => `compared: ${text}`),
    ...differences.map((text) => `not like with like: ${text}`),
  ];
  const moved = changes.filter(({ verdict }) => verdict !== 'same');
  const same = changes.length - moved.length;
  if (changes.length === 0) return [...said, 'baseline: no agent, mode and law is in both'].join('\n');
  if (moved.length === 0) return [...said, `baseline: all ${same} scores are the same`].join('\n');
  const table = new Table({
    head: ['agent', 'mode', 'law', 'measure', 'before', 'after', '', 'n'],
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { agent, mode, law, measure, before, after, verdict } of moved) {
    const meta = measures.find(({ id }) => id === measure);
    if (meta === undefined) continue;
    const n = `${before.cases}, ${after.cases}`;
    table.push([agent, mode, law, measure, withEnds(before, meta), withEnds(after, meta), verdict, n]);
  }
  return [...said, table.toString(), `baseline: ${moved.length} scores differ, ${same} are the same`].join('\n');
}

function changeOf(meta: MeasureMeta, old: EvaluationCell, cell: EvaluationCell): MeasureChange[] {
  const before = old.scores[meta.id];
  const after = cell.scores[meta.id];
  if (before === undefined || after === undefined) return [];
  const { agent, mode, law } = cell;
  const change = after.value - before.value;
  return [{ agent, mode, law, measure: meta.id, before, after, change, verdict: verdictOf(meta, before, after) }];
}

function verdictOf({ better }: MeasureMeta, before: Score, after: Score): MeasureChange['verdict'] {
  if (before.value === after.value) return 'same';
  if (before.low === null || before.high === null || after.low === null || after.high === null) return 'unclear';
  if (after.low <= before.high && before.low <= after.high) return 'unclear';
  if (better === 'neither') return 'changed';
  return after.value > before.value === (better === 'higher') ? 'better' : 'worse';
}

/** Descriptions of tools and the prompt are what a model goes by. */
function toldOf(before: EvaluationDocument, after: EvaluationDocument): string[] {
  const changed = (['schema', 'prompt'] as const).filter((name) => before.settings[name] !== after.settings[name]);
  const nobodyReads = after.cells.every(({ agent }) => Object.hasOwn(policies, agent));
  const why = nobodyReads ? '; policies read neither descriptions nor prompts, so that nothing may come of it' : '';
  return changed.map((name) => `${name} ${before.settings[name]} before, ${after.settings[name]} now${why}`);
}

function differencesOf(before: EvaluationDocument, after: EvaluationDocument): string[] {
  const settings = (['time', 'dialect', 'transport', 'dataSeed', 'data', 'agentMs', 'failing', 'crash'] as const)
    .filter((name) => before.settings[name] !== after.settings[name])
    .map((name) => `${name} ${before.settings[name]} before, ${after.settings[name]} now`);
  const lists = (['seeds', 'faults'] as const)
    .filter((name) => JSON.stringify(before.settings[name]) !== JSON.stringify(after.settings[name]))
    .map((name) => `other ${name}`);
  const isOther = JSON.stringify(before.instances) !== JSON.stringify(after.instances);
  return [...settings, ...lists, ...(isOther ? ['other instances'] : [])];
}

function withEnds(score: Score, meta: MeasureMeta): string {
  const { low, high } = score;
  const text = scoreText(score, meta);
  if (low === null || high === null) return text;
  const [from, to] = [low, high].map((value) => scoreText({ ...score, value }, meta));
  return `${text} [${from}, ${to}]`;
}

function keyOf({ agent, mode, law }: EvaluationCell): string {
  return JSON.stringify([agent, mode, law]);
}

/** The rest of it was written by this program. */
function isEvaluation(value: unknown): value is EvaluationDocument {
  return typeof value === 'object' && value !== null && 'schema' in value && value.schema === EVALUATION_SCHEMA;
}
