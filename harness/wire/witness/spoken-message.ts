import type { DialectId, Operation } from '../../model/operation.ts';
import type { Era } from '../dialects/adapter.ts';
import { TASKS_EXTENSION } from '../envelope.ts';
import { isObject, type JsonObject } from '../json-rpc.ts';
import type { HandleSpec } from '../wire-target.ts';

/** What a request of a client asks for, as far as work and tasks go; null: something else. */
export type Spoken =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'work'; readonly tool: string; readonly args: JsonObject; readonly dialect: DialectId }
  | {
      readonly kind: 'task';
      readonly op: Exclude<Operation, 'create' | 'list'>;
      readonly task: string;
      readonly dialect: DialectId;
      readonly inputs: readonly string[];
    };

const META_VERSION = 'io.modelcontextprotocol/protocolVersion';
const META_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const META_CLIENT = 'io.modelcontextprotocol/clientInfo';

/** The era of one request: a modern one says so itself, any other belongs to the conversation. */
export function eraOf(method: string, params: JsonObject, known: Era): Era {
  if (method === 'initialize') return 'legacy';
  return method === 'server/discover' || typeof metaOf(params)[META_VERSION] === 'string' ? 'modern' : known;
}

/** Reads a request. `handle`: the tools by which jobs are started and asked for, where the profile has them. */
export function readRequest(
  method: string,
  params: JsonObject,
  {
    era,
    handle,
    startTool,
  }: { readonly era: Era; readonly handle: HandleSpec | null; readonly startTool: string | null },
): Spoken | null {
  if (method === 'initialize' || method === 'server/discover') return { kind: 'greeting' };
  if (method === 'tools/call') {
    return (handle === null ? null : readJob(params, handle, startTool)) ?? readWork(params, era);
  }
  const dialect = era === 'modern' ? 'tasks-2026-07-28' : 'tasks-2025-11-25';
  if (method === 'subscriptions/listen') return readListen(params);
  const op = TASK_METHODS[method];
  const { taskId, inputResponses } = params;
  if (op === undefined || typeof taskId !== 'string') return null;
  const inputs = isObject(inputResponses) ? Object.keys(inputResponses).sort() : [];
  return { kind: 'task', op, task: taskId, dialect, inputs };
}

/** The name and version that a client gives itself; null: it gives none. */
export function clientOf(method: string, params: JsonObject): JsonObject | null {
  const info = method === 'initialize' ? params.clientInfo : metaOf(params)[META_CLIENT];
  if (!isObject(info)) return null;
  const version = method === 'initialize' ? params.protocolVersion : metaOf(params)[META_VERSION];
  return { name: info.name, version: info.version, protocolVersion: version };
}

const TASK_METHODS: Readonly<Record<string, 'get' | 'result' | 'cancel' | 'update' | undefined>> = {
  'tasks/get': 'get',
  'tasks/result': 'result',
  'tasks/cancel': 'cancel',
  'tasks/update': 'update',
};

function readWork(params: JsonObject, era: Era): Spoken | null {
  const { name, arguments: args, task } = params;
  if (typeof name !== 'string') return null;
  const legacy = isObject(task) ? 'tasks-2025-11-25' : 'blocking';
  const dialect = era === 'legacy' ? legacy : takesTasks(params) ? 'tasks-2026-07-28' : 'blocking';
  return { kind: 'work', tool: name, args: isObject(args) ? args : {}, dialect };
}

/** 2026-07-28: whoever says nothing of the extension gets no task. */
function takesTasks(params: JsonObject): boolean {
  const capabilities = metaOf(params)[META_CAPABILITIES];
  const extensions = isObject(capabilities) ? capabilities.extensions : undefined;
  return isObject(extensions) && TASKS_EXTENSION in extensions;
}

function readJob(params: JsonObject, handle: HandleSpec, startTool: string | null): Spoken | null {
  const { name } = params;
  const args = isObject(params.arguments) ? params.arguments : {};
  if (name === startTool && startTool !== null) return { kind: 'work', tool: startTool, args, dialect: 'handle' };
  const ops = [
    ['get', handle.status],
    ['cancel', handle.cancel],
    ['update', handle.answer],
  ] as const;
  for (const [op, tool] of ops) {
    const task = tool?.tool === name && tool !== null ? idIn(tool.arguments, args) : null;
    if (task !== null) return { kind: 'task', op, task, dialect: 'handle', inputs: [] };
  }
  return null;
}

/** What stands where the template has {{id}}. */
function idIn(template: JsonObject, args: JsonObject): string | null {
  for (const [name, value] of Object.entries(template)) {
    const found = args[name];
    if (value === '{{id}}' && (typeof found === 'string' || typeof found === 'number')) return String(found);
    const inside = isObject(value) && isObject(found) ? idIn(value, found) : null;
    if (inside !== null) return inside;
  }
  return null;
}

/** A subscription to one task is recorded for that task; one to several is none of theirs alone. */
function readListen(params: JsonObject): Spoken | null {
  const wanted = isObject(params.notifications) ? params.notifications.taskIds : undefined;
  const [task, ...more] = Array.isArray(wanted) ? wanted : [];
  if (typeof task !== 'string' || more.length > 0) return null;
  return { kind: 'task', op: 'listen', task, dialect: 'tasks-2026-07-28', inputs: [] };
}

function metaOf(params: JsonObject): JsonObject {
  return isObject(params._meta) ? params._meta : {};
}
