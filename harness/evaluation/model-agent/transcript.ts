import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DIALECT_IDS } from '../../model/operation.ts';
import type { Attempt } from './chat-endpoint.ts';
import type { ChatMessage, ConversationId, OfferedTool, TurnAnswer } from './completion.ts';
import { PROMPT_MODES } from './prompts.ts';

export const TRANSCRIPT_SCHEMA = 'claimcheck/transcript@1';

const text = z.string();
const chatCall = z.strictObject({
  id: text,
  type: z.literal('function'),
  function: z.strictObject({ name: text, arguments: text }),
});
const assistant = z.strictObject({
  role: z.literal('assistant'),
  content: text.nullable(),
  tool_calls: z.array(chatCall).optional(),
});
const chatMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: text }),
  z.strictObject({ role: z.literal('user'), content: text }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: text, content: text }),
  assistant,
]);
const offeredTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({ name: text, description: text, parameters: z.record(text, z.json()) }),
});
const ms = z.number().min(0);

/** How the episodes of an evaluation are played, beside what names them: a replay does the same. */
export const transcriptSettings = z.strictObject({
  model: text,
  prompt: z.enum(PROMPT_MODES),
  /** Of tool descriptions. */
  schema: text,
  turn: text,
  agentMs: z.number().positive(),
  time: z.enum(['virtual', 'real']),
  dialect: z.enum(DIALECT_IDS),
  transport: z.enum(['stdio', 'http']),
  dataSeed: z.number().int(),
  /** The scenario whose faults struck, and what was changed about them. */
  faults: z.array(text),
  /** The share of calls that fail once. */
  failing: z.number(),
  turnsMax: z.number().int().positive(),
});
export type TranscriptSettings = z.infer<typeof transcriptSettings>;

/** The first line of a transcript. */
export interface TranscriptHead {
  readonly schema: typeof TRANSCRIPT_SCHEMA;
  readonly claimcheck: string;
  readonly settings: TranscriptSettings;
  readonly conversation: ConversationId;
  readonly tools: readonly OfferedTool[];
}

/** Every other line: one completion. */
export interface TranscriptTurn {
  /** Counts from 1. */
  readonly turn: number;
  /** ms since the epoch. */
  readonly askedAt: number;
  /** The messages that the request had beside those of the one before and its answer. */
  readonly request: readonly ChatMessage[];
  readonly attempts: readonly Attempt[];
  /** The last body, as it came; null: none came. */
  readonly response: string | null;
  /** What was made of it. */
  readonly answer: Exclude<TurnAnswer, { kind: 'void' }>;
}

export const transcriptHead: z.ZodType<TranscriptHead> = z.strictObject({
  schema: z.literal(TRANSCRIPT_SCHEMA),
  claimcheck: text,
  settings: transcriptSettings,
  conversation: z.strictObject({
    instance: text,
    mode: z.enum(['async', 'sync']),
    law: text,
    seed: z.number().int(),
  }),
  tools: z.array(offeredTool),
});

export const transcriptTurn: z.ZodType<TranscriptTurn> = z.strictObject({
  turn: z.number().int().min(1),
  askedAt: z.number(),
  request: z.array(chatMessage),
  attempts: z.array(z.strictObject({ status: z.number().nullable(), error: text.nullable(), ms })),
  response: text.nullable(),
  answer: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('message'),
      message: assistant,
      usage: z.strictObject({ input: z.number(), output: z.number(), isEstimated: z.boolean() }),
      ms,
    }),
    z.strictObject({ kind: z.literal('failed'), why: text }),
    z.strictObject({ kind: z.literal('stopped'), why: text }),
  ]),
});

/** filesystem/017 in mode async: filesystem.017-async-uniform-1.jsonl. */
export function transcriptName({ instance, mode, law, seed }: ConversationId): string {
  return `${instance.replaceAll(/[^\w-]+/g, '.')}-${mode}-${law}-${seed}.jsonl`;
}

/** Writes conversations down, each in a file of its own that its owner alone can read, a line as soon as it is known. */
export interface TranscriptWriter {
  begin(head: TranscriptHead): void;
  add(conversation: ConversationId, turn: TranscriptTurn): void;
}

/** In an existing or a new directory; a transcript of the same conversation is replaced. */
export function openTranscripts(directory: string): TranscriptWriter {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const pathOf = (conversation: ConversationId) => join(directory, transcriptName(conversation));
  return {
    begin(first) {
      const path = pathOf(first.conversation);
      // Whatever stands there goes, be it a link: the file is a new one of its own.
      rmSync(path, { force: true });
      writeFileSync(path, `${JSON.stringify(first)}\n`, { flag: 'wx', mode: 0o600 });
    },
    // No file stays open: an evaluation has more conversations than a process may have files.
    add: (conversation, line) => appendFileSync(pathOf(conversation), `${JSON.stringify(line)}\n`, { mode: 0o600 }),
  };
}
