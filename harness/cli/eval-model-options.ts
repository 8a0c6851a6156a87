import { relative, resolve } from 'node:path';
import { Option, type Command as Parser } from 'commander';
import { commonSettings, readTranscripts, type Transcript } from '../evaluation/model-agent/replay-desk.ts';
import type { Budget } from '../evaluation/model-agent/spending.ts';
import { readTurnTime, type TurnTime } from '../evaluation/model-agent/turn-time.ts';
import type { EpisodeMode } from '../model/evaluation/episode.ts';
import { UsageError } from '../model/usage-error.ts';
import { wholeNumber } from './number-option.ts';
import { optionName } from './option-name.ts';

export interface ModelFlags {
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly loop?: 'async' | 'sync' | 'both';
  readonly turn?: string;
  readonly modelTimeout?: number;
  readonly budgetTokens?: number;
  readonly budgetUsd?: number;
  readonly priceIn?: number;
  readonly priceOut?: number;
  readonly concurrency?: number;
  readonly transcripts?: string;
  readonly replay?: string;
}

/** Where a model is asked: an endpoint, or what was written down of one. */
export type ModelSource =
  | { readonly kind: 'endpoint'; readonly baseUrl: URL; readonly apiKey: string | null; readonly timeoutMs: number }
  | { readonly kind: 'transcripts'; readonly directory: string; readonly transcripts: readonly Transcript[] };

/** A model to be evaluated. */
export interface ModelChoice {
  readonly name: string;
  readonly source: ModelSource;
  readonly modes: readonly EpisodeMode[];
  readonly turnTime: TurnTime;
  readonly budget: Budget;
  readonly concurrency: number;
  /** Where transcripts go; null: to the directory of the evaluation. */
  readonly transcripts: string | null;
}

const REQUEST_MS = 120_000; // A long answer of a slow model takes a minute.
const CONCURRENCY = 4; // What the smallest plans of most providers allow.
const NUMBER_MAX = 2 ** 31 - 1;

export function addModelOptions(parser: Parser): void {
  parser
    .option('--base-url <url>', '--agent model: an OpenAI-compatible endpoint, for example http://127.0.0.1:8080/v1')
    .option('--model <name>', 'its name there')
    .option('--api-key-env <name>', 'the environment variable that holds the key; left out: no key is sent')
    .addOption(
      new Option(
        '--loop <mode>',
        'a model is given results later (async, the default), or waits for each (sync)',
      ).choices(['async', 'sync', 'both']),
    )
    .option('--turn <time>', 'what a turn takes: fixed:MS (default: --agent-ms), measured, random:MS-MS')
    .option(
      '--model-timeout <ms>',
      `how long one answer may take (default: ${REQUEST_MS})`,
      wholeNumber('--model-timeout', 1, 3_600_000),
    )
    .option(
      '--budget-tokens <number>',
      'ask no more when so many are used',
      wholeNumber('--budget-tokens', 1, NUMBER_MAX),
    )
    .option('--budget-usd <amount>', 'ask no more when so much is spent; needs both prices', amount('--budget-usd'))
    .option('--price-in <usd>', 'a million tokens read', amount('--price-in'))
    .option('--price-out <usd>', 'a million tokens written', amount('--price-out'))
    .option(
      '--concurrency <number>',
      `questions at the same time (default: ${CONCURRENCY})`,
      wholeNumber('--concurrency', 1, 256),
    )
    .option('--transcripts <directory>', 'where conversations are written (default: transcripts in --out)')
    .option('--replay <directory>', 'play these transcripts again, without the model');
}

