import { isObject, type JsonObject } from './json-rpc.ts';

/** A date and a time with a zone; the fraction is optional. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

const MODERN_KEYS = ['ttlMs', 'pollIntervalMs', 'resultType', 'inputRequests', 'result', 'error'] as const;
const LEGACY_KEYS = ['ttl', 'pollInterval', 'task'] as const;

/** Our rules for a task of 2025-11-25, as it stands in tasks/get, tasks/cancel and under "task" of a receipt. */
export function legacyTaskRules(task: JsonObject, asked: string | null): string[] {
  return [
    ...foreignKeys(task, MODERN_KEYS, '2025-11-25'),
    ...idRules(task, asked),
    ...dateRules(task),
    ...countRules(task, ['ttl', 'pollInterval']),
  ];
}

/** Our rules for a task of 2026-07-28. `isDetailed`: the reply states the outcome too (everywhere but in a receipt). */
export function modernTaskRules(task: JsonObject, asked: string | null, isDetailed = true): string[] {
  return [
    ...foreignKeys(task, LEGACY_KEYS, '2026-07-28'),
    ...idRules(task, asked),
    ...dateRules(task),
    ...countRules(task, ['ttlMs', 'pollIntervalMs']),
    ...(isDetailed ? outcomeRules(task) : []),
  ];
}

/** Exactly the status says which of result, error and inputRequests stands in the reply. */
function outcomeRules(task: JsonObject): string[] {
  const sentences: string[] = [];
  const expected: Readonly<Record<string, string>> = {
    completed: 'result',
    failed: 'error',
    input_required: 'inputRequests',
  };
  const status = typeof task.status === 'string' ? task.status : '';
  for (const [owner, key] of Object.entries(expected)) {
    if (owner === status && !isObject(task[key])) sentences.push(`a task that is ${status} carries no ${key}`);
    if (owner !== status && key in task) sentences.push(`a task that is ${status} carries ${key}`);
  }
  if (status === 'input_required' && isObject(task.inputRequests) && Object.keys(task.inputRequests).length === 0) {
    sentences.push('a task that is input_required asks for nothing');
  }
  return sentences;
}

function foreignKeys(task: JsonObject, keys: readonly string[], dialect: string): string[] {
  return keys.filter((key) => key in task).map((key) => `${key} is no key of a task in ${dialect}`);
}

function idRules(task: JsonObject, asked: string | null): string[] {
  if (task.taskId === '') return ['taskId is empty'];
  if (asked === null || typeof task.taskId !== 'string' || task.taskId === asked) return [];
  return [`asked for task ${asked}, got task ${task.taskId}`];
}

function dateRules(task: JsonObject): string[] {
  const { createdAt, lastUpdatedAt } = task;
  const sentences: string[] = [];
  for (const [key, value] of Object.entries({ createdAt, lastUpdatedAt })) {
    if (typeof value === 'string' && !isDate(value)) {
      sentences.push(`${key} is not an ISO 8601 date and time with a zone: ${value.slice(0, 60)}`);
    }
  }
  if (sentences.length > 0 || typeof createdAt !== 'string' || typeof lastUpdatedAt !== 'string') return sentences;
  if (Date.parse(lastUpdatedAt) < Date.parse(createdAt)) {
    sentences.push(`lastUpdatedAt ${lastUpdatedAt} lies before createdAt ${createdAt}`);
  }
  return sentences;
}

function isDate(text: string): boolean {
  return ISO_8601.test(text) && !Number.isNaN(Date.parse(text));
}

/** Whether they are integers at all is the official schema's business. */
function countRules(task: JsonObject, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const value = task[key];
    return typeof value === 'number' && value < 0 ? [`${key} is negative: ${value}`] : [];
  });
}
