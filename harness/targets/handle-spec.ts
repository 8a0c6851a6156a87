import { isMissing } from '../wire/error-table.ts';
import { compileExpression, compileStatePattern, compileTextPattern, textOfValue } from '../wire/expression.ts';
import { isObject } from '../wire/json-rpc.ts';
import type { HandleSpec, HandleStatus } from '../wire/wire-target.ts';
import type { HandleProfile } from './profile-schema.ts';

/** The key of a question that has none. */
const ONE_QUESTION = 'input';

/** Compiles the profile's `handle` section into what the job-handle adapter asks of a reply. */
export function createHandleSpec(handle: HandleProfile): HandleSpec {
  const { start, status, wait, result, answer, cancel } = handle;
  const accepted = cancel?.accepted === undefined ? null : compileExpression(cancel.accepted);
  return {
    start: { id: compileExpression(start.id) },
    status: createStatus(status),
    // Keys left out are as in status.
    wait: wait === undefined ? null : createStatus({ ...status, ...wait }),
    result: result
      ? {
          tool: result.tool,
          arguments: result.arguments ?? { ...status.arguments },
          value: result.value === undefined ? null : compileExpression(result.value),
        }
      : null,
    answer: answer ? { tool: answer.tool, arguments: answer.arguments, byKey: answer.by_key ?? null } : null,
    cancel: cancel
      ? {
          tool: cancel.tool,
          arguments: cancel.arguments,
          accepted: accepted && ((result) => accepted(result) !== undefined),
          thenMissing: cancel.then === 'missing',
        }
      : null,
  };
}

function createStatus(status: HandleProfile['status']): HandleStatus {
  const readState = compileExpression(status.state);
  const kept = Object.entries(status.keep ?? {}).map(
    ([name, expression]) => [name, compileExpression(expression)] as const,
  );
  return {
    tool: status.tool,
    arguments: status.arguments,
    state: (result) => textOfValue(readState(result)),
    statusOf: createStatusTable(status),
    result: status.result === undefined ? null : compileExpression(status.result),
    keep(result) {
      const found = kept.map(([name, read]) => [name, textOfValue(read(result))] as const);
      return Object.fromEntries(found.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
    },
    questions: createQuestionRule(status.questions),
    isMissing: createMissingRule(status.missing),
  };
}

/** A state on no list means working: only what is final must be listed. */
function createStatusTable(status: HandleProfile['status']): HandleSpec['status']['statusOf'] {
  const lists = [
    ['missing', anyOf(status.missing?.states)],
    ['completed', anyOf(status.completed)],
    ['failed', anyOf(status.failed)],
    ['cancelled', anyOf(status.cancelled)],
    ['input_required', anyOf(status.asking)],
  ] as const;
  return (state) => {
    if (state === null) return status.otherwise ?? null;
    return lists.find(([, isListed]) => isListed(state))?.[0] ?? 'working';
  };
}

/** An object holds its questions by key; of a list each entry is the key of one; whatever else is there is one question. */
function createQuestionRule(expression: HandleProfile['status']['questions']): HandleSpec['status']['questions'] {
  const read = expression === undefined ? null : compileExpression(expression);
  return (result) => {
    const found = read === null ? undefined : read(result);
    if (isObject(found)) return found;
    if (Array.isArray(found)) return Object.fromEntries(found.map((key) => [textOfValue(key) ?? '', key]));
    return { [ONE_QUESTION]: found ?? null };
  };
}

function anyOf(patterns: readonly string[] | undefined): (state: string) => boolean {
  const tests = (patterns ?? []).map(compileStatePattern);
  return (state) => tests.some((test) => test(state));
}

/**
 * A reply is a "no such job" when the text at `path` (there at all, or matching `error`) says so, or when the call failed with
 * a text that matches `error`; without `error`, with one of the words that servers commonly use.
 */
function createMissingRule(missing: HandleProfile['status']['missing']): HandleSpec['status']['isMissing'] {
  const read = missing?.path === undefined ? null : compileExpression(missing.path);
  const matches = missing?.error === undefined ? null : compileTextPattern(missing.error);
  return (result, errorText) => {
    if (errorText !== null && (matches ?? isMissing)(errorText)) return true;
    const text = read && result ? textOfValue(read(result)) : null;
    return text !== null && (matches === null || matches(text));
  };
}
