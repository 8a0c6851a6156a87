import { EXIT } from '../../harness/model/exit-code.ts';
import { FATES, type Finding, type Verdict } from '../../harness/model/verdict.ts';
import { eventLinks } from '../event-link.ts';
import { FATE_WORDS } from '../fate-words.ts';
import { formatCount, formatMs, formatValue, headline, plural } from '../format.ts';
import { html, type Markup } from '../html.ts';
import type { Section, SectionInput } from '../report-run.ts';

/** Findings shown on the first screen for each violated check; the rest stand in the table of checks. */
const FINDINGS_MAX = 3;

/** What was done, what came out, and what is wrong, in plain sentences. */
export const verdictSection: Section = {
  id: 'verdict',
  title: 'Verdict',
  label: 'Verdict',
  render(input) {
    const { verdict } = input.run;
    const violated = verdict.checkers.filter((checker) => checker.valid === false);
    // One reason for everything stands in the sentence already.
    const isRun = verdict.notRun === undefined;
    const unknown = verdict.checkers.filter((checker) => checker.valid === 'unknown');
    const missed = verdict.thresholds.filter((threshold) => threshold.valid === false);
    const unreached = verdict.coverage.filter((row) => row.required && row.reached === 0 && row.applicable !== false);
    return html`<div class="verdict ${toneOf(verdict)}">
<p class="verdict-word"><span aria-hidden="true">${symbolOf(verdict)}</span> ${wordOf(verdict)}</p>
<p class="verdict-text">${sentenceOf(verdict)}</p>
</div>
${unansweredOf(input)}
${tiles(input)}
<p class="story">${storyOf(input)}</p>
${violated.length > 0 && html`<h3>Broken promises</h3><ul class="wrong">${violated.map((checker) => violation(input, checker))}</ul>`}
${missed.length > 0 && html`<h3>Thresholds missed</h3><ul class="wrong">${missed.map((threshold) => html`<li><code>${threshold.expression}</code>: measured ${threshold.value === null ? 'nothing' : String(threshold.value)}</li>`)}</ul>`}
${
  isRun &&
  (unknown.length > 0 || unreached.length > 0) &&
  html`<h3>What could not be judged</h3><ul class="unsure">
${unknown.map((checker) => html`<li><b>${checker.title}</b> (${checker.invariants.join(', ')}): ${checker.reason ?? 'no evidence in this run'}</li>`)}
${unreached.map((row) => html`<li><b>${row.title}</b>: this situation had to come up and never did</li>`)}
</ul>`
}`;
  },
};

function toneOf(verdict: Verdict): 'bad' | 'warn' | 'good' {
  if (verdict.valid === false) return 'bad';
  return verdict.valid === 'unknown' || verdict.exitCode !== 0 ? 'warn' : 'good';
}

function symbolOf(verdict: Verdict): string {
  return { bad: '✕', warn: '?', good: '✓' }[toneOf(verdict)];
}

/** The verdict in a word or two. */
export function wordOf(verdict: Verdict): string {
  if (verdict.exitCode === EXIT.ours) return 'The harness went wrong';
  if (verdict.valid === false) return 'Not valid';
  if (verdict.valid === 'unknown') return 'Unknown';
  return verdict.thresholds.some((threshold) => threshold.valid === false)
    ? 'Valid, but a threshold was missed'
    : 'Valid';
}

function sentenceOf(verdict: Verdict): string {
  if (verdict.notRun !== undefined)
    return `Nothing was started: ${verdict.notRun}. This says nothing about the server.`;
  const countOf = (valid: Verdict['checkers'][number]['valid']) =>
    verdict.checkers.filter((checker) => checker.valid === valid).length;
  const broken = countOf(false);
  const held = countOf(true);
  const unsure = countOf('unknown') === 0 ? '' : `, and ${formatCount(countOf('unknown'))} could not be judged`;
  const cut = verdict.interrupted ? ' The run was interrupted, so this covers only what happened before.' : '';
  if (verdict.exitCode === EXIT.ours) {
    return `The harness contradicts itself in this run, so nothing here tells you about the server. Please report it.${cut}`;
  }
  if (verdict.valid === false) {
    return `The server broke ${plural(broken, 'promise')} that a client relies on. ${plural(held, 'other check')} held${unsure}.${cut}`;
  }
  if (verdict.valid === 'unknown')
    return `No violation was seen, but the evidence is not complete enough to say that there was none.${cut}`;
  const how = verdict.faults.some((row) => row.verified > 0)
    ? 'held under the faults below'
    : 'held; no fault was injected';
  return `Every call is accounted for: all ${plural(held, 'check')} that apply ${how}.${cut}`;
}

