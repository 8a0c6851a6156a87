import { join } from 'node:path';
import type { EvaluationRequest, PreparedEvaluation } from '../evaluation/driver/evaluation.ts';
import { openChatEndpoint } from '../evaluation/model-agent/chat-endpoint.ts';
import { createModelDesk, type ModelDesk } from '../evaluation/model-agent/model-desk.ts';
import type { ModelPlay } from '../evaluation/model-agent/model-play.ts';
import { offeredTools } from '../evaluation/model-agent/offered-tools.ts';
import { commonSettings, createReplayDesk } from '../evaluation/model-agent/replay-desk.ts';
import { createSpending } from '../evaluation/model-agent/spending.ts';
import { openTranscripts, type TranscriptSettings } from '../evaluation/model-agent/transcript.ts';
import { turnTimeText } from '../evaluation/model-agent/turn-time.ts';
import type { ModelUsage } from '../model/evaluation/document.ts';
import { createPrng } from '../model/prng.ts';
import { UsageError } from '../model/usage-error.ts';
import type { CommandContext } from './command.ts';
import type { ModelChoice } from './eval-model-options.ts';
import type { EvalFlags } from './eval-options.ts';
import type { TargetFlags } from './target-options.ts';

// The largest instance has 24 calls; with a wait after each, and as much again for mistakes.
const TURNS_MAX = 100;

/** The flags with what a replay takes from its transcripts. */
export function flagsForModel(flags: EvalFlags & TargetFlags, choice: ModelChoice): EvalFlags & TargetFlags {
  const { turnTime, source } = choice;
  const mode = choice.modes.length > 1 ? ('both' as const) : (choice.modes[0] ?? 'async');
  const agentMs = turnTime.kind === 'fixed' ? turnTime.ms : flags.agentMs;
  // A model cannot be made to think faster.
  const own = { ...flags, agent: [], mode, agentMs, timeScale: 1 };
  if (flags.crash !== undefined) throw new UsageError('--crash: only policies are crashed');
  if (flags.set !== undefined)
    throw new UsageError('--set: a transcript would not say so; write a scenario (--faults)');
  if (source.kind === 'endpoint') return own;
  const { schema, agentMs: writtenMs, faults, ...settings } = commonSettings(source.transcripts);
  const { prompt, dataSeed, dialect, transport, time, failing } = settings;
  const [scenario = flags.faults, ...fault] = faults;
  const ids = [...new Set(source.transcripts.map(({ head }) => head.conversation.instance))];
  return {
    ...own,
    ...{ prompt, dataSeed, time, transport, failing, agentMs: writtenMs, faults: scenario, fault },
    schema: schema === 'bare' ? 'bare' : 'explicit',
    dialect,
    law: [...new Set(source.transcripts.map(({ head }) => head.conversation.law))],
    filter: flags.filter ?? ids.join(','),
  };
}

/** What is evaluated when a model plays: everything as with policies, and the model in place of them. */
export function requestForModel(request: EvaluationRequest, { name, modes, source, concurrency }: ModelChoice) {
  const seeds =
    source.kind === 'endpoint'
      ? request.seeds
      : [...new Set(source.transcripts.map(({ head }) => head.conversation.seed))].sort((a, b) => a - b);
  const rules = { ...request.rules, turnsMax: TURNS_MAX, parallel: Math.min(request.rules.parallel, concurrency) };
  return { ...request, agents: [`model:${name}`], modes, seeds, rules };
}

/** A model that is ready to be asked. */
export interface OpenModel extends AsyncDisposable {
  readonly desk: ModelDesk;
  readonly play: ModelPlay;
}

export async function openModel(
  choice: ModelChoice,
  parts: {
    readonly request: EvaluationRequest;
    readonly prepared: PreparedEvaluation;
    readonly flags: Pick<EvalFlags, 'prompt' | 'seed' | 'fault'>;
    readonly directory: string;
    readonly context: CommandContext;
  },
): Promise<OpenModel> {
  const { request, prepared, flags, directory, context } = parts;
  const { source, turnTime, budget } = choice;
  const { root, dialect, transport, schema, data, rules, dataSeed } = request;
  const [law] = request.laws;
  const server = {
    ...{ root, dialect, transport, schema, data, law: law ?? '', latencySeed: 1, timeScale: rules.timeScale },
    failing: request.failing,
  };
  const offered = await offeredTools(server, prepared.toolClasses, context.signal);
  const play: ModelPlay = { prompt: flags.prompt, turnTime, ...offered };
  if (source.kind === 'transcripts') {
    return { play, desk: createReplayDesk(source.transcripts, budget), [Symbol.asyncDispose]: async () => {} };
  }
  const { clock, signal } = context;
  const settings: TranscriptSettings = {
    ...{ model: choice.name, prompt: flags.prompt, schema, turn: turnTimeText(turnTime), agentMs: rules.agentMs },
    ...{ dialect, transport, dataSeed, turnsMax: rules.turnsMax, time: request.time },
    faults: [request.scenario.name, ...(flags.fault ?? [])],
    failing: request.failing,
  };
  const draw = createPrng(flags.seed, 'evaluation/attempts');
  const { baseUrl, apiKey, timeoutMs } = source;
  const endpoint = openChatEndpoint({ baseUrl, apiKey, timeoutMs, model: choice.name, clock, draw });
  const desk = createModelDesk({
    endpoint,
    spending: createSpending(budget),
    transcripts: openTranscripts(choice.transcripts ?? join(directory, 'transcripts')),
    settings,
    claimcheck: context.package.version,
    concurrency: choice.concurrency,
    clock,
    signal,
  });
  return { play, desk, [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose]() };
}

/** What the model was asked and what that cost, under the tables. */
export function modelText(usage: ModelUsage): string {
  const { name, prompt, turn, turns, requests, inputTokens, outputTokens, estimatedTurns, usd, modelMs } = usage;
  const guessed = estimatedTurns === 0 ? '' : ` (of ${estimatedTurns} turns estimated: bytes / 4)`;
  const cost = usd === null ? '' : `, ${usd.toFixed(4)} USD`;
  return [
    `${name}, prompt ${prompt}, turn ${turn}: ${turns} turns in ${requests} requests, ${inputTokens} tokens read and ${outputTokens} written${guessed}${cost}, ${(modelMs / 1000).toFixed(1)} s of the model's time`,
    ...usage.failures.map(({ why, count }) => `no usable answer, ${count} ${count === 1 ? 'time' : 'times'}: ${why}`),
    ...(usage.stopped === null ? [] : [`not asked for the rest: ${usage.stopped}`]),
  ].join('\n');
}
