import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { EXIT } from '../model/exit-code.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { adviceFor } from '../probing/advice.ts';
import { type Examination, examine } from '../probing/examination.ts';
import { type EffectsSection, type KnownServer, profileText } from '../probing/profile-text.ts';
import { openTrialLine } from '../probing/trial-line.ts';
import { visitServer } from '../run/probe.ts';
import { parseProfile } from '../targets/profile-file.ts';
import { foreignRequest } from '../targets/survey.ts';
import { isObject, type JsonObject, parseJson } from '../wire/json-rpc.ts';
import { placeholdersIn } from '../wire/placeholder.ts';
import type { Command, CommandContext } from './command.ts';
import { findEffects } from './init-effects.ts';
import { openQuestions, type Questions } from './init-questions.ts';
import { describeTrial, describeTried, describeWork, type InitDocument, initText } from './init-text.ts';
import { tryProfile } from './init-try.ts';
import { jsonText, writeWhole } from './json-file.ts';

const PROFILE_NAME = 'claimcheck.yaml';
/** No answer of a tool takes longer in a trial; a blocking one may work that long. */
const ANSWER_MS_MAX = 30_000;

interface InitFlags {
  readonly server?: string;
  readonly url?: string;
  readonly tool?: string;
  readonly arguments?: string;
  readonly dialect?: string;
  readonly env?: readonly string[];
  readonly out: string;
  readonly effects?: string;
  readonly durable?: 'yes' | 'no';
  readonly yes?: boolean;
  readonly allowDestructive?: boolean;
  readonly try: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** A profile of a server that nobody described yet, from what it lists and what it answers. */
export const init: Command = {
  name: 'init',
  summary: 'probe a server of your own, write its profile, try it and say what would make a test stronger',
  attach(parser, context) {
    parser
      .option('--server <command>', 'start it with this command: over stdio, or over HTTP together with --url')
      .option('--url <url>', 'where it listens; alone: it is already running')
      .option('--env <name=value...>', 'its environment; {{dir}} is a fresh folder for each run')
      .option('--dialect <id>', 'what it speaks; default: found out')
      .option('--tool <name>', 'the tool that does the work; default: the likeliest')
      .option('--arguments <json>', 'its arguments; {{token}}, {{ms}} and the like are filled in')
      .option('--effects <file>', 'where it writes what it has done, one JSON line { "token": … } each')
      .option('--durable <yes|no>', 'whether its tasks are said to outlive a restart')
      .option('--allow-destructive', 'call tools too that say that they destroy')
      .option('--out <file>', 'where the profile goes', PROFILE_NAME)
      .option('--no-try', 'write the profile without a short run')
      .option('--yes', 'ask nothing')
      .option('--force', 'replace a file that is there')
      .option('--json', 'one JSON document')
      .option('--quiet', 'no progress')
      .action(async (flags: InitFlags) => context.end(await initCommand(flags, context)));
  },
};

async function initCommand(flags: InitFlags, context: CommandContext): Promise<number> {
  const { output, cwd, package: own } = context;
  const path = resolve(cwd, flags.out);
  const given = checkFlags(flags, path);
  using questions = openQuestions(context, { yes: flags.yes === true, json: flags.json === true });
  const { examination, known } = await visit(flags, context, { questions, given });
  const advice = adviceFor(examination, known);
  const text = profileText(examination, known, advice);
  // A profile that its own reader refuses is a fault of ours, and is found here rather than by its user.
  parseProfile(text, flags.out);
  writeWhole(path, text);
  const trial = examination.chosen === null || !flags.try ? null : await tryProfile(path, context);
  const { dialect, tools } = examination.offer;
  const document: InitDocument = {
    schema: 'claimcheck/init@1',
    claimcheck: own.version,
    server: known.server,
    dialect,
    transport: known.transport,
    toolCount: tools.length,
    profile: relative(cwd, path) || path,
    work: describeWork(examination),
    tried: describeTried(examination.tried),
    notCalled: examination.choice.spared,
    advice,
    trial: describeTrial(trial),
  };
  output.result(flags.json ? jsonText(document) : initText(document, trial));
  return examination.chosen === null || typeof trial === 'string' ? EXIT.unknown : EXIT.valid;
}

/** Everything that can be wrong before the server is started. Returns the arguments given; null: none. */
function checkFlags(flags: InitFlags, path: string): JsonObject | null {
  const { server, url, tool, durable, force, out } = flags;
  if (server === undefined && url === undefined) {
    throw new UsageError('Say which server: --server "COMMAND", --url URL, or both; see claimcheck init --help.');
  }
  if (existsSync(path) && force !== true) {
    throw new UsageError(`${out} is there already; give another --out, or --force to replace it.`);
  }
  if (durable !== undefined && durable !== 'yes' && durable !== 'no') {
    throw new UsageError(`--durable: expected yes or no; got ${String(durable)}`);
  }
  if (flags.arguments === undefined) return null;
  if (tool === undefined) throw new UsageError('--arguments are those of a tool; name it with --tool.');
  const given = parseJson(flags.arguments);
  if (!isObject(given)) throw new UsageError(`--arguments must be one JSON object; got ${flags.arguments}`);
  return given;
}

interface Visited {
  readonly examination: Examination;
  readonly known: KnownServer;
}

async function visit(
  flags: InitFlags,
  { output, clock, signal }: CommandContext,
  { questions, given }: { readonly questions: Questions; readonly given: JsonObject | null },
): Promise<Visited> {
  const { server, url, dialect, tool } = flags;
  const { request, target } = foreignRequest({ server, url, dialect }, environmentOf(flags.env ?? []));
  const progress = (text: string) => {
    if (flags.quiet !== true) output.progress(text);
  };
  progress('Starting the server, and asking what it speaks …');
  return visitServer(request, signal, async (found, dir) => {
    const { handshake } = found;
    const offer = {
      dialect: found.dialect,
      instructions: handshake.instructions,
      tools: [...handshake.tools.values()],
    };
    if (tool !== undefined && !handshake.tools.has(tool)) {
      throw unknownName('tool', tool, [...handshake.tools.keys()], 'this server');
    }
    const number = 1000 + (Math.floor(clock.wall()) % 900_000);
    const examination = await examine(openTrialLine({ found, clock, signal, answerMs: ANSWER_MS_MAX }), offer, {
      only: tool ?? null,
      given,
      mayDestroy: flags.allowDestructive === true,
      folder: placeholdersIn({ ...target }).some(({ name }) => name === 'dir') ? '{{dir}}' : null,
      token: { token: `init-${number}`, number, dir },
      async mayCall(candidate) {
        const may = await questions.mayCall(candidate);
        if (may) progress(`Calling ${candidate.tool.name} …`);
        return may;
      },
    });
    const durable = flags.durable === undefined ? await questions.durable() : flags.durable === 'yes';
    const effects = await effectsFor(flags, { questions, seen: findEffects(dir, [`init-${number}`, String(number)]) });
    const transport = target.url === undefined ? 'stdio' : 'http';
    return { examination, known: { server: handshake.server, target, transport, durable, effects } };
  });
}

/** What was said goes before what was seen, and nobody is asked for what was seen. */
async function effectsFor(
  { effects }: InitFlags,
  { questions, seen }: { readonly questions: Questions; readonly seen: EffectsSection | null },
): Promise<EffectsSection | null> {
  const file = effects ?? (seen === null ? await questions.effects() : null);
  return file === null ? seen : { file };
}

function environmentOf(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((one) => {
      const at = one.indexOf('=');
      if (at < 1) throw new UsageError(`--env: expected NAME=VALUE; got ${one}`);
      return [one.slice(0, at), one.slice(at + 1)];
    }),
  );
}
