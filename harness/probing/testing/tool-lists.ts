import type { ServerTool } from '../../wire/dialects/adapter.ts';
import type { JsonObject } from '../../wire/json-rpc.ts';

/** Lists of tools as servers of many kinds give them. */

export interface Written {
  readonly description?: string;
  readonly properties?: JsonObject;
  readonly required?: readonly string[];
  readonly annotations?: JsonObject;
  readonly taskSupport?: ServerTool['taskSupport'];
}

export function tool(name: string, written: Written = {}): ServerTool {
  const { description = '', properties = {}, required = Object.keys(properties), annotations = {} } = written;
  return {
    name,
    description,
    inputSchema: { type: 'object', properties, required },
    outputSchema: null,
    annotations,
    taskSupport: written.taskSupport ?? 'forbidden',
  };
}

const text = { type: 'string' };
const number = { type: 'integer' };

/** Shell commands in the background, with pids. */
export const SHELL: readonly ServerTool[] = [
  tool('run_background', { description: 'Start a shell command in the background.', properties: { command: text } }),
  tool('list_background', { description: 'List tracked processes.' }),
  tool('kill_background', { description: 'Stop a process by PID.', properties: { pid: number } }),
  tool('tail_background', {
    description: 'Read the last lines of a process.',
    properties: { pid: number, lines: number },
    required: ['pid'],
  }),
  tool('wait_background', {
    description: 'Wait for a process to finish.',
    properties: { pid: number, timeoutSeconds: number },
    required: ['pid'],
  }),
];

/** Renders that answer with a job, and a tool that reads the result. */
export const RENDERS: readonly ServerTool[] = [
  tool('submitRender', {
    description: 'Submits a render; returns a job id at once.',
    properties: { scene: text, title: text, requestId: text, width: { type: 'integer', minimum: 1, maximum: 4096 } },
    required: ['scene', 'title', 'requestId'],
  }),
  tool('getRenderStatus', { description: 'Status of a render.', properties: { jobId: text } }),
  tool('getRenderResult', { description: 'The finished render.', properties: { jobId: text } }),
  tool('cancelRender', {
    description: 'Cancels a render.',
    properties: { jobId: text },
    annotations: { destructiveHint: true },
  }),
];

/** Records, some of which are destroyed. */
export const RECORDS: readonly ServerTool[] = [
  tool('read_record', { properties: { id: text }, annotations: { readOnlyHint: true } }),
  tool('create_record', {
    properties: {
      record: {
        type: 'object',
        properties: { name: text, tags: { type: 'array', items: text } },
        required: ['name', 'tags'],
      },
    },
    annotations: { readOnlyHint: false, destructiveHint: false },
  }),
  tool('replace_record', { properties: { id: text }, annotations: { destructiveHint: true } }),
  tool('send_record', { properties: { to: text } }),
];

/** Tasks of the protocol. */
export const RESEARCH: readonly ServerTool[] = [
  tool('echo', { properties: { message: text }, annotations: { readOnlyHint: true } }),
  tool('research', {
    description: 'Takes minutes.',
    properties: { topic: text, depth: { enum: ['short', 'long'] } },
    taskSupport: 'required',
  }),
];
