import type { Status } from '../model/operation.ts';
import { isObject, type JsonObject } from '../wire/json-rpc.ts';
import type { Answer } from './answer.ts';
import { outcomeFaults, shapeFaults, statusOf } from './modern-task.ts';
import { broken, met, type Observation } from './probe.ts';

/** Which requirement speaks of readings in this status. */
const BY_STATUS: Readonly<Record<Status, string>> = {
  working: '2026-15',
  input_required: '2026-16',
  completed: '2026-17',
  cancelled: '2026-18',
  failed: '2026-19',
};

/** Requirements that every reading of a task says something of. */
export const READ_REQUIREMENTS = ['2026-10', '2026-11', ...Object.values(BY_STATUS)] as const;

/** What these answers to tasks/get show of their form: the first that is wrong decides. */
export function observeReads(answers: readonly Answer[]): Observation[] {
  const reads = answers.filter(({ result }) => result !== null);
  if (reads.length === 0) return [];
  return [...observeTypes(reads), ...observeShapes(reads), ...observeStatuses(reads)];
}

/** The resultType of tasks/get, tasks/update and tasks/cancel. */
export function observeTypes(answers: readonly Answer[]): Observation[] {
  const results = answers.filter(({ result }) => result !== null);
  if (results.length === 0) return [];
  const wrong = results.find(({ result }) => result?.resultType !== 'complete');
  if (wrong === undefined) return [met('2026-10', 'each result is "complete"')];
  return [broken('2026-10', `resultType is ${JSON.stringify(wrong.result?.resultType) ?? 'missing'}`, wrong)];
}

/** The form of the task in receipts and readings. */
export function observeShapes(answers: readonly Answer[]): Observation[] {
  for (const answer of answers) {
    const faults = answer.result === null ? [] : shapeFaults(answer.result);
    if (faults.length > 0) return [broken('2026-11', faults.join(', '), answer)];
  }
  return answers.length === 0 ? [] : [met('2026-11', 'each task has its form')];
}

function observeStatuses(answers: readonly Answer[]): Observation[] {
  return Object.entries(BY_STATUS).flatMap(([status, requirement]) => {
    const own = answers.filter((answer) => statusOf(answer) === status);
    const [first] = own;
    if (first === undefined) return [];
    for (const answer of own) {
      const known = statusOf(answer);
      const faults = answer.result === null || known === undefined ? [] : outcomeFaults(answer.result, known);
      if (faults.length > 0) return [broken(requirement, faults.join(', '), answer)];
    }
    return [met(requirement, `a reading says ${status}, and its outcome fits`)];
  });
}

/** A result with nothing in it but what every result carries. */
export function isEmptyResult(result: JsonObject | null): boolean {
  if (result === null) return false;
  return Object.entries(result).every(([key, value]) => key === 'resultType' || (key === '_meta' && isObject(value)));
}
