import { createHash } from 'node:crypto';
import { formatCount, formatMs } from '../format.ts';
import { html } from '../html.ts';
import type { Section } from '../report-run.ts';
import { facts } from '../table.ts';

/** Plans longer than this stay in their file; the page has a size to keep. */
const PLAN_BYTES_MAX = 300_000;

/** How to run the same plan again, and what the plan was. */
export const replaySection: Section = {
  id: 'replay',
  title: 'Run it again',
  label: 'Replay',
  render({ run, prefix }) {
    const { verdict, plan } = run;
    const json = JSON.stringify(plan, null, 1);
    const hash = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);
    const id = `${prefix}replay-command`;
    const again =
      verdict.time === 'virtual'
        ? 'The run reproduces exactly: virtual time, one clock, the same plan.'
        : 'The same plan in real time: the same calls and faults, though the outcome may vary from run to run.';
    return html`<div class="command"><code id="${id}">${verdict.replay}</code><button type="button" data-copy="${id}" hidden>Copy</button></div>
<p class="note">${again}</p>
${facts([
  ['Scenario', `${plan.scenario}: ${plan.title}`],
  ['Seed', String(plan.seed)],
  ['Plan', html`<code>sha256 ${hash}…</code>`],
  ['Directory', html`<code>${run.directory}</code>`],
  ['Agents', `${formatCount(plan.agents.count)}, policy ${plan.agents.policy}, backoff ${plan.agents.backoff.id}`],
  ['Retries', `key ${plan.agents.retry.key}, at most ${formatCount(plan.agents.retry.attemptsMax)} attempts`],
  ['Load', `${plan.load.id} (${plan.load.model})`],
  ['Time a task may take', formatMs(plan.slaMs)],
  ['Request time limit', formatMs(plan.limits.requestMs)],
])}
${json.length <= PLAN_BYTES_MAX ? html`<details class="no-print"><summary>The whole plan (plan.json, ${formatCount(plan.calls.length)} calls, ${formatCount(plan.faults.length)} faults)</summary><pre tabindex="0">${json}</pre></details>` : html`<p class="note">The whole plan stands in plan.json (${formatCount(json.length)} bytes).</p>`}`;
  },
};
