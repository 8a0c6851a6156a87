import type { OfferedTool } from './completion.ts';

/** What a host gives a model besides the tools of the server, when results come later. */
export const WAIT_TOOL = 'wait_for_results';
export const CHECK_TOOL = 'check_task';

// Nothing in a data set takes as long.
export const WAIT_SECONDS_MAX = 3600;

export const HOST_TOOLS: readonly OfferedTool[] = [
  {
    type: 'function',
    function: {
      name: WAIT_TOOL,
      description:
        'Stands still until the result of a running task arrives, or until so many seconds have passed. Results then follow as messages.',
      parameters: {
        type: 'object',
        properties: { seconds: { type: 'number', minimum: 0, maximum: WAIT_SECONDS_MAX } },
        additionalProperties: false,
      },
    },
  },
  {
    type: 'function',
    function: {
      name: CHECK_TOOL,
      description: 'Tells the status of a running task. Its result follows as a message when there is one.',
      parameters: {
        type: 'object',
        properties: { task_id: { type: 'string' } },
        required: ['task_id'],
        additionalProperties: false,
      },
    },
  },
];
