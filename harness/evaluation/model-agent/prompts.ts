import type { EpisodeMode } from '../../model/evaluation/episode.ts';
import type { Instance } from '../../model/evaluation/instance.ts';
import type { ChatMessage } from './completion.ts';
import { CHECK_TOOL, WAIT_TOOL } from './host-tools.ts';

export const PROMPT_MODES = ['bare', 'async'] as const;
export type PromptMode = (typeof PROMPT_MODES)[number];

const BARE = [
  'You are given one or more tasks. Do them with the tools that you have, and do nothing that they do not ask for.',
  'When a task is done, or cannot be done, say so in a line of its own: "TASK A: DONE" or "TASK A: FAILED", with its letter.',
  'You are finished when you have said so of every task.',
].join('\n');

const ASYNC = [
  'Tools may take long. A call may answer at once with a task_id instead of a result; the result then comes later.',
  'Start a call, keep its task_id, go on with whatever does not need its result, and fetch the result later.',
  'Results can come in another order than their calls: tell them apart by task_id.',
  'Never use a value that has not come yet, and never start the same call twice because its result is not there.',
].join('\n');

const ASYNC_TOOLS = `When nothing can be done before a result is there, call ${WAIT_TOOL}. ${CHECK_TOOL} tells how a task stands.`;

/** What a model is told before its first turn. `instructions`: what the server says of itself; empty: nothing. */
export function openingMessages(options: {
  readonly instance: Instance;
  readonly prompt: PromptMode;
  readonly mode: EpisodeMode;
  readonly instructions: string;
}): readonly ChatMessage[] {
  const { instance, prompt, mode, instructions } = options;
  const advice = prompt === 'bare' ? [] : mode === 'async' ? [ASYNC, ASYNC_TOOLS] : [ASYNC];
  const about = instructions === '' ? [] : [`The server of the tools says:\n${instructions}`];
  const tasks = instance.tasks.map(({ id, instruction }) => `Task ${id}: ${instruction}`);
  return [
    { role: 'system', content: [BARE, ...advice, ...about].join('\n\n') },
    { role: 'user', content: tasks.join('\n\n') },
  ];
}

/** The reports on tasks in what a model says; the last one on each. */
export function claimsIn(text: string, instance: Instance): readonly { task: string; success: boolean }[] {
  const claims = new Map<string, boolean>();
  for (const [, id = '', word = ''] of text.matchAll(/^\W*task\s+(\w+)\W+(done|failed)\b/gim)) {
    const task = instance.tasks.find((one) => one.id.toLowerCase() === id.toLowerCase());
    if (task !== undefined) claims.set(task.id, word.toLowerCase() === 'done');
  }
  return [...claims].map(([task, success]) => ({ task, success }));
}
