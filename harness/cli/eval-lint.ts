import { Option, type Command as Parser } from 'commander';
import { lintRules } from '../evaluation/lint/index.ts';
import { type LintFindings, lintServer } from '../evaluation/lint/lint.ts';
import type { KnownRole, ServerDescription } from '../evaluation/lint/lint-rule.ts';
import { EXIT } from '../model/exit-code.ts';
import { loadAll } from '../model/registry.ts';
import { UsageError } from '../model/usage-error.ts';
import { probeServer } from '../run/probe.ts';
import { probeModule } from '../simulate/module-probe.ts';
import { type Survey, surveyTarget } from '../targets/survey.ts';
import type { CommandContext } from './command.ts';
import { lintText } from './eval-lint-text.ts';
import { jsonText } from './json-file.ts';
import { optionName } from './option-name.ts';
import type { TargetFlags } from './target-options.ts';

export interface LintFlags {
  readonly lint?: boolean;
  readonly schema?: 'bare' | 'explicit';
  readonly json?: boolean;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

/** What `eval --lint --json` prints. */
export interface LintDocument extends LintFindings {
  readonly schema: 'claimcheck/lint@1';
  readonly claimcheck: string;
  readonly target: Pick<Survey, 'kind' | 'dialect' | 'transport' | 'server'>;
}

export function addLintOptions(parser: Parser): void {
  parser
    .option('--lint', 'read the descriptions of the tools, call nothing, and say what is missing in words')
    .addOption(
      new Option('--schema <mode>', 'reference server: what its tools/list tells').choices(['bare', 'explicit']),
    );
}

/** Asks the server for its tools and judges what it says of them. Returns the exit code. */
export async function lintCommand(flags: TargetFlags & LintFlags, context: CommandContext): Promise<number> {
  const { output, signal } = context;
  refuseUnread(flags);
  const { server, url, profile, module, dialect, transport } = flags;
  const survey = await surveyTarget(
    { server, url, profile, module, dialect, transport },
    { probe: (request) => probeServer(request, signal), probeModule: (request) => probeModule(request, signal) },
    flags.schema === undefined ? {} : { schema: flags.schema },
  );
  const findings = lintServer(describe(survey, flags), await loadAll(lintRules));
  const { kind } = survey;
  const document: LintDocument = {
    schema: 'claimcheck/lint@1',
    claimcheck: context.package.version,
    target: { kind, server: survey.server, dialect: survey.dialect, transport: survey.transport },
    ...findings,
  };
  output.result(flags.json ? jsonText(document) : lintText(document));
  if (!flags.strict) return EXIT.valid;
  if (findings.tools.length === 0) return EXIT.unknown;
  return findings.gaps.length > 0 ? EXIT.threshold : EXIT.valid;
}

function describe({ dialect, instructions, tools, profile }: Survey, flags: TargetFlags): ServerDescription {
  const known = new Map<string, KnownRole>();
  const work = (name: string | undefined, why: string) => {
    if (name !== undefined) known.set(name, { role: 'work', why });
  };
  const { handle, tools: named } = profile;
  const why = 'its profile says that it does the work';
  work(named?.work?.name, why);
  work(named?.failing?.name, why);
  work(named?.asking?.name, why);
  if (handle) {
    for (const role of ['start', 'status', 'answer', 'cancel'] as const) {
      const tool = handle[role]?.tool;
      if (tool !== undefined) known.set(tool, { role, why: `its profile says so (handle.${role})` });
    }
  }
  work(flags.tool, '--tool names it');
  const unknown = [...known.keys()].find((name) => !tools.has(name));
  if (unknown !== undefined) {
    throw new UsageError(`The server has no tool '${unknown}'; its tools: ${[...tools.keys()].join(', ')}.`);
  }
  return { dialect, instructions, tools: [...tools.values()], known };
}

/** What a look at descriptions has no use for is refused rather than ignored. */
function refuseUnread(flags: TargetFlags & LintFlags): void {
  for (const name of ['arguments', 'store', 'storeUrl', 'queue', 'queueUrl', 'replicas', 'workers'] as const) {
    if (flags[name] === undefined) continue;
    throw new UsageError(`${optionName(name)} changes no description; leave it out with --lint.`);
  }
  const foreign = (['server', 'url', 'profile', 'module'] as const).find((name) => flags[name] !== undefined);
  if (flags.schema !== undefined && foreign !== undefined) {
    throw new UsageError(`--schema sets the reference server; leave it out with --${foreign}.`);
  }
  if (flags.tool !== undefined && foreign === undefined) {
    throw new UsageError('--tool names the work tool of a server of your own; give --server or --url too.');
  }
}