/** null: no model is asked for. Throws a UsageError for what does not go together. */
export function modelChoice(
  flags: ModelFlags & { readonly agent: readonly string[]; readonly agentMs: number; readonly out?: string },
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): ModelChoice | null {
  const isAsked = flags.agent.includes('model');
  if (!isAsked) {
    refuseAlone(flags);
    return null;
  }
  if (flags.agent.length > 1) throw new UsageError('--agent model: evaluate a model apart from policies');
  const { priceIn = null, priceOut = null, budgetUsd: usd = null, budgetTokens: tokens = null } = flags;
  if (usd !== null && (priceIn === null || priceOut === null)) {
    throw new UsageError('--budget-usd needs --price-in and --price-out, USD a million tokens');
  }
  const { loop = 'async', turn, concurrency = CONCURRENCY } = flags;
  const shared = {
    budget: { tokens, usd, priceIn, priceOut },
    concurrency,
    transcripts: flags.transcripts === undefined ? null : resolve(cwd, flags.transcripts),
  };
  if (flags.replay !== undefined) {
    return { ...shared, ...replayed(flags, { cwd, directory: resolve(cwd, flags.replay) }) };
  }
  const { baseUrl, model: name } = flags;
  if (baseUrl === undefined || name === undefined || name === '') {
    throw new UsageError('--agent model needs --base-url URL and --model NAME, or --replay DIRECTORY');
  }
  return {
    ...shared,
    name,
    source: {
      kind: 'endpoint',
      baseUrl: readUrl(baseUrl),
      apiKey: readKey(flags.apiKeyEnv, env),
      timeoutMs: flags.modelTimeout ?? REQUEST_MS,
    },
    modes: loop === 'both' ? ['async', 'sync'] : [loop],
    turnTime: readTurnTime(turn ?? 'fixed', flags.agentMs),
  };
}

/** What a replay must be given again would be given wrongly; it is all in the transcripts. */
function replayed(
  flags: ModelFlags & { readonly out?: string },
  { cwd, directory }: { readonly cwd: string; readonly directory: string },
): Pick<ModelChoice, 'name' | 'source' | 'modes' | 'turnTime'> {
  for (const name of [
    'baseUrl',
    'model',
    'apiKeyEnv',
    'loop',
    'turn',
    'transcripts',
    'budgetTokens',
    'budgetUsd',
  ] as const) {
    if (flags[name] !== undefined)
      throw new UsageError(`${optionName(name)}: a replay takes this from its transcripts`);
  }
  if (flags.out !== undefined && !relative(resolve(cwd, flags.out), directory).startsWith('..')) {
    throw new UsageError('--replay: choose another --out than that of the transcripts, which it would replace');
  }
  const transcripts = readTranscripts(directory);
  const settings = commonSettings(transcripts);
  const modes = (['async', 'sync'] as const).filter((mode) =>
    transcripts.some(({ head }) => head.conversation.mode === mode),
  );
  const turnTime = readTurnTime(settings.turn, settings.agentMs);
  return { name: settings.model, source: { kind: 'transcripts', directory, transcripts }, modes, turnTime };
}

function refuseAlone(flags: ModelFlags): void {
  const names = [
    ...(['baseUrl', 'model', 'apiKeyEnv', 'loop', 'turn', 'budgetTokens', 'budgetUsd'] as const),
    ...(['priceIn', 'priceOut', 'transcripts', 'replay', 'modelTimeout', 'concurrency'] as const),
  ];
  const given = names.find((name) => flags[name] !== undefined);
  if (given !== undefined) throw new UsageError(`${optionName(given)} is for --agent model`);
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--base-url ${text}: expected a URL such as http://127.0.0.1:8080/v1`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--base-url: keep the key out of the URL; name the variable that holds it with --api-key-env');
  }
  return url;
}

function readKey(name: string | undefined, env: Readonly<Record<string, string | undefined>>): string | null {
  if (name === undefined) return null;
  const key = env[name]?.trim();
  if (key === undefined || key === '') throw new UsageError(`--api-key-env ${name}: that variable is not set`);
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new UsageError(`--api-key-env ${name}: the key in it has characters that no header can carry`);
}

function amount(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= 0 && value <= 1_000_000) return value;
    throw new UsageError(`${option} ${text}: expected an amount in USD`);
  };
}
