import { generateFromQueue } from '../generators/bullmq-generator.ts';
import { shownAddress } from '../generators/load-queue.ts';
import type { Command } from './command.ts';

/** Makes shares of the loads that others divide. */
export const generate: Command = {
  name: 'generate',
  summary: 'wait for shares of loads that claimcheck load --generators divides over Redis, and make them',
  attach(parser, context) {
    parser.requiredOption('--redis <url>', 'where the shares are handed out, for example redis://127.0.0.1:6379');
    parser.action(async ({ redis }: { readonly redis: string }) => {
      const { output, signal } = context;
      output.progress(`waiting for shares of loads at ${shownAddress(redis)}; Ctrl-C ends it`);
      await generateFromQueue({
        url: redis,
        signal,
        onShare: ({ run, index, phase }) => output.progress(`share ${index + 1} of load ${run.slice(0, 8)}: ${phase}`),
      });
    });
  },
};
