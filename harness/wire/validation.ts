import { DiscoverResultSchema, InitializeResultSchema, ListToolsResultSchema } from '@modelcontextprotocol/core';
import {
  CallToolResultV1Schema,
  CancelTaskResultV1Schema,
  CreateTaskResultV1Schema,
  GetTaskResultV1Schema,
} from '@modelcontextprotocol/ext-tasks/core/v1';
import {
  CallToolResultV2Schema,
  CancelTaskResultV2Schema,
  ContentBlockV2Schema,
  CreateTaskResultV2Schema,
  ErrorV2Schema,
  GetTaskResultV2Schema,
} from '@modelcontextprotocol/ext-tasks/core/v2';
import { type DialectId, hasModernTasks, type Operation } from '../model/operation.ts';
import type { Era } from './dialects/adapter.ts';
import { quote as quoteText } from './error-table.ts';
import { isObject, type JsonObject } from './json-rpc.ts';
import { isPlainAck, isPlainLegacyTask, isPlainReceipt, isPlainState, isPlainText } from './plain-reply.ts';
import { legacyTaskRules, modernTaskRules } from './task-rules.ts';

/** Sentences one reply gives at most; a reply that is wrong in hundreds of places is one finding. */
const SENTENCES_MAX = 8;

/** The part of a zod schema that is used here. */
interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly error?: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export interface ReplyForm {
  readonly dialect: DialectId;
  readonly era: Era;
  readonly op: Operation;
  /** The task asked about; null: none. */
  readonly task: string | null;
}

/**
 * What is wrong with the shape of a reply, by the official schemas and by stricter rules of our own; empty: good.
 * Official ones let pass: dates that are no dates, negative numbers, keys of the other dialect, a completed task without
 * content. Source: requirements 2025-13…15, 2026-09…19 and the published schemas of both dialects.
 */
export function validateReply(form: ReplyForm, whole: JsonObject): string[] {
  const sentences: string[] = [];
  if (whole.jsonrpc !== '2.0') sentences.push(`jsonrpc is ${JSON.stringify(whole.jsonrpc)} and not "2.0"`);
  if ('result' in whole && 'error' in whole) sentences.push('the reply carries both result and error');
  if ('error' in whole) {
    sentences.push(...official('error', ErrorV2Schema, whole.error));
  } else if (isObject(whole.result)) {
    sentences.push(...validateResult(form, whole.result));
  } else {
    sentences.push('result is not an object');
  }
  return told(sentences);
}

/** A few sentences, none of them longer than one reads. */
function told(sentences: readonly string[]): string[] {
  return sentences.slice(0, SENTENCES_MAX).map(quoteText);
}

const HANDSHAKES: Readonly<Record<string, Schema>> = {
  initialize: InitializeResultSchema,
  'server/discover': DiscoverResultSchema,
  'tools/list': ListToolsResultSchema,
};

/** The same for the replies of a handshake. */
export function validateHandshake(method: string, result: JsonObject): string[] {
  const schema = HANDSHAKES[method];
  return schema === undefined ? [] : told(official(method, schema, result));
}

function validateResult(form: ReplyForm, result: JsonObject): string[] {
  if (form.dialect === 'tasks-2025-11-25') return validateLegacy(form, result);
  if (hasModernTasks(form.dialect)) return validateModern(form, result);
  return form.era === 'modern'
    ? official('', CallToolResultV2Schema, result)
    : official('', CallToolResultV1Schema, result);
}

function validateLegacy(form: ReplyForm, result: JsonObject): string[] {
  switch (form.op) {
    case 'create':
      if (isObject(result.task)) {
        const isPlain = result._meta === undefined && isPlainLegacyTask(result.task);
        const sentences = isPlain ? [] : official('', CreateTaskResultV1Schema, result);
        return [...sentences, ...legacyTaskRules(result.task, null)];
      }
      if ('taskId' in result) return ['the task is not nested under "task"'];
      return official('', CallToolResultV1Schema, result);
    case 'get':
      return [
        ...(isPlainLegacyTask(result) ? [] : official('', GetTaskResultV1Schema, result)),
        ...legacyTaskRules(result, form.task),
      ];
    case 'cancel': {
      const sentences = [...official('', CancelTaskResultV1Schema, result), ...legacyTaskRules(result, form.task)];
      // Requirement 2025-47: the status is `cancelled` before the response is sent.
      if (result.status !== 'cancelled') sentences.push(`a cancel was accepted with status ${quote(result.status)}`);
      return sentences;
    }
    case 'result':
      return official('', CallToolResultV1Schema, result);
    default:
      return [];
  }
}

function validateModern(form: ReplyForm, result: JsonObject): string[] {
  switch (form.op) {
    case 'create':
      if (result.resultType === 'task') {
        return [
          ...(isPlainReceipt(result) ? [] : official('', CreateTaskResultV2Schema, result)),
          ...modernTaskRules(result, null, false),
        ];
      }
      if (result.resultType === 'input_required') return roundRules(result);
      if (isObject(result.task)) return ['the task is nested under "task", as in the 2025-11-25 dialect'];
      if ('taskId' in result) return [`resultType of a created task is ${quote(result.resultType)} and not "task"`];
      return official('', CallToolResultV2Schema, result);
    case 'get':
    case 'result':
      return [
        ...(isPlainState(result) ? [] : official('', GetTaskResultV2Schema, result)),
        ...modernTaskRules(result, form.task),
        ...contentRules(result),
      ];
    case 'cancel':
    case 'update': {
      const sentences = isPlainAck(result) ? [] : official('', CancelTaskResultV2Schema, result);
      if ('taskId' in result || 'status' in result) sentences.push(`the acknowledgement of ${form.op} is not empty`);
      return sentences;
    }
    default:
      return [];
  }
}

/** A call that asks before it is taken on says what it asks, or at least where it stands (2026-07-28 basic/mrtr). */
function roundRules({ inputRequests, requestState }: JsonObject): string[] {
  const sentences: string[] = [];
  if (inputRequests === undefined && requestState === undefined) {
    sentences.push('a call that is input_required carries neither inputRequests nor requestState');
  }
  if (requestState !== undefined && typeof requestState !== 'string') sentences.push('requestState is not a text');
  if (inputRequests === undefined) return sentences;
  if (!isObject(inputRequests)) return [...sentences, 'inputRequests is not an object'];
  for (const [key, request] of Object.entries(inputRequests)) {
    if (!isObject(request) || typeof request.method !== 'string') sentences.push(`inputRequests.${key} has no method`);
  }
  return sentences;
}

/** The result inside a completed task must be a tool result, which the official schema leaves open. */
function contentRules(task: JsonObject): string[] {
  if (task.status !== 'completed' || !isObject(task.result)) return [];
  const { content, isError } = task.result;
  if (!Array.isArray(content)) return ['result.content is not a list'];
  const sentences = content.flatMap((block, index) =>
    isPlainText(block) ? [] : official(`result.content.${index}`, ContentBlockV2Schema, block),
  );
  if (isError !== undefined && typeof isError !== 'boolean') sentences.push('result.isError is not a boolean');
  return sentences;
}

function official(path: string, schema: Schema, value: unknown): string[] {
  const parsed = schema.safeParse(value);
  if (parsed.success || parsed.error === undefined) return [];
  return parsed.error.issues.map((issue) => {
    const where = [...(path === '' ? [] : [path]), ...issue.path.map(String)].join('.');
    return `${where === '' ? 'the reply' : where}: ${issue.message}`;
  });
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}
