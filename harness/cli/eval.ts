import type { Command } from './command.ts';
import { addLintOptions, type LintFlags, lintCommand } from './eval-lint.ts';
import { addModelOptions } from './eval-model-options.ts';
import { addEvalOptions, type EvalFlags } from './eval-options.ts';
import { evalCommand } from './eval-run.ts';
import { addTargetOptions, type TargetFlags } from './target-options.ts';

/** How well agents work with results that come late; and, with --lint, how well a server's descriptions tell them to. */
export const evaluate: Command = {
  name: 'eval',
  summary: 'how well agents work with results that come late; with --lint, what descriptions of tools leave unsaid',
  attach(parser, context) {
    addEvalOptions(parser);
    addModelOptions(parser);
    addTargetOptions(parser);
    addLintOptions(parser);
    parser
      .option('--json', 'one JSON document')
      .option('--strict', '--lint: exit 3 when something is left unsaid, 2 when there was nothing to judge; else 0')
      .option('--quiet', 'no progress on stderr')
      .action(async (flags: TargetFlags & LintFlags & EvalFlags) => {
        context.end(await (flags.lint ? lintCommand(flags, context) : evalCommand(flags, context)));
      });
  },
};
