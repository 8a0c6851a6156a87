import { isObject } from '../../wire/json-rpc.ts';
import type { Gap, JudgedTool, LintRule } from './lint-rule.ts';
import { says } from './tool-text.ts';

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint'] as const;
const AGAIN = /\b(same|again|repeat\w*|retr(y|ies|ied)|re-?sen[dt]|twice|duplicat\w*|second)\b/i;
const WORK = /\b(calls?|called|keys?|arguments?|requests?|tasks?|work|jobs?|effects?|runs?|it)\b/i;
const IDEMPOTENT = /\bidempoten/i;
const KEY_ARGUMENT = /idempoten|dedup|(client|request)_?(token|id|key)$|nonce/i;

/** T3: what a call changes, and what a second one of it does. */
export const unsaidRepeats: LintRule = {
  meta: {
    id: 'T3',
    name: 'unsaid-repeats',
    title: 'Side effects and repeating',
    description:
      'Annotations say what a call changes; words say what calling again does, and what an idempotency key is good for.',
    source: 'arXiv 2602.18764 and 2603.24747: action boundaries',
  },
  roles: ['task', 'start', 'slow', 'status', 'answer', 'cancel'],
  check: (judged) => [...hintGaps(judged), ...repeatGaps(judged)],
};

function hintGaps({ tool, role }: JudgedTool): Gap[] {
  const { annotations } = tool;
  // Of a tool that only reads, the others mean nothing.
  if (annotations.readOnlyHint === true) return [];
  const absent = HINTS.filter((hint) => typeof annotations[hint] !== 'boolean');
  if (absent.length === 0) return [];
  const fitting = role === 'status' ? '"readOnlyHint": true' : absent.map((hint) => `"${hint}": false`).join(', ');
  return [
    {
      missing: `has no annotation ${absent.join(', ')}, so nobody knows what a call changes`,
      example: `{ ${fitting} }`,
      place: 'annotations',
    },
  ];
}

function repeatGaps({ tool, text, role }: JudgedTool): Gap[] {
  const startsWork = role === 'task' || role === 'start' || role === 'slow';
  const { readOnlyHint, idempotentHint } = tool.annotations;
  if (!startsWork || readOnlyHint === true || idempotentHint === true) return [];
  if (says(text, IDEMPOTENT) || says(text, AGAIN, WORK)) return [];
  const { properties } = tool.inputSchema;
  const key = Object.keys(isObject(properties) ? properties : {}).find((name) => KEY_ARGUMENT.test(name));
  return [
    key === undefined
      ? {
          missing: 'does not say what calling it again does, and takes no idempotency key',
          example: 'A second call does the work again: do not repeat a call whose answer you are still waiting for.',
          place: 'description',
        }
      : {
          missing: `does not say what its argument ${key} does`,
          example: `A repeated call with the same ${key} starts nothing new and answers as the first one did.`,
          place: 'description',
        },
  ];
}
