import { stringify } from 'yaml';
import type { JsonObject } from '../wire/json-rpc.ts';
import { placeholdersIn } from '../wire/placeholder.ts';
import { type Examination, echoesOf, type Tried } from './examination.ts';
import type { FoundJob, JobTool } from './job-trial.ts';

/** What is known of a server beside what was tried. */
export interface KnownServer {
  readonly server: { readonly name: string; readonly version: string };
  /** The section `target`, as the options gave it. */
  readonly target: JsonObject;
  readonly transport: 'stdio' | 'http';
  /** What its owner said; null: nobody was asked. */
  readonly durable: boolean | null;
  readonly effects: EffectsSection | null;
}

/** Where it writes what it has done; empty: to the file that CLAIMCHECK_LEDGER names. */
export interface EffectsSection {
  readonly file?: string;
}

/** What is missing in a profile, or would make a run with it see more. */
export interface Advice {
  /** missing: without it nothing can be run. */
  readonly kind: 'missing' | 'stronger';
  readonly text: string;
}

// biome-ignore lint/suspicious/noThenProperty: the published format has this key; the object is never awaited.
const THEN_MISSING = { then: 'missing' };
/** Rounded up to this, with as much again to spare on a busy machine. */
const TAKES_STEP_MS = 100;

/** A profile as YAML with a comment for every guess, and at its end what it lacks. */
export function profileText(examination: Examination, known: KnownServer, advice: readonly Advice[]): string {
  const { offer, chosen } = examination;
  const { server, transport } = known;
  const parts = [
    [
      `# ${server.name} ${server.version}: ${offer.tools.length} tools over ${transport}.`,
      '# Written by `claimcheck init`; every line may be changed. The format: docs/test-your-server.md of that package',
    ].join('\n'),
    section('target', known.target),
    ...(chosen === null ? [untried(examination)] : workSections(examination, chosen)),
    known.effects === null
      ? comment(
          'What the server has really done, seen from outside: one JSON line { "token": … } for each piece of work.',
          'effects: { file: "{{dir}}/effects.jsonl" }',
        )
      : comment('What the server has really done, one JSON line for each piece of work.') +
        section('effects', known.effects),
    comment(
      known.durable === null
        ? 'Whether tasks outlive a restart was not asked: it is judged as if they should. Say false where they need not.'
        : 'What a restart is said to keep.',
    ) + section('state', { durable: known.durable ?? true }),
    advice.length === 0
      ? ''
      : comment(...advice.map(({ kind, text }) => `${kind === 'missing' ? 'MISSING' : 'Stronger'}: ${text}`)),
  ];
  return `${parts
    .filter((part) => part !== '')
    .map((part) => part.trimEnd())
    .join('\n\n')}\n`;
}

function workSections(examination: Examination, chosen: Tried): string[] {
  const echoes = echoesOf(chosen);
  const told =
    echoes.length === 0
      ? comment(
          'echo: where the token of a call comes back in its result. It was not seen, so mixed-up results are not found.',
        )
      : comment('Where the token of a call comes back in its result.') +
        section('echo', echoes.length === 1 ? echoes[0] : echoes);
  const { found } = chosen.kind === 'job' ? chosen.trial : { found: null };
  if (found !== null) return [section('dialect', 'handle'), handleSection(chosen, found), told];
  return [section('dialect', examination.offer.dialect), toolsSection(chosen), told];
}

function toolsSection(chosen: Tried): string {
  const { candidate } = chosen;
  const { sample } = chosen.trial;
  const tookMs = chosen.kind === 'work' ? chosen.trial.tookMs : null;
  const work = {
    name: candidate.tool.name,
    arguments: sample.arguments,
    ...takes(sample.arguments, tookMs),
    ...(candidate.key === null ? {} : { key: candidate.key }),
  };
  const failing =
    sample.command === null
      ? {}
      : { failing: { name: candidate.tool.name, arguments: { ...sample.arguments, [sample.command]: 'exit 3' } } };
  return comment(`The tool that does the work of a run: ${candidate.why}.`) + section('tools', { work, ...failing });
}

function handleSection({ candidate, trial }: Tried, found: FoundJob): string {
  const { sample } = trial;
  const handle = {
    start: {
      tool: candidate.tool.name,
      arguments: sample.arguments,
      ...takes(sample.arguments, found.tookMs),
      ...(found.failing === null || found.hidesFailures ? {} : { failing: found.failing }),
      id: found.id,
      ...(candidate.key === null ? {} : { key: candidate.key }),
    },
    status: {
      ...call(found.status),
      state: found.state.length === 1 ? found.state[0] : found.state,
      completed: found.completed,
      ...listed('failed', found.failed),
      ...listed('cancelled', found.cancelled),
      ...(found.missing === null ? {} : { missing: found.missing }),
    },
    ...(found.wait === null ? {} : { wait: call(found.wait) }),
    ...(found.result === null ? {} : { result: call(found.result) }),
    ...(found.cancel === null
      ? {}
      : { cancel: { ...call(found.cancel), ...(found.cancel.thenMissing ? THEN_MISSING : {}) } }),
  };
  return (
    comment('A job handle: one tool starts work, others follow it by the id that it answers with.') +
    section('handle', handle)
  );
}

/** What was called, with what came of it; nothing of it is a profile yet. */
function untried({ tried, choice, offer }: Examination): string {
  const attempts = tried.map(({ candidate, trial }) => `${candidate.tool.name}: ${trial.failure ?? 'worked'}`);
  const spared = choice.spared.map(({ tool, why }) => `${tool}: not called, ${why}`);
  const likeliest = choice.candidates[0];
  const work = { name: likeliest?.tool.name ?? 'NAME', arguments: tried[0]?.trial.sample.arguments ?? {}, takes: '1s' };
  return (
    comment('No tool did its work when it was called. Fill in one that does:', ...attempts, ...spared) +
    comment(...stringify({ tools: { work } }, YAML).trimEnd().split('\n')) +
    section('dialect', offer.dialect)
  );
}

function takes(args: JsonObject, tookMs: number | null): { readonly takes?: string } {
  const isAsked = placeholdersIn(args).some(({ name }) => name === 'ms');
  if (isAsked || tookMs === null) return isAsked ? {} : { takes: '1s' };
  return { takes: `${Math.max(1, Math.ceil(tookMs / TAKES_STEP_MS)) * TAKES_STEP_MS}ms` };
}

function call({ tool, arguments: args }: JobTool): JobTool {
  return { tool, arguments: args };
}

function listed(name: string, values: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return values.length === 0 ? {} : { [name]: values };
}

const YAML = { lineWidth: 0, singleQuote: true } as const;

function section(name: string, value: unknown): string {
  return stringify({ [name]: value }, YAML);
}

function comment(...lines: readonly string[]): string {
  return lines.map((line) => `# ${line.replaceAll(/\s+$/g, '').replaceAll('\n', '\n# ')}\n`).join('');
}
