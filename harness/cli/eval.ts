import { UsageError } from '../model/usage-error.ts';
import type { Command } from './command.ts';
import { addLintOptions, type LintFlags, lintCommand } from './eval-lint.ts';
import { addTargetOptions, type TargetFlags } from './target-options.ts';

/** How well agents work with results that come late; and, with --lint, how well a server's descriptions tell them to. */
export const evaluate: Command = {
  name: 'eval',
  summary: 'with --lint: what the descriptions of a server’s asynchronous tools leave unsaid',
  attach(parser, context) {
    addTargetOptions(parser);
    addLintOptions(parser);
    parser
      .option('--json', 'one JSON document')
      .option('--strict', 'exit 3 when something is left unsaid, 2 when there was nothing to judge; else 0')
      .option('--quiet', 'no progress on stderr')
      .action(async (flags: TargetFlags & LintFlags) => {
        if (!flags.lint)
          throw new UsageError('Of eval only --lint is part of this version; try: claimcheck eval --lint');
        context.end(await lintCommand(flags, context));
      });
  },
};
