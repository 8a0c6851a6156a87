import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../model/canonical.ts';
import { messageOf, UsageError } from '../../model/usage-error.ts';
import type { TurnAnswer, TurnRequest } from './completion.ts';
import type { ModelDesk } from './model-desk.ts';
import { type Budget, createSpending } from './spending.ts';
import {
  type TranscriptHead,
  type TranscriptSettings,
  type TranscriptTurn,
  transcriptHead,
  transcriptName,
  transcriptTurn,
} from './transcript.ts';

/** What a model said, as far as it was written down. */
export interface Transcript {
  readonly path: string;
  readonly head: TranscriptHead;
  readonly turns: readonly TranscriptTurn[];
}

/** All transcripts of a directory, in the order of their names. Throws a UsageError that names the line which cannot be read. */
export function readTranscripts(directory: string): readonly Transcript[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((name) => name.endsWith('.jsonl'));
  } catch (cause) {
    throw new UsageError(`--replay ${directory}: ${messageOf(cause)}`, { cause });
  }
  if (names.length === 0) throw new UsageError(`--replay ${directory}: there is no transcript (*.jsonl) in it`);
  return names.sort().map((name) => readTranscript(join(directory, name)));
}

/** The settings that all of them were made with. Throws a UsageError that names the first which differs. */
export function commonSettings(transcripts: readonly Transcript[]): TranscriptSettings {
  const [first] = transcripts;
  if (first === undefined) throw new Error('expected transcripts, got none');
  const wanted = canonicalJson(first.head.settings);
  const other = transcripts.find(({ head }) => canonicalJson(head.settings) !== wanted);
  if (other === undefined) return first.head.settings;
  const { settings } = first.head;
  const key = Object.entries(settings).find(
    ([name, value]) => canonicalJson(Reflect.get(other.head.settings, name)) !== canonicalJson(value),
  )?.[0];
  throw new UsageError(
    `${other.path} does not belong to the others: ${key} differs from that of ${first.path}; replay them apart`,
  );
}

/** Answers what the transcripts say, as long as it is asked what they were asked. */
export function createReplayDesk(
  transcripts: readonly Transcript[],
  prices: Pick<Budget, 'priceIn' | 'priceOut'>,
): ModelDesk {
  const byName = new Map(transcripts.map((one) => [transcriptName(one.head.conversation), one]));
  const spending = createSpending({ tokens: null, usd: null, ...prices });
  const voids: string[] = [];
  const failures = new Map<string, number>();
  let requests = 0;
  let stopped: string | null = null;
  const answer = (request: TurnRequest): TurnAnswer => {
    const found = byName.get(transcriptName(request.conversation));
    const misfit = found === undefined ? missing(request) : misfitOf(found, request);
    const said = found?.turns[request.turn - 1];
    if (misfit !== null || said === undefined) {
      const why = misfit ?? `${found?.path}: it has no turn ${request.turn}`;
      voids.push(why);
      return { kind: 'void', why };
    }
    requests += said.attempts.length;
    if (said.answer.kind === 'message') {
      const { usage } = said.answer;
      spending.answered(0, usage, said.answer.ms);
      return said.answer;
    }
    if (said.answer.kind === 'failed') failures.set(said.answer.why, (failures.get(said.answer.why) ?? 0) + 1);
    else stopped = said.answer.why;
    return said.answer;
  };
  const { model, prompt, turn } = commonSettings(transcripts);
  return {
    complete: async (request) => answer(request),
    usage: () => ({
      name: model,
      prompt,
      turn,
      requests,
      ...spending.spent,
      failures: [...failures].map(([why, count]) => ({ why, count })),
      stopped,
    }),
    voids,
  };
}

function missing({ conversation }: TurnRequest): string {
  return `${transcriptName(conversation)}: there is no such transcript`;
}

/** Why a transcript is not of this conversation; null: so far it is. */
function misfitOf({ path, head, turns }: Transcript, request: TurnRequest): string | null {
  const { turn, messages, firstNewIndex, tools } = request;
  if (turn === 1 && canonicalJson(head.tools) !== canonicalJson(tools)) {
    return `${path} does not fit: the server offers other tools, or describes them otherwise, than when it was written`;
  }
  const said = turns[turn - 1];
  if (said === undefined) return `${path} does not fit: it ends after turn ${turns.length}, and the episode goes on`;
  const asked = messages.slice(firstNewIndex);
  if (canonicalJson(said.request) === canonicalJson(asked)) return null;
  const index = asked.findIndex((message, at) => canonicalJson(message) !== canonicalJson(said.request[at]));
  const [then, now] = [said.request[index], asked[index]].map((one) => JSON.stringify(one ?? null).slice(0, 160));
  return `${path} does not fit: turn ${turn} (line ${turn + 1}) was asked ${then}, and is now asked ${now}`;
}

function readTranscript(path: string): Transcript {
  const lines = readFileSync(path, 'utf8').split('\n');
  // What a run was killed in the middle of is no line.
  const whole = lines.slice(0, -1);
  const [first, ...rest] = whole.map((line, index) => parseLine(path, line, index));
  const head = checked(transcriptHead, first, `${path}:1`);
  const turns = rest.map((line, index) => checked(transcriptTurn, line, `${path}:${index + 2}`));
  const wrong = turns.findIndex(({ turn }, index) => turn !== index + 1);
  if (wrong >= 0) throw new UsageError(`${path}:${wrong + 2}: expected turn ${wrong + 1}, got ${turns[wrong]?.turn}`);
  return { path, head, turns };
}

function parseLine(path: string, line: string, index: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new UsageError(`${path}:${index + 1}: this is no JSON`, { cause });
  }
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown, where: string): Value {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new UsageError(`${where}: no line of a transcript: ${z.prettifyError(read.error)}`);
}
