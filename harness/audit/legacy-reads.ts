import type { JsonObject } from '../wire/json-rpc.ts';
import type { Answer } from './answer.ts';
import { legacyStatusOf, relatedTask } from './legacy-task.ts';
import { broken, met, type Observation } from './probe.ts';

/** Requirements that every answer with a task in it says something of. */
export const TASK_REQUIREMENTS = ['2025-13', '2025-14'] as const;
/** Those that answers to tasks/get say something of. */
export const LEGACY_READ_REQUIREMENTS = [...TASK_REQUIREMENTS, '2025-15', '2025-16', '2025-31'] as const;

/** A date and a time with a zone. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** A task and the answer that showed it. */
export interface ShownTask {
  readonly task: JsonObject;
  readonly answer: Answer;
}

export function tasksIn(answers: readonly Answer[]): readonly ShownTask[] {
  return answers.flatMap((answer) => (answer.result === null ? [] : [{ task: answer.result, answer }]));
}

/** The times that a task carries wherever it is shown: the first that is wrong decides. */
export function observeTimes(shown: readonly ShownTask[]): Observation[] {
  if (shown.length === 0) return [];
  const fields = [
    ['2025-13', 'createdAt'],
    ['2025-14', 'lastUpdatedAt'],
  ] as const;
  return fields.map(([requirement, field]) => {
    const wrong = shown.find(({ task }) => typeof task[field] !== 'string' || !ISO_8601.test(task[field]));
    if (wrong === undefined) return met(requirement, `${shown.length} answers have it`);
    const value = JSON.stringify(wrong.task[field]);
    return broken(requirement, value === undefined ? `${field} is missing` : `${field} is ${value}`, wrong.answer);
  });
}

/** What answers to tasks/get show of their form and their order. */
export function observeLegacyReads(answers: readonly Answer[]): Observation[] {
  const reads = answers.filter(({ result }) => result !== null);
  if (reads.length === 0) return [];
  return [...observeTimes(tasksIn(reads)), observeTtl(reads), observeOrder(reads), observeNames(reads)];
}

function observeTtl(reads: readonly Answer[]): Observation {
  const wrong = reads.find(({ result }) => {
    const ttl = result?.ttl;
    return ttl !== null && (typeof ttl !== 'number' || !Number.isFinite(ttl) || ttl < 0);
  });
  if (wrong === undefined) return met('2025-15', `${reads.length} readings have a ttl`);
  const value = JSON.stringify(wrong.result?.ttl);
  return broken('2025-15', value === undefined ? 'ttl is missing' : `the ttl is ${value}`, wrong);
}

const FINAL: readonly string[] = ['completed', 'failed', 'cancelled'];

function observeOrder(reads: readonly Answer[]): Observation {
  for (const [index, read] of reads.entries()) {
    const status = legacyStatusOf(read);
    if (status === undefined) {
      return broken('2025-16', `the status is ${JSON.stringify(read.result?.status)}, which is none`, read);
    }
    const before = reads[index - 1];
    const was = legacyStatusOf(before);
    if (before !== undefined && was !== undefined && was !== status && FINAL.includes(was)) {
      return broken('2025-16', `it was ${was}, and then ${status}`, before, read);
    }
  }
  const seen = reads.map((read) => legacyStatusOf(read)).filter((status, index, all) => status !== all[index - 1]);
  return met('2025-16', `seen: ${seen.join(', ')}`);
}

function observeNames(answers: readonly Answer[]): Observation {
  const named = answers.find(({ result }) => relatedTask(result) !== undefined);
  if (named === undefined) return met('2025-31', 'their _meta names no task');
  return broken('2025-31', 'it names its task in _meta as well', named);
}
