import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createWorkloadTool, type Step, workInputs } from './workload.ts';

const ACTIONS = ['open', 'click', 'type', 'wait', 'read'] as const;

const schema = z.strictObject({
  ...workInputs,
  page: z
    .string()
    .min(1)
    .max(500)
    .default('shop/checkout')
    .describe('Where to begin. Pages are simulated: nothing is fetched.'),
  actions: z
    .array(z.enum(ACTIONS))
    .min(1)
    .max(50)
    .default(['open', 'type', 'click', 'read'])
    .describe('What to do, in order.'),
});

/** Walks through simulated pages: each action leads to a page that depends on the one before. */
export const automateBrowser = createWorkloadTool({
  name: 'automate_browser',
  title: 'Automate a browser',
  purpose: 'Performs a list of actions in a simulated browser and returns the trail of pages, with what was read.',
  schema,
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: true },
  plan(args) {
    const { token, ms, page, actions } = schema.parse(args);
    const trail: { readonly action: string; readonly page: string }[] = [];
    let current = page;
    let fieldText = '';
    let readText = '';
    const perform = (action: (typeof ACTIONS)[number]) => {
      if (action === 'open' || action === 'click')
        current = `${page}/${fingerprint(`${current} ${action} ${fieldText}`)}`;
      if (action === 'type') fieldText += token;
      if (action === 'read') readText = `${current}: ${fieldText}`;
      trail.push({ action, page: current });
      return `${action} ${current}`;
    };
    const steps = actions.map((action): Step => ({ name: action, run: () => perform(action) }));
    const finish = () => ({
      text: `Performed ${trail.length} actions, ended on ${current}`,
      data: { page: current, trail, read: readText },
    });
    return { token, ms, steps, finish };
  },
});

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
