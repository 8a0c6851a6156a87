import type { Command } from './command.ts';
import { evalKind } from './eval-choice.ts';
import { addClientOptions, type ClientFlags, clientsCommand } from './eval-clients.ts';
import { addLintOptions, type LintFlags, lintCommand } from './eval-lint.ts';
import { addModelOptions } from './eval-model-options.ts';
import { addEvalOptions, type EvalFlags } from './eval-options.ts';
import { evalCommand } from './eval-run.ts';
import { addTargetOptions, type TargetFlags } from './target-options.ts';

/** How well agents work with results that come late, or, with --clients, real clients; and, with --lint, how well descriptions tell them to. */
export const evaluate: Command = {
  name: 'eval',
  summary:
    'how well agents work with results that come late; with --clients, what real clients do; with --lint, what descriptions leave unsaid',
  attach(parser, context) {
    addEvalOptions(parser);
    addModelOptions(parser);
    addTargetOptions(parser);
    addLintOptions(parser);
    addClientOptions(parser);
    parser
      .option('--json', 'one JSON document')
      .option(
        '--strict',
        'exit 3 when --lint finds something unsaid, 2 when it had nothing to judge or a cell of --clients is not known; else 0',
      )
      .option('--quiet', 'no progress on stderr')
      .action(async (flags: TargetFlags & LintFlags & EvalFlags & ClientFlags) => {
        const run = { agents: evalCommand, clients: clientsCommand, lint: lintCommand }[evalKind(parser)];
        context.end(await run(flags, context));
      });
  },
};
