import { findJobHandles, type JobHandle, wordsOf } from '../evaluation/lint/job-handles.ts';
import type { JudgedTool } from '../evaluation/lint/lint-rule.ts';
import { judgeTools } from '../evaluation/lint/tool-roles.ts';
import type { DialectId } from '../model/operation.ts';
import type { ServerTool } from '../wire/dialects/adapter.ts';
import { keyArgument, type SampleWish, sampleArguments } from './sample-arguments.ts';

/** Words of tools whose calls cannot be taken back, or cost somebody something: they are tried only when they are named. */
const GRAVE_WORDS =
  /^(delete|remove|drop|destroy|purge|wipe|erase|reset|kill|terminate|shutdown|reboot|send|email|mail|post|publish|tweet|pay|buy|order|transfer|charge|deploy|merge|push|invite|uninstall|revoke|format|truncate|overwrite|move|write)$/;
const WORK_WORDS =
  /^(report|research|render|generate|simulate|analy[sz]e|import|export|run|start|long|job|task|process|execute|exec|compute|build|convert|create|submit)$/;

/** A tool that may do the work of a run, and why it is thought so. */
export interface Candidate {
  readonly tool: ServerTool;
  readonly role: JudgedTool['role'];
  readonly why: string;
  /** The job handle it starts; null: it does not. */
  readonly handle: JobHandle | null;
  /** The argument that takes an idempotency key; null: none. */
  readonly key: string | null;
}

export interface Offer {
  readonly dialect: DialectId;
  readonly instructions: string;
  readonly tools: readonly ServerTool[];
}

export interface Choice {
  /** The likeliest first. */
  readonly candidates: readonly Candidate[];
  /** What was left out, and why. */
  readonly spared: readonly { readonly tool: string; readonly why: string }[];
}

/** Orders a server's tools by how likely they do work that takes time and can be told from other work. */
export function findCandidates(
  offer: Offer,
  wish: SampleWish,
  { only, mayDestroy }: { readonly only: string | null; readonly mayDestroy: boolean },
): Choice {
  const judged = judgeTools({ ...offer, known: new Map() });
  const deferring = judged.filter(({ role }) => role === 'start').map(({ tool }) => tool.name);
  const handles = findJobHandles(offer.tools, deferring);
  const spared: { tool: string; why: string }[] = [];
  const candidates = judged.flatMap(({ tool, role, why }): Candidate[] => {
    const isNamed = only === tool.name;
    if (only !== null && !isNamed) return [];
    if (isDestructive(tool) && !mayDestroy) {
      spared.push({
        tool: tool.name,
        why: 'its annotations say that it destroys (--allow-destructive to try it all the same)',
      });
      return [];
    }
    if (!isNamed && ['status', 'answer', 'cancel'].includes(role)) return [];
    if (!isNamed && wordsOf(tool.name).some((word) => GRAVE_WORDS.test(word))) {
      spared.push({ tool: tool.name, why: 'its name says that a call cannot be taken back (--tool to try it)' });
      return [];
    }
    const handle = handles.find((one) => one.start.includes(tool.name)) ?? null;
    return [{ tool, role, why, handle, key: keyArgument(tool.inputSchema) }];
  });
  const rank = new Map(candidates.map((one) => [one, score(one, wish)]));
  return { candidates: candidates.sort((a, b) => (rank.get(b) ?? 0) - (rank.get(a) ?? 0)), spared };
}

export function isDestructive({ annotations }: ServerTool): boolean {
  return annotations.destructiveHint === true && annotations.readOnlyHint !== true;
}

/** By the protocol's tasks, then by a handle, then by words; a call that could not be told from another is worth little. */
function score({ tool, role, handle }: Candidate, wish: SampleWish): number {
  const { carries, open, command } = sampleArguments(tool.inputSchema, wish);
  const byRole = { task: 40, start: 30, slow: 20, plain: 0, status: 0, answer: 0, cancel: 0 }[role];
  const named = ['effect', 'slow_compute'].includes(tool.name) ? 100 : 0;
  return (
    named +
    byRole +
    (tool.taskSupport === 'forbidden' ? 0 : 20) +
    (handle === null ? 0 : 20) +
    (command === null ? 0 : 5) +
    (wordsOf(tool.name).some((word) => WORK_WORDS.test(word)) ? 6 : 0) +
    (tool.annotations.readOnlyHint === false ? 2 : 0) +
    { token: 12, number: 4, none: 0 }[carries ?? 'none'] -
    (open.length > 0 ? 30 : 0)
  );
}