/** Calls whose agent got no answer, by fate. It says what a caller saw, which a server that breaks no promise can still spoil. */
function unansweredOf({ run: { verdict, history } }: SectionInput): Markup | null {
  const unanswered = FATES.filter((fate) => fate !== 'settled-ok' && fate !== 'settled-failed').filter(
    (fate) => (verdict.fates[fate] ?? 0) > 0,
  );
  if (unanswered.length === 0) return null;
  const count = unanswered.reduce((sum, fate) => sum + (verdict.fates[fate] ?? 0), 0);
  const named = unanswered.map(
    (fate) => `${formatCount(verdict.fates[fate] ?? 0)} ${fate} (${FATE_WORDS[fate].meaning})`,
  );
  const lead = verdict.valid === true ? 'No promise was broken, and yet ' : '';
  const text = `${formatCount(count)} of ${plural(history.calls.length, 'call')} did not end well: ${named.join('; ')}.`;
  return html`<p class="unanswered">${lead}${text}</p>`;
}

function nameOf({ target: { kind, server } }: Verdict): string {
  if (kind === 'reference') return 'its reference server';
  return server === null ? 'the server' : `${server.name} ${server.version}`;
}

function storyOf({ run, faultWords }: SectionInput): Markup {
  const { verdict, plan, history } = run;
  const sent = history.calls.filter((call) => call.creates.length > 0).length;
  const done = verdict.faults
    .filter((row) => row.verified > 0)
    .map((row) => `${faultWords[row.id]?.title ?? row.name} (${row.id}, ${plural(row.verified, 'time')})`);
  const meanwhile =
    done.length > 0
      ? html` Meanwhile it injected faults: ${done.join('; ')}.`
      : ' No faults were injected in this run.';
  const how = plan.target.dialect === 'blocking' ? 'waited for the answers' : 'collected the results';
  return html`Claimcheck ran ${nameOf(verdict)} with ${plural(verdict.target.agents, 'simulated agent')} for ${formatMs(verdict.durationMs)}. They sent it ${plural(sent, 'tool call')} over ${verdict.target.transport} (${verdict.target.dialect}) and ${how}.${meanwhile} Then the harness compared what the server had promised for each call with what really happened.`;
}

function tiles(input: SectionInput): Markup {
  const { verdict, history } = input.run;
  const bad = FATES.filter((fate) => FATE_WORDS[fate].tone === 'bad');
  const badCount = bad.reduce((total, fate) => total + (verdict.fates[fate] ?? 0), 0);
  const faults = verdict.faults.reduce((total, row) => total + row.verified, 0);
  const boots = history.boots.length;
  const list: { value: string; label: string; tone?: string }[] = [
    { value: formatCount(history.calls.length), label: 'calls' },
    { value: formatCount(verdict.fates['settled-ok'] ?? 0), label: 'got their right result' },
    { value: formatCount(badCount), label: 'lost, doubled, stuck or mixed up', tone: badCount > 0 ? 'bad' : 'good' },
    { value: formatCount(faults), label: 'faults that struck' },
    { value: formatCount(boots), label: boots === 1 ? 'start of the server' : 'starts of the server' },
  ];
  for (const id of ['ack-latency', 'detection-lag']) {
    const metric = verdict.metrics[id];
    if (metric === undefined) continue;
    const { value, unit, what } = headline(metric);
    list.push({ value: formatValue(value, unit), label: `${input.words[id]?.title ?? id}, ${what}` });
  }
  return html`<ul class="tiles">${list.map((tile) => html`<li class="${tile.tone ?? ''}"><b>${tile.value}</b><span>${tile.label}</span></li>`)}</ul>`;
}

function violation(input: SectionInput, checker: Verdict['checkers'][number]): Markup {
  const { findings } = checker;
  const more = findings.length - FINDINGS_MAX;
  return html`<li><b>${checker.title}</b> <span class="codes">${checker.invariants.join(', ')}</span>
<ul>${findings.slice(0, FINDINGS_MAX).map((finding) => html`<li>${finding.message} ${eventLinks(input, finding.events)}${witnessLink(input, finding)}</li>`)}
${more > 0 && html`<li><a href="#${input.prefix}checks">and ${formatCount(more)} more</a></li>`}</ul></li>`;
}

/** To the messages that show it, where they are drawn. */
function witnessLink({ witnesses }: SectionInput, finding: Finding): Markup | null {
  const witness = witnesses.find((one) => one.finding === finding);
  return witness === undefined ? null : html` <a href="#${witness.id}">see it happen</a>`;
}
