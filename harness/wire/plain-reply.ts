import { isObject, type JsonObject } from './json-rpc.ts';

/**
 * Replies that are certain to fit the official schemas, told at a glance: nearly all replies of a run have one of these few forms, and
 * the schemas take a hundred times as long over each. Where there is any doubt (a rarer status, a field of an unusual type) the
 * answer is false, and the schemas decide; so `true` must never be said of what they refuse. Values are those of parsed JSON.
 */

/** A receipt of 2026-07-28. */
export function isPlainReceipt(result: JsonObject): boolean {
  return result.resultType === 'task' && isModernTask(result) && isStatus(result.status);
}

/** A state of 2026-07-28: at work, cancelled, or completed with an object for a result. */
export function isPlainState(result: JsonObject): boolean {
  if (result.resultType !== 'complete' || !isModernTask(result)) return false;
  const { status } = result;
  return status === 'working' || status === 'cancelled' || (status === 'completed' && isObject(result.result));
}

/** An acknowledgement of 2026-07-28. */
export function isPlainAck(result: JsonObject): boolean {
  return result.resultType === 'complete' && hasPlainMeta(result);
}

/** A task of 2025-11-25, as it stands by itself or under `task`. */
export function isPlainLegacyTask(task: JsonObject): boolean {
  const hasCounts = isCountOrNull(task.ttl) && (task.pollInterval === undefined || isCount(task.pollInterval));
  return hasCounts && hasWords(task) && isStatus(task.status) && task._meta === undefined;
}

/** A text without anything said about it. */
export function isPlainText(block: unknown): boolean {
  if (!isObject(block) || block.type !== 'text' || typeof block.text !== 'string') return false;
  return block.annotations === undefined && block._meta === undefined;
}

function isModernTask(task: JsonObject): boolean {
  const hasCounts = isCountOrNull(task.ttlMs) && (task.pollIntervalMs === undefined || isCount(task.pollIntervalMs));
  return hasCounts && hasWords(task) && hasPlainMeta(task);
}

/** What a task says in words in either dialect. */
function hasWords({ taskId, statusMessage, createdAt, lastUpdatedAt }: JsonObject): boolean {
  const isNamed = typeof taskId === 'string' && typeof createdAt === 'string' && typeof lastUpdatedAt === 'string';
  return isNamed && (statusMessage === undefined || typeof statusMessage === 'string');
}

function hasPlainMeta({ _meta }: JsonObject): boolean {
  return _meta === undefined || isObject(_meta);
}

function isStatus(status: unknown): boolean {
  return status === 'working' || status === 'completed' || status === 'cancelled';
}

function isCountOrNull(value: unknown): boolean {
  return value === null || isCount(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value);
}
