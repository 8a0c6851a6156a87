import { createHash } from 'node:crypto';
import { formatCount, formatMs } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section, SectionInput } from '../report-run.ts';
import { facts } from '../table.ts';

/** Plans longer than this stay in their file; the page has a size to keep. */
const PLAN_BYTES_MAX = 300_000;

const LOADS = {
  closed: 'closed: an agent sends its next call when the last one is done',
  open: 'open: calls are sent at their own times, whatever became of the others',
  'partly-open': 'partly open: visitors come at their own times, and each waits for one call before its next',
} as const;

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
  ['Load', LOADS[plan.load.model]],
  ...serverFacts(run),
  ...machineFacts(run),
  ['Time a task may take', formatMs(plan.slaMs)],
  ['Request time limit', formatMs(plan.limits.requestMs)],
])}
${json.length <= PLAN_BYTES_MAX ? html`<details class="no-print"><summary>The whole plan (plan.json, ${formatCount(plan.calls.length)} calls, ${formatCount(plan.faults.length)} faults)</summary><pre tabindex="0">${json}</pre></details>` : html`<p class="note">The whole plan stands in plan.json (${formatCount(json.length)} bytes).</p>`}`;
  },
};

/** What it was run with: another commit or machine may tell another story. */
function machineFacts({ environment, verdict }: SectionInput['run']): readonly (readonly [string, Markup])[] {
  const rows: readonly (readonly [string, unknown])[] = [
    ['Claimcheck', verdict.claimcheck],
    ['Git commit', memberOf(environment.git, 'commit')],
    ['Machine fingerprint', environment.fingerprint],
  ];
  return rows.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, html`<code>${value}</code>`] as const] : [],
  );
}

/** The command or address of the server, where the plan holds one. Placeholders in braces were filled in for each start. */
function serverFacts({ plan }: SectionInput['run']): readonly (readonly [string, Markup])[] {
  const target = memberOf(memberOf(plan.target.profile, 'profile'), 'target');
  const rows: readonly (readonly [string, unknown])[] = [
    ['Server command', memberOf(target, 'command')],
    ['Server address', memberOf(target, 'url')],
  ];
  return rows.flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, html`<code>${value}</code>`] as const] : [],
  );
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
