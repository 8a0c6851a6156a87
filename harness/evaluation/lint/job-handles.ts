import type { ServerTool } from '../../wire/dialects/adapter.ts';
import { isObject } from '../../wire/json-rpc.ts';
import type { Partners } from './lint-rule.ts';
import { names, RECEIPT } from './tool-text.ts';

/** Tools that take one reference to work: what follows it, and what began it. */
export interface JobHandle extends Partners {
  /** The argument that carries the reference. */
  readonly reference: string;
}

// What work is called that has a reference, and how the reference is called.
const NOUNS = 'task|job|run|operation|execution|workflow|batch|process|work|render|build|export|report|query|request';
const REFERENCE = new RegExp(
  `^((\\w+_)?(${NOUNS})(_(id|ref|reference|handle|token|uuid|name))?|handle|ticket|receipt|claim|pid)$`,
);

const STATUS_WORDS = /^(status|state|poll|progress|resolve|check|wait|results?|outcome|inspect)$/;
const READ_WORDS = /^(get|show|describe|fetch|retrieve|read|view)$/;
const CANCEL_WORDS = /^(cancel|abort|stop|kill|terminate|interrupt)$/;
const ANSWER_WORDS = /^(answer|respond|reply|input|provide|approve)$/;
const START_WORDS =
  /^(start|submit|initiate|launch|enqueue|dispatch|trigger|run|schedule|begin|queue|spawn|kick|invoke|execute)$/;
const RECORD_WORDS = /^(set|update|delete|remove|edit|complete|assign|archive|create|add|move|list|rename|tag)$/;

type FollowerRole = 'status' | 'answer' | 'cancel';

interface Follower {
  readonly tool: ServerTool;
  readonly reference: string;
  readonly role: FollowerRole;
}

/**
 * The job handles among plain tools: at least one tool that starts work and one that tells the state of it by a reference.
 * `deferring`: tools that are known to give receipts, whatever they are called.
 */
export function findJobHandles(tools: readonly ServerTool[], deferring: readonly string[]): readonly JobHandle[] {
  const followers = tools.flatMap((tool) => followerOf(tool, tools) ?? []);
  const references = [...new Set(followers.map(({ reference }) => reference))];
  return references.flatMap((reference) => {
    const own = followers.filter((one) => one.reference === reference);
    const of = (role: FollowerRole) => own.filter((one) => one.role === role).map(({ tool }) => tool.name);
    const status = of('status');
    const isOwn = (tool: ServerTool) => followers.some((one) => one.tool === tool);
    const start = tools
      .filter((tool) => !isOwn(tool) && (deferring.includes(tool.name) || starts(tool, { reference, own })))
      .map(({ name }) => name);
    if (status.length === 0 || start.length === 0) return [];
    return [{ reference, start, status, answer: of('answer'), cancel: of('cancel') }];
  });
}

function followerOf(tool: ServerTool, tools: readonly ServerTool[]): Follower | undefined {
  const reference = referenceOf(tool);
  if (reference === undefined) return undefined;
  const words = wordsOf(tool.name);
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word));
  if (has(CANCEL_WORDS)) return { tool, reference, role: 'cancel' };
  if (isRecordName(tool.name)) return undefined;
  if (has(STATUS_WORDS)) return { tool, reference, role: 'status' };
  if (has(ANSWER_WORDS)) return { tool, reference, role: 'answer' };
  // "get_run" alone may read a record; beside "cancel_run" it reads work.
  const isCancellable = tools.some(
    (other) => referenceOf(other) === reference && wordsOf(other.name).some((word) => CANCEL_WORDS.test(word)),
  );
  return has(READ_WORDS) && isCancellable ? { tool, reference, role: 'status' } : undefined;
}

/** The argument that names work, if the tool cannot do without it. */
function referenceOf({ inputSchema }: ServerTool): string | undefined {
  const { properties, required } = inputSchema;
  const argumentNames = isObject(properties) ? Object.keys(properties) : [];
  const needed = Array.isArray(required) ? argumentNames.filter((name) => required.includes(name)) : argumentNames;
  return needed.find((name) => REFERENCE.test(wordsOf(name).join('_')));
}

function starts(tool: ServerTool, handle: { readonly reference: string; readonly own: readonly Follower[] }): boolean {
  if (referenceOf(tool) === handle.reference) return false;
  const { description } = tool;
  const isTold = handle.own.some((one) => names(description, one.tool.name)) || names(description, handle.reference);
  const words = wordsOf(tool.name);
  if (!words.some((word) => START_WORDS.test(word))) return isTold && RECEIPT.test(description);
  const shared = new Set([handle.reference, ...handle.own.map((one) => one.tool.name)].flatMap(wordsOf));
  return isTold || RECEIPT.test(description) || words.some((word) => shared.has(word) && !START_WORDS.test(word));
}

/** The name of a tool that changes a record, which may be called a task and is no work. */
export function isRecordName(name: string): boolean {
  return wordsOf(name).some((word) => RECORD_WORDS.test(word));
}

/** startJob, start-job and start_job are all two words. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
