import { Option } from 'commander';
import { DIALECT_IDS } from '../model/operation.ts';
import { UsageError } from '../model/usage-error.ts';
import { planForeign } from '../plan/foreign-plan.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import { httpFront } from '../run/http-front.ts';
import { stdioFront } from '../run/stdio-front.ts';
import { parseDuration } from '../targets/duration.ts';
import { resolveInterposed } from '../targets/interposed.ts';
import type { Command, CommandContext } from './command.ts';
import { interposeClient } from './interposed-run.ts';
import { collect, wholeNumber } from './number-option.ts';
import { overridesOf, type ScenarioFlags, seedOf } from './run-options.ts';

interface InterposeFlags extends ScenarioFlags {
  readonly url?: string;
  readonly listen: number;
  readonly scenario: string;
  readonly calls: number;
  readonly takes: number;
  readonly dialect?: string;
  readonly profile?: string;
  readonly asReference?: boolean;
  readonly onCrash: 'close' | 'revive';
  readonly label?: string;
  readonly once?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

// A client in a demonstration makes a handful of calls.
const CALLS = 8;
const TAKES_MS = 1000;

const HELP = `
The client starts this command instead of its server (in its configuration: "command": "claimcheck", "args": ["interpose",
"--out", "/absolute/path", "--", "node", "server.js"]), or talks to the URL that is printed. What passes is recorded, faults
strike it, and at the end the directory holds plan.json, environment.json, history.jsonl, ledger.jsonl, verdict.json and
report.html. The end is the end of the client (its pipe closes), of the server, or SIGINT or SIGTERM; none of them is an interruption.

Over stdio stdout belongs to the protocol: everything else goes to stderr. Where DIR holds a run already, since a client starts its
server again after a crash, the next one goes to DIR-2, DIR-3 … and is struck anew, but for --once; --force replaces it instead.
A server that dies closes the pipe of its client, as without us; with --on-crash revive the pipe stays and the next boot is greeted
again in the name of the client. Over HTTP the server is started again behind the same URL.

Faults are aimed at the first, second … call of the client: --calls says over how many they are spread. One that no call came for is
not verified, and the verdict is unknown. A call that repeats tool and arguments of one that lost its answer is a retry of it.
Tokens, keys, effects and results are judged where --profile (or --as-reference) says where they stand; else they are not applicable.`;

/** A client that nobody here wrote, with the harness between it and its server. */
export const interpose: Command = {
  name: 'interpose',
  summary: 'put a client of your own through the recorder, with faults: interpose -- COMMAND, or interpose --url URL',
  attach(parser, context) {
    parser
      .argument('[command...]', 'behind --: what starts the server; {{dir}} and {{port}} are filled in')
      .option(
        '--url <url>',
        'the server listens here, started by COMMAND or already running; clients get a URL of ours',
      )
      .option(
        '--listen <port>',
        'with --url: where clients connect; 0: a free port',
        wholeNumber('--listen', 0, 65_535),
        0,
      )
      .option('--scenario <name>', 'take the faults of this scenario, by name or path', 'steady')
      .option('--fault <code=rate>', 'set or add a fault, for example F5=0.2; F12=1 strikes; 0 takes it out', collect)
      .option('--calls <number>', 'how many calls the client will make', wholeNumber('--calls', 1, 100_000), CALLS)
      .addOption(
        new Option('--takes <duration>', 'how long their work takes, as 600ms or 2s')
          .argParser(durationOption)
          .default(TAKES_MS, '1s'),
      )
      .addOption(
        new Option(
          '--dialect <id>',
          'what the client speaks; it shapes the plan (default: tasks of either revision)',
        ).choices([...DIALECT_IDS]),
      )
      .option('--profile <file>', 'the file that describes the server: where token, key and result stand')
      .option('--as-reference', 'the server has the tools of the reference server')
      .addOption(
        new Option(
          '--on-crash <what>',
          'over stdio, when the server dies: close the pipe, or revive the server behind it',
        )
          .choices(['close', 'revive'] as const)
          .default('close'),
      )
      .option(
        '--once',
        'DIR-2, DIR-3 … go on from DIR: what struck there does not strike again, and work that was asked for there may be done here',
      )
      .option('--label <name>', 'what the client is called in the verdict (default: the name it gives itself)')
      .option('--seed <number>', 'draws which calls are struck', wholeNumber('--seed', 0, 2 ** 31 - 1))
      .option(
        '--set <key=value>',
        'change a value of the scenario, for example limits.readyMs=5000; may be repeated',
        collect,
      )
      .option('--threshold <expression>', "for example 'retries == 0'; may be repeated", collect)
      .addOption(
        new Option('--record <what>', 'full keeps message texts, heads drops them').choices(['full', 'heads'] as const),
      )
      .option('--out <directory>', 'where to write (default: reports/out/…)')
      .option('--force', 'replace the run that is in the directory')
      .option('--quiet', 'nothing but warnings on stderr')
      .addHelpText('after', HELP)
      .action(async (command: readonly string[], flags: InterposeFlags) => {
        context.end(await start(command, flags, context));
      });
  },
};

async function start(command: readonly string[], flags: InterposeFlags, context: CommandContext): Promise<number> {
  const { url, profile, dialect, asReference, takes: takesMs, label = null, calls } = flags;
  const target = resolveInterposed({
    command,
    takesMs,
    ...(url === undefined ? {} : { url }),
    ...(profile === undefined ? {} : { profile }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(asReference === undefined ? {} : { asReference }),
  });
  const plan = planForeign({
    scenario: loadScenario(flags.scenario),
    seed: seedOf(flags, target.planned),
    target: target.planned,
    overrides: overridesOf(flags),
    claimcheck: context.package.version,
    client: { label },
    calls,
  });
  const { out, force = false, once = false, onCrash } = flags;
  const { stdin: input, stdout } = context;
  if (plan.target.transport === 'stdio') {
    const openFront = stdioFront({ input, output: stdout, onCrash });
    return interposeClient({ plan, target, openFront, out, force, once, ownsStdout: true, context });
  }
  const onListening = (clientUrl: string) => context.output.result(clientUrl);
  const openFront = httpFront({ port: flags.listen, onListening });
  return interposeClient({ plan, target, openFront, out, force, once, ownsStdout: false, context });
}

function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new UsageError(`--takes ${text}: expected a duration such as 600ms or 2s`);
  return ms;
}
